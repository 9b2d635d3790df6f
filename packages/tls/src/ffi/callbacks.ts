/** What OpenSSL calls back during a handshake: `SSL_set_quic_tls_cbs(3)`, ALPN, certificates and the key log. */
import { getUint8, setUint8, setUint64, toBuffer } from "node:ffi";
import { KEY_LOG_LINE_BYTES_MAX } from "../limits.ts";
import { NativeMemory } from "./native-memory.ts";
import { type LoadedOpenSsl, NULL } from "./open-ssl.ts";

/** One handshake, as OpenSSL sees it. All bytes are views of foreign memory that end with the call. */
export interface HandshakeEvents {
  onCryptoSend(bytes: Uint8Array): void;
  /** Handshake bytes of the peer, which stay where they are until released; `undefined` when there are none. */
  nextInput(): { readonly address: bigint; readonly length: number } | undefined;
  /** `false` when so many bytes were not given. */
  releaseInput(length: number): boolean;
  /** `level`: 2 handshake, 3 application; 1 would be early data. */
  onSecret(level: number, direction: "read" | "write", secret: Uint8Array): void;
  onTransportParameters(bytes: Uint8Array): void;
  onAlert(code: number): void;
  /** A line of the key log: label, client random and secret. */
  onKeyLog(line: Uint8Array): void;
  /** Where our protocol's name lies within `offered`'s choices: the name itself, in memory that stays. */
  selectProtocol(offered: Uint8Array): { readonly address: bigint; readonly length: number } | undefined;
}

export type CallbackAddresses = {
  /** `OSSL_DISPATCH` array for `SSL_set_quic_tls_cbs`. */
  readonly dispatch: bigint;
  readonly verifyCertificate: bigint;
  readonly selectAlpn: bigint;
  readonly keyLog: bigint;
};

/** Callbacks run inside a call of ours, so one variable says for whom. */
let current: HandshakeEvents | undefined;
let thrown: { readonly error: unknown } | undefined;

/** Makes a call into OpenSSL during which callbacks reach `events`. What they throw is thrown here. */
export function withCallbacks<Result>(events: HandshakeEvents, call: () => Result): Result {
  current = events;
  thrown = undefined;
  let result: Result;
  try {
    result = call();
  } finally {
    current = undefined;
  }
  const failed = takeThrown();
  if (failed !== undefined) throw failed.error;
  return result;
}

function takeThrown(): { readonly error: unknown } | undefined {
  const failed = thrown;
  thrown = undefined;
  return failed;
}

/** An exception inside a callback would end the process: it is kept, and OpenSSL told that the callback failed. */
function guarded(failure: number, body: (events: HandshakeEvents) => number): number {
  if (current === undefined || thrown !== undefined) return failure;
  try {
    return body(current);
  } catch (error) {
    thrown = { error };
    return failure;
  }
}

const view = (address: bigint, length: bigint | number): Uint8Array =>
  Number(length) === 0 ? new Uint8Array(0) : toBuffer(address, Number(length), false);

/** From `openssl/core_dispatch.h`. */
const Dispatch = { cryptoSend: 2001, cryptoReceive: 2002, release: 2003, secret: 2004, parameters: 2005, alert: 2006 };
const DISPATCH_ENTRY_BYTES = 16;

const POINTER_BYTES = 8;
/** A pointer, in the one form in which callbacks get it. */
const ADDRESS = "uint64";
const SSL_TLSEXT_ERR_OK = 0;
const SSL_TLSEXT_ERR_ALERT_FATAL = 2;

let addresses: CallbackAddresses | undefined;
/** Held for ever: OpenSSL holds its address. */
let dispatchTable: NativeMemory | undefined;

