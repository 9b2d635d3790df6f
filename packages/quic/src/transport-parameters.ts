/** Transport parameters: RFC 9000 section 18, RFC 9221 section 3, RFC 9287 section 3, RFC 9368 section 3. */
import { DecodeError } from "@quicprochat/bytes";
import { CONNECTION_ID_BYTES_MAX } from "./packet-header.ts";
import { PacketReader } from "./packet-reader.ts";
import { PacketWriter } from "./packet-writer.ts";
import { varintSize } from "./varint.ts";

const ParameterId = {
  originalDestinationConnectionId: 0x00,
  maxIdleTimeout: 0x01,
  statelessResetToken: 0x02,
  maxUdpPayloadSize: 0x03,
  initialMaxData: 0x04,
  initialMaxStreamDataBidiLocal: 0x05,
  initialMaxStreamDataBidiRemote: 0x06,
  initialMaxStreamDataUni: 0x07,
  initialMaxStreamsBidi: 0x08,
  initialMaxStreamsUni: 0x09,
  ackDelayExponent: 0x0a,
  maxAckDelay: 0x0b,
  disableActiveMigration: 0x0c,
  preferredAddress: 0x0d,
  activeConnectionIdLimit: 0x0e,
  initialSourceConnectionId: 0x0f,
  retrySourceConnectionId: 0x10,
  versionInformation: 0x11,
  maxDatagramFrameSize: 0x20,
  greaseQuicBit: 0x2ab2,
} as const;

export type VersionInformation = { readonly chosen: number; readonly available: readonly number[] };

/** A preferred address is read over: nobody here uses one. */
export type TransportParameters = {
  /** Of servers only, like the two others of this kind. */
  readonly originalDestinationConnectionId: Uint8Array | undefined;
  readonly retrySourceConnectionId: Uint8Array | undefined;
  readonly statelessResetToken: Uint8Array | undefined;
  readonly initialSourceConnectionId: Uint8Array | undefined;
  /** Milliseconds; 0 for none. */
  readonly maxIdleTimeout: number;
  readonly maxUdpPayloadSize: number;
  readonly initialMaxData: number;
  readonly initialMaxStreamDataBidiLocal: number;
  readonly initialMaxStreamDataBidiRemote: number;
  readonly initialMaxStreamDataUni: number;
  readonly initialMaxStreamsBidi: number;
  readonly initialMaxStreamsUni: number;
  readonly ackDelayExponent: number;
  /** Milliseconds. */
  readonly maxAckDelay: number;
  readonly activeConnectionIdLimit: number;
  /** 0: no DATAGRAM frames. */
  readonly maxDatagramFrameSize: number;
  readonly disableActiveMigration: boolean;
  readonly greaseQuicBit: boolean;
  readonly versionInformation: VersionInformation | undefined;
};

/** What an absent parameter means. */
export const defaultTransportParameters: TransportParameters = {
  originalDestinationConnectionId: undefined,
  retrySourceConnectionId: undefined,
  statelessResetToken: undefined,
  initialSourceConnectionId: undefined,
  maxIdleTimeout: 0,
  maxUdpPayloadSize: 65_527,
  initialMaxData: 0,
  initialMaxStreamDataBidiLocal: 0,
  initialMaxStreamDataBidiRemote: 0,
  initialMaxStreamDataUni: 0,
  initialMaxStreamsBidi: 0,
  initialMaxStreamsUni: 0,
  ackDelayExponent: 3,
  maxAckDelay: 25,
  activeConnectionIdLimit: 2,
  maxDatagramFrameSize: 0,
  disableActiveMigration: false,
  greaseQuicBit: false,
  versionInformation: undefined,
};

type NumberName =
  | "maxIdleTimeout"
  | "maxUdpPayloadSize"
  | "initialMaxData"
  | "initialMaxStreamDataBidiLocal"
  | "initialMaxStreamDataBidiRemote"
  | "initialMaxStreamDataUni"
  | "initialMaxStreamsBidi"
  | "initialMaxStreamsUni"
  | "ackDelayExponent"
  | "maxAckDelay"
  | "activeConnectionIdLimit"
  | "maxDatagramFrameSize";

/** The numbers, and what may stand in them. */
const numbers: readonly { readonly name: NumberName; readonly least: number; readonly most: number }[] = [
  { name: "maxIdleTimeout", least: 0, most: Number.MAX_SAFE_INTEGER },
  { name: "maxUdpPayloadSize", least: 1200, most: Number.MAX_SAFE_INTEGER },
  { name: "initialMaxData", least: 0, most: Number.MAX_SAFE_INTEGER },
  { name: "initialMaxStreamDataBidiLocal", least: 0, most: Number.MAX_SAFE_INTEGER },
  { name: "initialMaxStreamDataBidiRemote", least: 0, most: Number.MAX_SAFE_INTEGER },
  { name: "initialMaxStreamDataUni", least: 0, most: Number.MAX_SAFE_INTEGER },
  { name: "initialMaxStreamsBidi", least: 0, most: 2 ** 53 - 2 },
  { name: "initialMaxStreamsUni", least: 0, most: 2 ** 53 - 2 },
  { name: "ackDelayExponent", least: 0, most: 20 },
  { name: "maxAckDelay", least: 0, most: 2 ** 14 - 1 },
  { name: "activeConnectionIdLimit", least: 2, most: Number.MAX_SAFE_INTEGER },
  { name: "maxDatagramFrameSize", least: 0, most: Number.MAX_SAFE_INTEGER },
];

