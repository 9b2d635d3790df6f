/** NewSessionTicket messages behind the handshake (RFC 8446 section 4.6.1): nobody asked for them, and they are skipped. */
import { TICKET_BYTES_MAX } from "./limits.ts";
import { cryptoErrorCode, TransportError, TransportErrorCode } from "./transport-error.ts";

const NEW_SESSION_TICKET = 4;
const HEADER_BYTES = 4;

export class SessionTickets {
  /** Of the message that is being skipped: bytes of its header seen, its length so far, bytes still to come. */
  #headerBytes = 0;
  #length = 0;
  #left = 0;
  #skipped = 0;

  /** Throws `TransportError` for any other message, and for too many. */
  skip(bytes: Uint8Array): void {
    this.#skipped += bytes.length;
    if (this.#skipped > TICKET_BYTES_MAX) {
      throw new TransportError(TransportErrorCode.cryptoBufferExceeded, "too many session tickets");
    }
    for (let at = 0; at < bytes.length; ) {
      if (this.#left > 0) {
        const count = Math.min(this.#left, bytes.length - at);
        this.#left -= count;
        at += count;
      } else {
        this.#header(bytes[at] ?? 0);
        at++;
      }
    }
  }

  #header(byte: number): void {
    if (this.#headerBytes === 0 && byte !== NEW_SESSION_TICKET) {
      throw new TransportError(cryptoErrorCode.unexpectedMessage, "a TLS message after the handshake");
    }
    this.#length = this.#headerBytes === 0 ? 0 : this.#length * 256 + byte;
    this.#headerBytes++;
    if (this.#headerBytes < HEADER_BYTES) return;
    this.#left = this.#length;
    this.#headerBytes = 0;
  }
}
