/** GREASE, RFC 9420 section 13.5: values without meaning, so that peers stay used to ignoring what they do not know. */
import type { Random } from "@quicprochat/crypto";
import type { Extension } from "../wire/extension.ts";
import type { Capabilities } from "../wire/leaf-node.ts";

/** One of 0x0A0A, 0x1A1A, ... 0xEAEA. */
export function greaseValue(random: Random): number {
  const [byte = 0] = random(1);
  return (((byte % 15) << 4) | 0x0a) * 0x0101;
}

/** With one random value more in each list that may have unknown ones. */
export const withGrease = (capabilities: Capabilities, random: Random): Capabilities => ({
  ...capabilities,
  cipherSuites: [...capabilities.cipherSuites, greaseValue(random)],
  extensions: [...capabilities.extensions, greaseValue(random)],
  proposals: [...capabilities.proposals, greaseValue(random)],
  credentials: [...capabilities.credentials, greaseValue(random)],
});

/** For a KeyPackage or a GroupInfo; in a leaf its type must be among the capabilities. */
export const greaseExtension = (random: Random): Extension => ({ type: greaseValue(random), data: random(8) });
