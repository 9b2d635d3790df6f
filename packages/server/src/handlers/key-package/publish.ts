/** 300 key-package.publish: packages of this device, each to be given once. docs/protocol.md, "KeyPackages". */
import { sha256 } from "@quicprochat/crypto";
import { type methods, limits as protocolLimits, RefusalError } from "@quicprochat/protocol";
import type { Handler, ServerContext } from "../../call-context.ts";

export const keyPackagePublish: Handler<typeof methods.keyPackagePublish> = async (request, { server, peer }) => {
  const { cipherSuite, keyPackages, lastResort } = request;
  requireSuite(server, cipherSuite);
  if (keyPackages.length > protocolLimits.keyPackagesPerDeviceMax) throw new RefusalError("quota");
  if (keyPackages.some((body) => body.length === 0)) throw new RefusalError("malformed");
  const tooLarge = [...keyPackages, lastResort].some((body) => body.length > protocolLimits.keyPackageBytesMax);
  if (tooLarge) throw new RefusalError("too_large");
  const outcome = await server.store.publishKeyPackages({
    ...peer.device,
    cipherSuite,
    packages: keyPackages.map((body) => ({ hash: sha256(body), body })),
    lastResort: lastResort.length === 0 ? null : lastResort,
    stockMax: protocolLimits.keyPackagesPerDeviceMax,
  });
  if (outcome.kind === "quota") throw new RefusalError("quota");
  server.metrics.keyPackagesUploaded(keyPackages.length + (lastResort.length === 0 ? 0 : 1));
  return { stock: outcome.stock };
};

export function requireSuite({ cipherSuites }: ServerContext, cipherSuite: number): void {
  if (!cipherSuites.includes(cipherSuite)) throw new RefusalError("suite_refused");
}
