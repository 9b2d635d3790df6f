/** messages.json: every structure decodes, and encodes to the same bytes. */
import type { Reader, Writer } from "@quicprochat/bytes";
import { readCommit, writeCommit } from "../../src/wire/commit.ts";
import { readExtensions, writeExtensions } from "../../src/wire/extension.ts";
import { readKeyPackage, writeKeyPackage } from "../../src/wire/key-package.ts";
import { readLeafNode, writeLeafNode } from "../../src/wire/leaf-node.ts";
import { readMlsMessage, writeMlsMessage } from "../../src/wire/mls-message.ts";
import { readTreeNodes, writeTreeNodes } from "../../src/wire/node.ts";
import { readPreSharedKeyId, writePreSharedKeyId } from "../../src/wire/pre-shared-key-id.ts";
import { decode, encode, readOpaque, readU32, writeU32 } from "../../src/wire/presentation.ts";
import { readReInit, writeReInit } from "../../src/wire/proposal.ts";
import { readGroupSecrets, writeGroupSecrets } from "../../src/wire/welcome.ts";
import { bytes, equal, type Json } from "./json.ts";

const coded =
  <T>(read: (reader: Reader) => T, write: (writer: Writer, value: T) => void) =>
  (input: Uint8Array): Uint8Array =>
    encode(write, decode(read, input));

const message = coded(readMlsMessage, writeMlsMessage);

const codecs: Readonly<Record<string, (input: Uint8Array) => Uint8Array>> = {
  mls_welcome: message,
  mls_group_info: message,
  mls_key_package: message,
  ratchet_tree: coded(readTreeNodes, writeTreeNodes),
  group_secrets: coded(readGroupSecrets, writeGroupSecrets),
  add_proposal: coded(readKeyPackage, writeKeyPackage),
  update_proposal: coded(readLeafNode, writeLeafNode),
  remove_proposal: coded(readU32, writeU32),
  pre_shared_key_proposal: coded(readPreSharedKeyId, writePreSharedKeyId),
  re_init_proposal: coded(readReInit, writeReInit),
  external_init_proposal: coded(readOpaque, (writer, kemOutput: Uint8Array) => void writer.vector(kemOutput)),
  group_context_extensions_proposal: coded(readExtensions, writeExtensions),
  commit: coded(readCommit, writeCommit),
  public_message_application: message,
  public_message_proposal: message,
  public_message_commit: message,
  private_message: message,
};

export function messages(vector: Json): void {
  for (const [name, input] of Object.entries(vector)) {
    const codec = codecs[name];
    if (codec === undefined) throw new Error(`no such structure: ${name}`);
    equal(codec(bytes(input)), input, name);
  }
}
