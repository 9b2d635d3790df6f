/** Claims one KeyPackage for each device of an account, and believes nothing that its chain of keys does not bear out. */
import { equalBytes } from "@quicprochat/bytes";
import { decodeMlsMessage, validateKeyPackage } from "@quicprochat/mls";
import {
  type KeyPackageClaimResponse,
  parseUsername,
  RefusalError,
  UsernameError,
  verifyDeviceList,
  verifyIdentity,
} from "@quicprochat/protocol";
import type { Joiner } from "../conversation/joiner.ts";
import { unlessMalformed, verifiedLeaf } from "../conversation/members.ts";
import { exitCodes, Failure } from "../failure.ts";
import { settleName } from "../step/confirm-name.ts";
import { isDeviceOf } from "../step/joiners.ts";
import { suite } from "../step/suite.ts";
import type { Core } from "./core.ts";
import type { Network } from "./network.ts";

type Claiming = { readonly core: Core; readonly network: Pick<Network, "claim">; readonly signal: AbortSignal };

/** Throws `Failure`: `unknown_user`, `user_away`, `contact_changed`, `server_lied`. */
export async function claim({ core, network, signal }: Claiming, name: string): Promise<Joiner[]> {
  const username = checkedName(name);
  const response = await answerTo(network.claim(username, signal), username);
  const joiners = verifyClaim(response, { serverId: core.self.serverId, username, now: core.now() });
  if (joiners === "forged") throw new Failure("server_lied", liedText(username));
  if (joiners === "expired") throw new Failure("user_away", awayText(username));
  const { identity, devices } = response;
  if (identity === undefined || devices === undefined) throw new Failure("server_lied", liedText(username));
  const { rootKey, version: identityVersion } = identity;
  const entry = { rootKey, identityVersion, devicesCounter: devices.counter };
  const pinned = core.step((draft) => settleName(draft, { user: username, entry }));
  // A list from before a recovery would bring revoked devices back.
  if (pinned === "older") throw new Failure("server_lied", liedText(username));
  if (pinned === "changed") {
    throw new Failure("contact_changed", changedText(username), { exitCode: exitCodes.contactChanged });
  }
  return joiners;
}

function checkedName(name: string): string {
  try {
    return parseUsername(name);
  } catch (error) {
    throw error instanceof UsernameError
      ? new Failure("unknown_user", `There is no such user: ${error.message}`)
      : error;
  }
}

async function answerTo(claiming: Promise<KeyPackageClaimResponse>, name: string): Promise<KeyPackageClaimResponse> {
  try {
    return await claiming;
  } catch (error) {
    if (!(error instanceof RefusalError) || error.code !== "no_package") throw error;
    throw new Failure("unknown_user", `There is no such user on this server: ${name}. Check how the name is spelt.`);
  }
}

type Claimed = { readonly serverId: Uint8Array; readonly username: string; readonly now: number };

/** One valid package for each device in the signed list, and no other. */
function verifyClaim(
  { identity, devices, keyPackages }: KeyPackageClaimResponse,
  { serverId, username, now }: Claimed,
): Joiner[] | Exclude<Verdict, "valid"> {
  const owner = { serverId, username };
  if (identity === undefined || devices === undefined || !verifyIdentity(owner, identity)) return "forged";
  if (!verifyDeviceList(owner, identity, devices)) return "forged";
  if (devices.devices.length === 0 || keyPackages.length !== devices.devices.length) return "forged";
  const joiners: Joiner[] = [];
  for (const device of devices.devices) {
    const claimed = keyPackages.find(({ deviceId }) => equalBytes(deviceId, device.id));
    const { rootKey } = identity;
    const wanted = { user: username, rootKey, deviceId: device.id, leafKey: device.leafKey };
    if (claimed === undefined) return "forged";
    const verdict = judge(claimed.keyPackage, wanted, { serverId, now });
    if (verdict !== "valid") return verdict;
    joiners.push({ user: username, rootKey, deviceId: device.id, keyPackage: claimed.keyPackage });
  }
  return joiners;
}

type Verdict = "valid" | "forged" | "expired";

type Wanted = Omit<Joiner, "keyPackage"> & { readonly leafKey: Uint8Array };

/** A valid KeyPackage of this very device, which says at which door it is to be invited. */
function judge(bytes: Uint8Array, wanted: Wanted, { serverId, now }: Omit<Claimed, "username">): Verdict {
  const message = unlessMalformed(() => decodeMlsMessage(bytes));
  if (message?.kind !== "key-package") return "forged";
  const { keyPackage } = message;
  const leaf = verifiedLeaf(0, keyPackage.leafNode, serverId);
  const theirs =
    leaf?.user === wanted.user &&
    isDeviceOf(leaf, wanted) &&
    equalBytes(keyPackage.leafNode.signatureKey, wanted.leafKey) &&
    leaf.delivery?.kind === "door";
  const refusal = validateKeyPackage(keyPackage, { suite, now: BigInt(Math.floor(now / 1_000)) });
  if (!theirs || (refusal !== undefined && refusal.code !== "leaf-lifetime")) return "forged";
  return refusal === undefined ? "valid" : "expired";
}

const liedText = (name: string): string =>
  `What the server gave out for ${name} is not signed as it must be. Nothing was sent. Try again; if it stays so, do not rely on this server.`;

const awayText = (name: string): string =>
  `No device of ${name} has been online for so long that none can be invited safely. Ask them to connect, and try again.`;

const changedText = (name: string): string =>
  `${name} has another identity than the one known to this device: somebody else may answer to that name now. ` +
  "Nothing was sent. Ask them, on another way, what has happened.";
