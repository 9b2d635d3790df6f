/** 1-RTT keys and their updates: RFC 9001 sections 6 and 6.6. */
import { AES_GCM_FORGED_MAX, AES_GCM_SEALED_MAX, CHACHA20_FORGED_MAX, CHACHA20_SEALED_MAX } from "./limits.ts";
import type { PacketProtector } from "./packet-protection.ts";
import { CipherSuite, type CipherSuiteId } from "./tls-handshake.ts";
import { TransportError, TransportErrorCode } from "./transport-error.ts";

/** Our own updates come well before the limit on use. */
const UPDATE_AT = 0.75;

export class OneRttKeys {
  readonly #sealedMax: number;
  readonly #forgedMax: number;
  #write: PacketProtector;
  #read: PacketProtector;
  /** Made when the first packet of another phase comes: most connections end before. */
  #nextRead: PacketProtector | undefined;
  #previousRead: PacketProtector | undefined;
  #previousUntil = Number.POSITIVE_INFINITY;
  #phase = 0;
  #updates = 0;
  /** Lowest number received in this phase; numbers below may belong to the previous one. */
  #lowestReceived = Number.POSITIVE_INFINITY;
  #firstSent: number | undefined;
  #sealed = 0;
  #forged = 0;

  constructor(suite: CipherSuiteId, write: PacketProtector, read: PacketProtector) {
    const chacha = suite === CipherSuite.chacha20Poly1305Sha256;
    this.#sealedMax = chacha ? CHACHA20_SEALED_MAX : AES_GCM_SEALED_MAX;
    this.#forgedMax = chacha ? CHACHA20_FORGED_MAX : AES_GCM_FORGED_MAX;
    this.#write = write;
    this.#read = read;
  }

  get phase(): number {
    return this.#phase;
  }

  /** Of both sides together. */
  get updates(): number {
    return this.#updates;
  }

  /** Header protection has the same key in all phases. */
  get read(): PacketProtector {
    return this.#read;
  }

  /** The protector for a packet that is about to be sent. Throws when the key is used up and no update was possible. */
  seal(packetNumber: number): PacketProtector {
    if (this.#sealed >= this.#sealedMax)
      throw new TransportError(TransportErrorCode.aeadLimitReached, "a key is used up");
    this.#sealed++;
    this.#firstSent ??= packetNumber;
    return this.#write;
  }

  /** Opens in place; `false` for a forgery. Follows the peer into the next phase. Throws `TransportError`. */
  open(
    packet: { readonly number: number; readonly phase: number; readonly now: number; readonly previousKeepMs: number },
    tryOpen: (protector: PacketProtector) => boolean,
  ): boolean {
    const { number, phase, now } = packet;
    let opened: boolean;
    if (phase === this.#phase) {
      opened = tryOpen(this.#read);
      if (opened) this.#lowestReceived = Math.min(this.#lowestReceived, number);
    } else if (this.#previousRead !== undefined && number < this.#lowestReceived) {
      opened = tryOpen(this.#previousRead);
    } else {
      this.#nextRead ??= this.#read.next();
      opened = tryOpen(this.#nextRead);
      if (opened) {
        if (this.#updates > 0 && this.#firstSent === undefined && this.#lowestReceived === Number.POSITIVE_INFINITY) {
          throw new TransportError(TransportErrorCode.keyUpdateError, "a second key update came at once");
        }
        this.#rotate(now + packet.previousKeepMs);
        this.#lowestReceived = number;
      }
    }
    if (!opened && ++this.#forged > this.#forgedMax) {
      throw new TransportError(TransportErrorCode.aeadLimitReached, "too many forged packets");
    }
    return opened;
  }

  /** Section 6.5: when it is safe to start another update; `largestAcked` of the application space. */
  mayUpdate(largestAcked: number): boolean {
    return this.#firstSent !== undefined && largestAcked >= this.#firstSent && this.#previousRead === undefined;
  }

  wantsUpdate(): boolean {
    return this.#sealed >= UPDATE_AT * this.#sealedMax;
  }

  update(previousUntil: number): void {
    this.#rotate(previousUntil);
    this.#lowestReceived = Number.POSITIVE_INFINITY;
  }

  get deadline(): number {
    return this.#previousRead === undefined ? Number.POSITIVE_INFINITY : this.#previousUntil;
  }

  onDeadline(now: number): void {
    if (now < this.#previousUntil) return;
    this.#previousRead?.free();
    this.#previousRead = undefined;
    this.#previousUntil = Number.POSITIVE_INFINITY;
  }

  free(): void {
    for (const protector of [this.#write, this.#read, this.#nextRead, this.#previousRead]) protector?.free();
  }

  #rotate(previousUntil: number): void {
    this.#previousRead?.free();
    this.#previousRead = this.#read;
    this.#previousUntil = previousUntil;
    this.#read = this.#nextRead ?? this.#read.next();
    this.#nextRead = undefined;
    const write = this.#write.next();
    this.#write.free();
    this.#write = write;
    this.#phase ^= 1;
    this.#updates++;
    this.#sealed = 0;
    this.#firstSent = undefined;
  }
}
