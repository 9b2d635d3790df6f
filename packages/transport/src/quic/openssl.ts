/**
 * The only file that touches foreign functions: the QUIC API of the OpenSSL inside Node (its manual pages
 * openssl-quic(7), SSL_new_listener(3), SSL_poll(3)), native memory, and the test that this Node has them.
 */
import { dlopen, setUint8, setUint64, toBuffer, toString } from "node:ffi";
import { toUtf8 } from "@quicprochat/bytes";

/** An address in native memory; 0 is none. */
export type Pointer = bigint;

export const NONE: Pointer = 0n;

const signatures = {
  OSSL_QUIC_server_method: { return: "pointer", arguments: [] },
  OSSL_QUIC_client_method: { return: "pointer", arguments: [] },
  SSL_CTX_new: { return: "pointer", arguments: ["pointer"] },
  SSL_CTX_free: { return: "void", arguments: ["pointer"] },
  SSL_CTX_ctrl: { return: "int64", arguments: ["pointer", "int32", "int64", "pointer"] },
  SSL_CTX_set_options: { return: "uint64", arguments: ["pointer", "uint64"] },
  SSL_CTX_set_domain_flags: { return: "int32", arguments: ["pointer", "uint64"] },
  SSL_CTX_set_num_tickets: { return: "int32", arguments: ["pointer", "uint64"] },
  SSL_CTX_set_verify: { return: "void", arguments: ["pointer", "int32", "pointer"] },
  SSL_CTX_set_alpn_select_cb: { return: "void", arguments: ["pointer", "pointer", "pointer"] },
  SSL_CTX_use_certificate_ASN1: { return: "int32", arguments: ["pointer", "int32", "pointer"] },
  SSL_CTX_use_PrivateKey: { return: "int32", arguments: ["pointer", "pointer"] },
  EVP_PKEY_new_raw_private_key: { return: "pointer", arguments: ["int32", "pointer", "pointer", "uint64"] },
  EVP_PKEY_free: { return: "void", arguments: ["pointer"] },
  SSL_new: { return: "pointer", arguments: ["pointer"] },
  SSL_free: { return: "void", arguments: ["pointer"] },
  SSL_new_listener: { return: "pointer", arguments: ["pointer", "uint64"] },
  SSL_listen: { return: "int32", arguments: ["pointer"] },
  SSL_accept_connection: { return: "pointer", arguments: ["pointer", "uint64"] },
  SSL_set_bio: { return: "void", arguments: ["pointer", "pointer", "pointer"] },
  SSL_set1_initial_peer_addr: { return: "int32", arguments: ["pointer", "pointer"] },
  SSL_set_alpn_protos: { return: "int32", arguments: ["pointer", "pointer", "uint32"] },
  SSL_set_connect_state: { return: "void", arguments: ["pointer"] },
  SSL_set_blocking_mode: { return: "int32", arguments: ["pointer", "int32"] },
  SSL_set_default_stream_mode: { return: "int32", arguments: ["pointer", "uint32"] },
  SSL_set_incoming_stream_policy: { return: "int32", arguments: ["pointer", "int32", "uint64"] },
  SSL_set_value_uint: { return: "int32", arguments: ["pointer", "uint32", "uint32", "uint64"] },
  SSL_get_value_uint: { return: "int32", arguments: ["pointer", "uint32", "uint32", "pointer"] },
  SSL_do_handshake: { return: "int32", arguments: ["pointer"] },
  SSL_handle_events: { return: "int32", arguments: ["pointer"] },
  SSL_get_event_timeout: { return: "int32", arguments: ["pointer", "pointer", "pointer"] },
  SSL_inject_net_dgram: { return: "int32", arguments: ["pointer", "pointer", "uint64", "pointer", "pointer"] },
  SSL_poll: { return: "int32", arguments: ["pointer", "uint64", "uint64", "pointer", "uint64", "pointer"] },
  SSL_new_stream: { return: "pointer", arguments: ["pointer", "uint64"] },
  SSL_accept_stream: { return: "pointer", arguments: ["pointer", "uint64"] },
  SSL_get_stream_type: { return: "int32", arguments: ["pointer"] },
  SSL_read_ex: { return: "int32", arguments: ["pointer", "pointer", "uint64", "pointer"] },
  SSL_write_ex2: { return: "int32", arguments: ["pointer", "pointer", "uint64", "uint64", "pointer"] },
  SSL_stream_conclude: { return: "int32", arguments: ["pointer", "uint64"] },
  SSL_stream_reset: { return: "int32", arguments: ["pointer", "pointer", "uint64"] },
  SSL_get_stream_read_state: { return: "int32", arguments: ["pointer"] },
  SSL_get_stream_write_state: { return: "int32", arguments: ["pointer"] },
  SSL_get_stream_read_error_code: { return: "int32", arguments: ["pointer", "pointer"] },
  SSL_get_stream_write_error_code: { return: "int32", arguments: ["pointer", "pointer"] },
  SSL_get_error: { return: "int32", arguments: ["pointer", "int32"] },
  SSL_shutdown_ex: { return: "int32", arguments: ["pointer", "uint64", "pointer", "uint64"] },
  SSL_get_conn_close_info: { return: "int32", arguments: ["pointer", "pointer", "uint64"] },
  SSL_get0_group_name: { return: "pointer", arguments: ["pointer"] },
  SSL_get1_peer_certificate: { return: "pointer", arguments: ["pointer"] },
  SSL_export_keying_material: {
    return: "int32",
    arguments: ["pointer", "pointer", "uint64", "pointer", "uint64", "pointer", "uint64", "int32"],
  },
  i2d_X509: { return: "int32", arguments: ["pointer", "pointer"] },
  X509_free: { return: "void", arguments: ["pointer"] },
  BIO_new: { return: "pointer", arguments: ["pointer"] },
  BIO_s_dgram_mem: { return: "pointer", arguments: [] },
  BIO_ctrl: { return: "int64", arguments: ["pointer", "int32", "int64", "pointer"] },
  BIO_recvmmsg: { return: "int32", arguments: ["pointer", "pointer", "uint64", "uint64", "uint64", "pointer"] },
  BIO_ADDR_new: { return: "pointer", arguments: [] },
  BIO_ADDR_free: { return: "void", arguments: ["pointer"] },
  BIO_ADDR_rawmake: { return: "int32", arguments: ["pointer", "int32", "pointer", "uint64", "uint16"] },
  BIO_ADDR_rawport: { return: "uint16", arguments: ["pointer"] },
  BIO_ADDR_rawaddress: { return: "int32", arguments: ["pointer", "pointer", "pointer"] },
  CRYPTO_malloc: { return: "pointer", arguments: ["uint64", "pointer", "int32"] },
  CRYPTO_free: { return: "void", arguments: ["pointer", "pointer", "int32"] },
  ERR_get_error: { return: "uint64", arguments: [] },
  ERR_clear_error: { return: "void", arguments: [] },
  ERR_error_string_n: { return: "void", arguments: ["uint64", "pointer", "uint64"] },
  OpenSSL_version_num: { return: "uint64", arguments: [] },
} as const;