/** Registered once, for the life of the process. */
export function callbackAddresses({ library }: LoadedOpenSsl): CallbackAddresses {
  addresses ??= {
    dispatch: registerDispatch(library),
    verifyCertificate: library.registerCallback(
      { return: "int32", arguments: [ADDRESS, ADDRESS] },
      // Chains are not judged: who the peer is, its certificate's key says, to those who pinned it.
      () => 1,
    ),
    selectAlpn: library.registerCallback(
      { return: "int32", arguments: [ADDRESS, ADDRESS, ADDRESS, ADDRESS, "uint32", ADDRESS] },
      (_ssl, out, outLength, offered, offeredLength) =>
        guarded(SSL_TLSEXT_ERR_ALERT_FATAL, (events) => {
          const chosen = events.selectProtocol(view(offered, offeredLength));
          if (chosen === undefined) return SSL_TLSEXT_ERR_ALERT_FATAL;
          writePointer(out, chosen.address);
          setUint8(outLength, 0, chosen.length);
          return SSL_TLSEXT_ERR_OK;
        }),
    ),
    keyLog: library.registerCallback({ return: "void", arguments: [ADDRESS, ADDRESS] }, (_ssl, line) => {
      guarded(0, (events) => {
        events.onKeyLog(untilZero(line));
        return 1;
      });
    }),
  };
  return addresses;
}

type Library = LoadedOpenSsl["library"];

function registerDispatch(library: Library): bigint {
  const callbacks: readonly (readonly [id: number, address: bigint])[] = [
    ...cryptoCallbacks(library),
    ...stateCallbacks(library),
  ];
  // One entry of zeros ends the table.
  const table = new NativeMemory(DISPATCH_ENTRY_BYTES * (callbacks.length + 1));
  for (const [index, [id, address]] of callbacks.entries()) {
    table.view.setInt32(index * DISPATCH_ENTRY_BYTES, id, true);
    table.view.setBigUint64(index * DISPATCH_ENTRY_BYTES + POINTER_BYTES, address, true);
  }
  dispatchTable = table;
  return dispatchTable.address;
}

function cryptoCallbacks(library: Library): [id: number, address: bigint][] {
  const send = library.registerCallback(
    { return: "int32", arguments: [ADDRESS, ADDRESS, "uint64", ADDRESS, ADDRESS] },
    (_ssl, bytes, length, consumed) =>
      guarded(0, (events) => {
        events.onCryptoSend(view(bytes, length));
        writePointer(consumed, length);
        return 1;
      }),
  );
  const receive = library.registerCallback(
    { return: "int32", arguments: [ADDRESS, ADDRESS, ADDRESS, ADDRESS] },
    (_ssl, bytes, length) =>
      guarded(0, (events) => {
        const input = events.nextInput();
        writePointer(bytes, input?.address ?? NULL);
        writePointer(length, BigInt(input?.length ?? 0));
        return 1;
      }),
  );
  const release = library.registerCallback(
    { return: "int32", arguments: [ADDRESS, "uint64", ADDRESS] },
    (_ssl, length) => guarded(0, (events) => (events.releaseInput(Number(length)) ? 1 : 0)),
  );
  return [
    [Dispatch.cryptoSend, send],
    [Dispatch.cryptoReceive, receive],
    [Dispatch.release, release],
  ];
}

function stateCallbacks(library: Library): [id: number, address: bigint][] {
  const secret = library.registerCallback(
    { return: "int32", arguments: [ADDRESS, "uint32", "int32", ADDRESS, "uint64", ADDRESS] },
    (_ssl, level, direction, bytes, length) =>
      guarded(0, (events) => {
        events.onSecret(level, direction === 0 ? "read" : "write", view(bytes, length));
        return 1;
      }),
  );
  const parameters = library.registerCallback(
    { return: "int32", arguments: [ADDRESS, ADDRESS, "uint64", ADDRESS] },
    (_ssl, bytes, length) =>
      guarded(0, (events) => {
        events.onTransportParameters(view(bytes, length));
        return 1;
      }),
  );
  const alert = library.registerCallback({ return: "int32", arguments: [ADDRESS, "uint8", ADDRESS] }, (_ssl, code) =>
    guarded(0, (events) => {
      events.onAlert(code);
      return 1;
    }),
  );
  return [
    [Dispatch.secret, secret],
    [Dispatch.parameters, parameters],
    [Dispatch.alert, alert],
  ];
}

/** Also a `size_t`, which is as wide. */
const writePointer = (at: bigint, value: bigint): void => setUint64(at, 0, value);

/** A C string, without making a JavaScript string of it: such could not be erased. */
function untilZero(address: bigint): Uint8Array {
  let length = 0;
  while (length < KEY_LOG_LINE_BYTES_MAX && getUint8(address, length) !== 0) length++;
  return view(address, length);
}