type BytesName =
  | "originalDestinationConnectionId"
  | "retrySourceConnectionId"
  | "statelessResetToken"
  | "initialSourceConnectionId";

const byteStrings: readonly {
  readonly name: BytesName;
  readonly ofServer: boolean;
  readonly least: number;
  readonly most: number;
}[] = [
  { name: "originalDestinationConnectionId", ofServer: true, least: 0, most: CONNECTION_ID_BYTES_MAX },
  { name: "statelessResetToken", ofServer: true, least: 16, most: 16 },
  { name: "initialSourceConnectionId", ofServer: false, least: 0, most: CONNECTION_ID_BYTES_MAX },
  { name: "retrySourceConnectionId", ofServer: true, least: 0, most: CONNECTION_ID_BYTES_MAX },
];

const flags = ["disableActiveMigration", "greaseQuicBit"] as const;

const BYTES_MAX = 1024;

/** Defaults are left out; the order is that of the tables, so equal parameters are equal bytes. */
export function encodeTransportParameters(parameters: TransportParameters): Uint8Array {
  const writer = new PacketWriter(new Uint8Array(BYTES_MAX));
  for (const { name } of byteStrings) {
    const value = parameters[name];
    if (value !== undefined) writer.varint(ParameterId[name]).vector(value);
  }
  for (const { name } of numbers) {
    const value = parameters[name];
    if (value === defaultTransportParameters[name]) continue;
    writer.varint(ParameterId[name]).varint(varintSize(value)).varint(value);
  }
  for (const name of flags) if (parameters[name]) writer.varint(ParameterId[name]).varint(0);
  const information = parameters.versionInformation;
  if (information !== undefined) {
    writer.varint(ParameterId.versionInformation).varint(4 + 4 * information.available.length);
    writer.u32(information.chosen);
    for (const version of information.available) writer.u32(version);
  }
  return writer.bytes.slice(0, writer.at);
}

type Draft = { -readonly [Name in keyof TransportParameters]: TransportParameters[Name] };

/** What a peer in the given role sent. Unknown parameters are passed over. Throws `DecodeError`. */
export function decodeTransportParameters(bytes: Uint8Array, sender: "client" | "server"): TransportParameters {
  const reader = new PacketReader(bytes);
  const draft: Draft = { ...defaultTransportParameters };
  const seen = new Set<number>();
  while (reader.remaining > 0) {
    const id = reader.varint();
    if (seen.has(id)) throw reader.error("duplicate-parameter");
    seen.add(id);
    readParameter(draft, { id, value: new PacketReader(reader.vector()), sender });
  }
  return draft;
}

type Parameter = { readonly id: number; readonly value: PacketReader; readonly sender: "client" | "server" };

function readParameter(draft: Draft, { id, value, sender }: Parameter): void {
  const bytesRule = byteStrings.find(({ name }) => ParameterId[name] === id);
  if (bytesRule !== undefined) {
    if (bytesRule.ofServer && sender === "client") throw new DecodeError("parameter-of-servers");
    const bytes = value.rest();
    if (bytes.length < bytesRule.least || bytes.length > bytesRule.most) throw new DecodeError("bad-parameter-length");
    draft[bytesRule.name] = bytes.slice();
    return;
  }
  const numberRule = numbers.find(({ name }) => ParameterId[name] === id);
  if (numberRule !== undefined) {
    const number = value.varint();
    if (number < numberRule.least || number > numberRule.most) throw new DecodeError("parameter-out-of-range");
    draft[numberRule.name] = number;
  } else if (id === ParameterId.disableActiveMigration) draft.disableActiveMigration = true;
  else if (id === ParameterId.greaseQuicBit) draft.greaseQuicBit = true;
  else if (id === ParameterId.versionInformation) draft.versionInformation = readVersionInformation(value);
  else if (id === ParameterId.preferredAddress && sender === "client") throw new DecodeError("parameter-of-servers");
  else return;
  if (value.remaining > 0) throw new DecodeError("bad-parameter-length");
}

function readVersionInformation(value: PacketReader): VersionInformation {
  const chosen = value.u32();
  if (chosen === 0) throw new DecodeError("version-zero");
  const available: number[] = [];
  while (value.remaining > 0) {
    const version = value.u32();
    if (version === 0) throw new DecodeError("version-zero");
    available.push(version);
  }
  return { chosen, available };
}