/** OpenSSL 3.5.0; SSL_new_listener came with it. */
const OLDEST_VERSION = 0x3050_0000n;

type Loaded = ReturnType<typeof loadAndTest>;
export type OpenSsl = Loaded["functions"];

/** This program cannot speak QUIC here. */
export class QuicUnavailableError extends Error {
  readonly code = "quic_unavailable";

  constructor(why: string, cause?: unknown) {
    super(`QUIC needs the OpenSSL 3.5 of the official Node 26 on Linux or macOS: ${why}`, { cause });
    this.name = "QuicUnavailableError";
  }
}

let loaded: Loaded | undefined;

/** Loads and tests at the first use. Throws `QuicUnavailableError`. */
export const openSsl = (): OpenSsl => load().functions;

function load(): Loaded {
  loaded ??= loadAndTest();
  return loaded;
}

function loadAndTest() {
  if (process.platform === "win32") throw new QuicUnavailableError("Node for Windows does not export it");
  const { lib, functions } = open();
  const version = functions.OpenSSL_version_num();
  if (version < OLDEST_VERSION) throw new QuicUnavailableError(`its version is 0x${version.toString(16)}`);
  const method = functions.OSSL_QUIC_server_method();
  const context = method === NONE ? NONE : functions.SSL_CTX_new(method);
  if (context === NONE) throw new QuicUnavailableError("it was built without QUIC");
  functions.SSL_CTX_free(context);
  return { lib, functions };
}

