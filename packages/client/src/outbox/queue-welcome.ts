/** Leaves a Welcome at the door of a device that a commit of ours has added. docs/protocol.md, "Door cell". */
import { decodeMlsMessage, makeKeyPackageRef } from "@quicprochat/mls";
import type { Group } from "../conversation/group.ts";
import type { Joiner } from "../conversation/joiner.ts";
import { unlessMalformed, verifiedLeaf } from "../conversation/members.ts";
import { sealDoorCell } from "../envelope/door-cell.ts";
import type { Draft } from "../step/draft.ts";
import type { Self } from "../step/self.ts";
import { suite } from "../step/suite.ts";
import { queueCell } from "./queue-cell.ts";

const EMPTY = new Uint8Array(0);

type Invitation = { readonly group: Group; readonly joiner: Joiner; readonly welcome: Uint8Array };

export function queueWelcome(draft: Draft, self: Self, { group, joiner, welcome }: Invitation): void {
  const message = unlessMalformed(() => decodeMlsMessage(joiner.keyPackage));
  if (message?.kind !== "key-package") return;
  const { keyPackage } = message;
  const delivery = verifiedLeaf(0, keyPackage.leafNode, self.serverId)?.delivery;
  if (delivery?.kind !== "door") return;
  const cell = sealDoorCell({
    kind: "welcome",
    payload: welcome,
    to: { initKey: keyPackage.initKey, reference: makeKeyPackageRef(suite, keyPackage), address: delivery.address },
    from: { credential: self.credential, leafKeyPair: self.leafKeyPair },
    random: draft.random,
  });
  if (cell === undefined) return;
  queueCell(draft, {
    purpose: "welcome",
    groupId: group.groupId,
    epoch: group.epoch,
    messageKey: EMPTY,
    user: joiner.user,
    deviceId: joiner.deviceId,
    address: delivery.address,
    door: true,
    doorKey: delivery.doorKey,
    cell,
  });
}
