/** The versions of QUIC that are spoken here: 1 (RFC 9000, RFC 9001) and 2 (RFC 9369), and what differs between them. */
import { fromHex } from "@quicprochat/bytes";

export const Version = { one: 0x0000_0001, two: 0x6b33_43cf } as const;
export type Version = (typeof Version)[keyof typeof Version];

/** Long header packet types (RFC 9000 section 17.2), by name. */
export type LongPacketType = "initial" | "zero-rtt" | "handshake" | "retry";

type VersionFacts = {
  readonly initialSalt: Uint8Array;
  /** Prefix of the labels `key`, `iv`, `hp` and `ku`. */
  readonly labelPrefix: string;
  /** Indexed by the two type bits. */
  readonly longTypes: readonly [LongPacketType, LongPacketType, LongPacketType, LongPacketType];
  readonly retryKey: Uint8Array;
  readonly retryNonce: Uint8Array;
};

const versionOne: VersionFacts = {
  initialSalt: fromHex("38762cf7f55934b34d179ae6a4c80cadccbb7f0a"),
  labelPrefix: "quic ",
  longTypes: ["initial", "zero-rtt", "handshake", "retry"],
  retryKey: fromHex("be0c690b9f66575a1d766b54e368c84e"),
  retryNonce: fromHex("461599d35d632bf2239825bb"),
};

const versionTwo: VersionFacts = {
  initialSalt: fromHex("0dede3def700a6db819381be6e269dcbf9bd2ed9"),
  labelPrefix: "quicv2 ",
  longTypes: ["retry", "initial", "zero-rtt", "handshake"],
  retryKey: fromHex("8fb4b01b56ac48e260fbcbcead7ccc92"),
  retryNonce: fromHex("d86969bc2d7c6d9990efb04a"),
};

export const versionFacts = (version: Version): VersionFacts => (version === Version.two ? versionTwo : versionOne);

/** `undefined` for a version that is not spoken here. */
export function knownVersion(value: number): Version | undefined {
  if (value === Version.one) return Version.one;
  return value === Version.two ? Version.two : undefined;
}

/** The two type bits of a long header's first byte, in place. */
export const longTypeBits = (version: Version, type: LongPacketType): number =>
  versionFacts(version).longTypes.indexOf(type) << 4;