function open() {
  try {
    return dlopen(null, signatures);
  } catch (cause) {
    throw new QuicUnavailableError("a function is missing", cause);
  }
}

/** Memory that does not move, with its address. Free it when nothing native knows it any more. */
export class NativeMemory implements Disposable {
  readonly pointer: Pointer;
  readonly bytes: Buffer;
  readonly view: DataView;

  constructor(length: number) {
    this.pointer = openSsl().CRYPTO_malloc(BigInt(length), NONE, 0);
    if (this.pointer === NONE) throw new RangeError("out of memory");
    this.bytes = toBuffer(this.pointer, length, false);
    this.bytes.fill(0);
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, length);
  }

  [Symbol.dispose](): void {
    openSsl().CRYPTO_free(this.pointer, NONE, 0);
  }
}

/** A NUL-terminated copy. */
export function nativeText(text: string): NativeMemory {
  const bytes = toUtf8(`${text}\0`);
  const memory = new NativeMemory(bytes.length);
  memory.bytes.set(bytes);
  return memory;
}

/** A copy of native bytes. */
export const copyNative = (pointer: Pointer, length: number): Uint8Array =>
  new Uint8Array(toBuffer(pointer, length, true));

export const copyNativeText = (pointer: Pointer): string => (pointer === NONE ? "" : (toString(pointer) ?? ""));

/** Empties OpenSSL's error queue, which Node's own functions would otherwise find; for texts and `cause`. */
export function drainErrors(): string {
  const functions = openSsl();
  using text = new NativeMemory(256);
  const errors: string[] = [];
  for (;;) {
    const code = functions.ERR_get_error();
    if (code === 0n) return errors.join(", ");
    functions.ERR_error_string_n(code, text.pointer, 256n);
    errors.push(copyNativeText(text.pointer));
  }
}

/** What OpenSSL says to set-up that only a bug or a lack of memory can make fail. */
export function must<Value extends number | bigint>(value: Value, what: string): Value {
  if (value <= 0) throw new Error(`OpenSSL: ${what} failed: ${drainErrors()}`);
  return value;
}

type AlpnSelect = (offered: Uint8Array) => { readonly at: Pointer; readonly length: number } | null;

const alpnSignature = {
  return: "int32",
  arguments: ["pointer", "pointer", "pointer", "pointer", "uint32", "pointer"],
} as const;
const ALPN_OK = 0;
const ALPN_FATAL = 2;

/** The address of a callback that chooses a protocol. It lives as long as the process: register one for all. */
export function registerAlpnSelect(select: AlpnSelect): Pointer {
  return load().lib.registerCallback(alpnSignature, (_ssl, out, outLength, offered, offeredLength) => {
    try {
      const chosen = select(copyNative(pointerOf(offered), offeredLength));
      if (chosen === null) return ALPN_FATAL;
      setUint64(pointerOf(out), 0, chosen.at);
      setUint8(pointerOf(outLength), 0, chosen.length);
      return ALPN_OK;
    } catch {
      // An exception would end the process.
      return ALPN_FATAL;
    }
  });
}

function pointerOf(argument: unknown): Pointer {
  if (typeof argument === "bigint" && argument !== NONE) return argument;
  throw new TypeError("no pointer");
}
