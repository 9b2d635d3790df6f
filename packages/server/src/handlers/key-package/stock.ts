/** 302 key-package.stock: how many packages of this device are left. */
import type { methods } from "@quicprochat/protocol";
import type { Handler } from "../../call-context.ts";

export const keyPackageStock: Handler<typeof methods.keyPackageStock> = (_request, { server, peer }) =>
  server.store.keyPackageStock(peer.device);
