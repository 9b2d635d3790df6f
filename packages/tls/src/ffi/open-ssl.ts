/** The functions of the OpenSSL inside Node that are called here, and no others: OpenSSL 3.5, `SSL_set_quic_tls_cbs(3)`. */
import { type DynamicLibrary, dlopen } from "node:ffi";
import { endianness } from "node:os";
import { TlsUnavailableError } from "../tls-unavailable-error.ts";

/**
 * An `int`, which a register holds like any pointer. Node 26 calls functions of nothing but pointers at once; others take
 * about fifteen times as long, which is more than it takes to encrypt a packet.
 */
const INT = "pointer";

const signatures = {
  OpenSSL_version_num: { return: "uint64" },
  ERR_clear_error: { return: "void" },

  TLS_client_method: { return: "pointer" },
  TLS_server_method: { return: "pointer" },
  SSL_CTX_new: { return: "pointer", arguments: ["pointer"] },
  SSL_CTX_free: { return: "void", arguments: ["pointer"] },
  SSL_CTX_ctrl: { return: "int64", arguments: ["pointer", "int32", "int64", "pointer"] },
  SSL_CTX_set_options: { return: "uint64", arguments: ["pointer", "uint64"] },
  SSL_CTX_set_num_tickets: { return: "int32", arguments: ["pointer", "uint64"] },
  SSL_CTX_set_ciphersuites: { return: "int32", arguments: ["pointer", "pointer"] },
  SSL_CTX_set_verify: { return: "void", arguments: ["pointer", "int32", "pointer"] },
  SSL_CTX_set_cert_verify_callback: { return: "void", arguments: ["pointer", "pointer", "pointer"] },
  SSL_CTX_set_alpn_select_cb: { return: "void", arguments: ["pointer", "pointer", "pointer"] },
  SSL_CTX_set_keylog_callback: { return: "void", arguments: ["pointer", "pointer"] },
  SSL_CTX_use_certificate_ASN1: { return: "int32", arguments: ["pointer", "int32", "pointer"] },
  SSL_CTX_use_PrivateKey: { return: "int32", arguments: ["pointer", "pointer"] },
  SSL_CTX_check_private_key: { return: "int32", arguments: ["pointer"] },
  d2i_AutoPrivateKey: { return: "pointer", arguments: ["pointer", "pointer", "int64"] },
  EVP_PKEY_free: { return: "void", arguments: ["pointer"] },

  SSL_new: { return: "pointer", arguments: ["pointer"] },
  SSL_free: { return: "void", arguments: ["pointer"] },
  SSL_ctrl: { return: "int64", arguments: ["pointer", "int32", "int64", "pointer"] },
  SSL_set_connect_state: { return: "void", arguments: ["pointer"] },
  SSL_set_accept_state: { return: "void", arguments: ["pointer"] },
  SSL_set_alpn_protos: { return: "int32", arguments: ["pointer", "pointer", "uint32"] },
  SSL_set_quic_tls_cbs: { return: "int32", arguments: ["pointer", "pointer", "pointer"] },
  SSL_set_quic_tls_transport_params: { return: "int32", arguments: ["pointer", "pointer", "uint64"] },
  SSL_do_handshake: { return: "int32", arguments: ["pointer"] },
  SSL_get_error: { return: "int32", arguments: ["pointer", "int32"] },
  SSL_get0_alpn_selected: { return: "void", arguments: ["pointer", "pointer", "pointer"] },
  SSL_get_pending_cipher: { return: "pointer", arguments: ["pointer"] },
  SSL_get_current_cipher: { return: "pointer", arguments: ["pointer"] },
  SSL_CIPHER_get_protocol_id: { return: "uint16", arguments: ["pointer"] },
  SSL_get0_group_name: { return: "pointer", arguments: ["pointer"] },
  SSL_get1_peer_certificate: { return: "pointer", arguments: ["pointer"] },
  i2d_X509: { return: "int32", arguments: ["pointer", "pointer"] },
  X509_free: { return: "void", arguments: ["pointer"] },

  EVP_CIPHER_fetch: { return: "pointer", arguments: ["pointer", "pointer", "pointer"] },
  EVP_CIPHER_CTX_new: { return: "pointer" },
  EVP_CIPHER_CTX_free: { return: "void", arguments: ["pointer"] },
  EVP_CIPHER_CTX_set_padding: { return: "int32", arguments: ["pointer", "int32"] },
  EVP_CIPHER_CTX_ctrl: { return: "int32", arguments: ["pointer", INT, INT, "pointer"] },
  EVP_EncryptInit_ex: { return: "int32", arguments: ["pointer", "pointer", "pointer", "pointer", "pointer"] },
  EVP_DecryptInit_ex: { return: "int32", arguments: ["pointer", "pointer", "pointer", "pointer", "pointer"] },
  EVP_EncryptUpdate: { return: "int32", arguments: ["pointer", "pointer", "pointer", "pointer", INT] },
  EVP_DecryptUpdate: { return: "int32", arguments: ["pointer", "pointer", "pointer", "pointer", INT] },
  EVP_EncryptFinal_ex: { return: "int32", arguments: ["pointer", "pointer", "pointer"] },
  EVP_DecryptFinal_ex: { return: "int32", arguments: ["pointer", "pointer", "pointer"] },
} as const;

export type OpenSsl = ReturnType<typeof dlopen<typeof signatures>>["functions"];

export type LoadedOpenSsl = { readonly functions: OpenSsl; readonly library: DynamicLibrary };

/** NULL. */
export const NULL = 0n;

let loaded: LoadedOpenSsl | undefined;

/** Versions that have these functions, with these signatures: 3.5 and what promises to be compatible with it. */
const VERSION_MIN = 0x3050_0000;
const VERSION_END = 0x4000_0000;

/** The process's own OpenSSL, with version and memory layout checked. Throws `TlsUnavailableError`. */
export function loadOpenSsl(): LoadedOpenSsl {
  if (loaded !== undefined) return loaded;
  if (endianness() !== "LE" || !process.arch.endsWith("64")) throw new TlsUnavailableError("memory-layout");
  let library: ReturnType<typeof dlopen<typeof signatures>>;
  try {
    // The symbols of the running program; Windows has no such handle and takes its file.
    library = dlopen(process.platform === "win32" ? process.execPath : null, signatures);
  } catch (cause) {
    throw new TlsUnavailableError("missing-functions", { cause });
  }
  // The upper half of a C `long` is undefined on Windows.
  const version = Number(BigInt.asUintN(32, library.functions.OpenSSL_version_num()));
  if (version < VERSION_MIN || version >= VERSION_END) throw new TlsUnavailableError("version");
  loaded = { functions: library.functions, library: library.lib };
  return loaded;
}
