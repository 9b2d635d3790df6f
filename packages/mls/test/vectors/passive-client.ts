/** passive-client-*.json: a client joins by a Welcome and follows what the others do. */
import assert from "node:assert/strict";
import { equalBytes } from "@quicprochat/bytes";
import type { GroupState } from "../../src/group/group-state.ts";
import { joinByWelcome } from "../../src/group/join-by-welcome.ts";
import type { PskStore } from "../../src/group/outcome.ts";
import { processMessage } from "../../src/group/process-message.ts";
import { epochAuthenticator } from "../../src/group/read-group.ts";
import { loadGroup } from "../../src/state/load-group.ts";
import { saveGroup } from "../../src/state/save-group.ts";
import { decodeMlsMessage } from "../../src/wire/mls-message.ts";
import { bytes, equal, type Json, list, optional, records } from "./json.ts";

export function passiveClient(vector: Json): void {
  const psks = pskStore(vector);
  let state = join(vector, psks);
  equal(epochAuthenticator(state), vector["initial_epoch_authenticator"], "initial epoch authenticator");
  for (const [at, epoch] of records(vector["epochs"]).entries()) {
    for (const proposal of list(epoch["proposals"])) {
      const outcome = processMessage(state, bytes(proposal), { psks });
      assert(outcome.kind === "proposal", `proposal of epoch ${at}: ${nameOf(outcome)}`);
      state = outcome.state;
    }
    const outcome = processMessage(reloaded(state), bytes(epoch["commit"]), { psks });
    assert(outcome.kind === "commit", `commit of epoch ${at}: ${nameOf(outcome)}`);
    state = outcome.state;
    equal(epochAuthenticator(state), epoch["epoch_authenticator"], `epoch authenticator ${at}`);
  }
}

const nameOf = (outcome: ReturnType<typeof processMessage>): string =>
  outcome.kind === "refused" ? `refused, ${outcome.refusal.code} ${outcome.refusal.leafIndex}` : outcome.kind;

function join(vector: Json, psks: PskStore): GroupState {
  const own = decodeMlsMessage(bytes(vector["key_package"]));
  assert(own.kind === "key-package");
  const ratchetTree = optional(vector["ratchet_tree"], bytes);
  const options = {
    welcome: bytes(vector["welcome"]),
    keyPackage: own.keyPackage,
    secrets: {
      initPrivateKey: bytes(vector["init_priv"]),
      encryptionPrivateKey: bytes(vector["encryption_priv"]),
    },
    signaturePrivateKey: bytes(vector["signature_priv"]),
    psks,
  };
  const joined = joinByWelcome(ratchetTree === undefined ? options : { ...options, ratchetTree });
  assert(joined.kind === "joined", `join: ${joined.kind === "refused" ? joined.refusal.code : joined.kind}`);
  return joined.state;
}

function pskStore(vector: Json): PskStore {
  const known = records(vector["external_psks"]).map((psk) => ({ id: bytes(psk["psk_id"]), psk: bytes(psk["psk"]) }));
  return (id) => (id.kind === "external" ? known.find((each) => equalBytes(each.id, id.id))?.psk : undefined);
}

/** What was stored continues as what was not. */
function reloaded(state: GroupState): GroupState {
  const key = new Uint8Array(32);
  const loaded = loadGroup(saveGroup(state, { key }), { key });
  assert(loaded.kind === "loaded");
  return loaded.state;
}
