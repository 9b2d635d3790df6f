/** What OpenSSL knows of a connection: its peer, its keys, and how it ended. */
import type { CloseReason } from "@quicprochat/connection";
import { copyNative, copyNativeText, must, NativeMemory, NONE, openSsl, type Pointer } from "./openssl.ts";

/** DER of the peer's certificate; `null` when it showed none. */
export function peerCertificate(connection: Pointer): Uint8Array | null {
  const ssl = openSsl();
  const certificate = ssl.SSL_get1_peer_certificate(connection);
  if (certificate === NONE) return null;
  const length = must(ssl.i2d_X509(certificate, NONE), "i2d_X509");
  using der = new NativeMemory(length);
  using cursor = new NativeMemory(8);
  cursor.view.setBigUint64(0, der.pointer, true);
  ssl.i2d_X509(certificate, cursor.pointer);
  ssl.X509_free(certificate);
  return new Uint8Array(der.bytes);
}

export const keyExchange = (connection: Pointer): string => copyNativeText(openSsl().SSL_get0_group_name(connection));

type Export = { readonly label: string; readonly context: Uint8Array; readonly length: number };

export function exportKeyingMaterial(connection: Pointer, { label, context, length }: Export): Uint8Array {
  using output = new NativeMemory(length);
  const name = Buffer.from(label);
  const ok = openSsl().SSL_export_keying_material(
    connection,
    output.pointer,
    BigInt(length),
    name,
    BigInt(name.length),
    context.length === 0 ? NONE : Buffer.from(context),
    BigInt(context.length),
    1,
  );
  must(ok, "the exporter");
  const value = new Uint8Array(output.bytes);
  output.bytes.fill(0);
  return value;
}

/** SSL_CONN_CLOSE_INFO: code, frame type, reason, its length, flags. */
const CLOSE_INFO_BYTES = 40;
const FLAG_LOCAL = 1;
const FLAG_TRANSPORT = 2;
const IDLE_TIMEOUT = 0xffff_ffff_ffff_ffffn;

/** `null` while the connection has not begun to end. */
export function closeReason(connection: Pointer): CloseReason | null {
  const ssl = openSsl();
  using info = new NativeMemory(CLOSE_INFO_BYTES);
  if (ssl.SSL_get_conn_close_info(connection, info.pointer, BigInt(CLOSE_INFO_BYTES)) !== 1) {
    ssl.ERR_clear_error();
    return null;
  }
  const code = info.view.getBigUint64(0, true);
  const reasonAt = info.view.getBigUint64(16, true);
  const reasonLength = info.view.getUint32(24, true);
  const flags = info.view.getUint32(32, true);
  const by = (flags & FLAG_LOCAL) === 0 ? "peer" : "local";
  if (code === IDLE_TIMEOUT) return { kind: "idle-timeout", by: "local", code: 0, reason: "" };
  const known = reasonAt !== NONE && reasonLength > 0;
  const reason = known ? Buffer.from(copyNative(reasonAt, reasonLength)).toString("utf8") : "";
  return { kind: (flags & FLAG_TRANSPORT) === 0 ? "application" : "transport", by, code: Number(code), reason };
}
