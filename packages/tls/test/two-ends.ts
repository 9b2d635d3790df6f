/** Two handshakes that talk to each other in memory. */
import type { TlsHandshake, TlsLevel, TlsSecret, TlsStep } from "@quicprochat/quic";
import { TlsContext } from "../src/index.ts";
import { type Credentials, selfSigned } from "./certificate.ts";

export const ALPN = "qpc";
export const clientParameters: Uint8Array = Uint8Array.of(1, 4, 0x80, 0, 0xea, 0x60);
export const serverParameters: Uint8Array = Uint8Array.of(1, 4, 0x80, 0, 0x75, 0x30, 5, 4, 0x80, 0x0f, 0xff, 0xff);
export const credentials: Credentials = selfSigned();

export type End = {
  readonly handshake: TlsHandshake;
  readonly secrets: TlsSecret[];
  readonly sent: { readonly level: TlsLevel; readonly bytes: Uint8Array }[];
  complete: boolean;
  alert: number | undefined;
};

export const endOf = (handshake: TlsHandshake): End => ({
  handshake,
  secrets: [],
  sent: [],
  complete: false,
  alert: undefined,
});

export type Options = {
  readonly clientAlpn?: string;
  readonly clientGroups?: string;
  readonly clientSuites?: string;
  readonly serverGroups?: string;
  readonly credentials?: Credentials;
};

export function twoEnds(options: Options = {}): { client: End; server: End } {
  using client = clientContext(options);
  using server = serverContext(options);
  return {
    client: endOf(client.handshakes("localhost")(clientParameters)),
    server: endOf(server.handshakes()(serverParameters)),
  };
}

export const clientContext = ({ clientAlpn = ALPN, clientGroups, clientSuites }: Options = {}): TlsContext =>
  TlsContext.client({
    alpn: clientAlpn,
    ...(clientGroups === undefined ? {} : { groups: clientGroups }),
    ...(clientSuites === undefined ? {} : { suites: clientSuites }),
  });

export const serverContext = ({ serverGroups, credentials: given = credentials }: Options = {}): TlsContext =>
  TlsContext.server({ alpn: ALPN, ...given, ...(serverGroups === undefined ? {} : { groups: serverGroups }) });

/** What a test may do to bytes on their way. */
export type Tamper = (bytes: Uint8Array, level: TlsLevel, from: "client" | "server") => Uint8Array;

/** Lets both talk until neither has anything to say, in pieces of `chunk` bytes. */
export function converse(client: End, server: End, options: { chunk?: number; tamper?: Tamper } = {}): void {
  const { chunk = Number.POSITIVE_INFINITY, tamper = (bytes) => bytes } = options;
  let toServer = note(client, client.handshake.start());
  note(server, server.handshake.start());
  for (let turns = 0; toServer.length > 0 && turns < 10; turns++) {
    const toClient = deliver(server, toServer, chunk, (bytes, level) => tamper(bytes, level, "client"));
    toServer = deliver(client, toClient, chunk, (bytes, level) => tamper(bytes, level, "server"));
  }
}

function deliver(
  to: End,
  outgoing: TlsStep["outgoing"],
  chunk: number,
  tamper: (bytes: Uint8Array, level: TlsLevel) => Uint8Array,
): TlsStep["outgoing"] {
  const answers: TlsStep["outgoing"][number][] = [];
  for (const { level, bytes } of outgoing) {
    const changed = tamper(bytes, level);
    for (let at = 0; at < changed.length; at += chunk) {
      if (to.alert !== undefined) return answers;
      answers.push(...note(to, to.handshake.receive(level, changed.subarray(at, at + chunk))));
    }
  }
  return answers;
}

/** Keeps what a step yielded. */
export function note(end: End, step: TlsStep): TlsStep["outgoing"] {
  end.secrets.push(...step.secrets);
  end.sent.push(...step.outgoing);
  end.complete = step.complete;
  end.alert = step.alert;
  return step.outgoing;
}
