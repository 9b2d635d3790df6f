/** What one engine waits for, as the native array that SSL_poll(3) reads: connections and streams with their events. */
import { NativeMemory, openSsl, type Pointer } from "./openssl.ts";
import { outCount, scratch } from "./scratch.ts";

/** SSL_POLL_EVENT_* */
export const event = {
  /** The connection begins to end. */
  closing: 1 << 2,
  /** The connection has ended: nothing more will be sent. */
  closed: 1 << 3,
  readFailed: 1 << 4,
  writeFailed: 1 << 5,
  readable: 1 << 6,
  writable: 1 << 7,
  incomingBidirectional: 1 << 9,
  incomingUnidirectional: 1 << 10,
  outgoingBidirectional: 1 << 11,
  outgoingUnidirectional: 1 << 12,
} as const;

export interface Polled {
  readonly pointer: Pointer;
  onEvents(events: number): void;
}

/** SSL_POLL_ITEM: descriptor type, SSL pointer at 8, events at 16, revents at 24. */
const ITEM_BYTES = 32;
const DESCRIPTOR_SSL = 2;
const NO_HANDLE_EVENTS = 1n;

export class PollSet implements Disposable {
  readonly #entries: Polled[] = [];
  readonly #places = new Map<Polled, number>();
  #capacity = 16;
  #items = new NativeMemory(this.#capacity * ITEM_BYTES);
  readonly #noWait = new NativeMemory(16);

  add(polled: Polled, events: number): void {
    if (this.#entries.length === this.#capacity) this.#grow();
    const place = this.#entries.push(polled) - 1;
    this.#places.set(polled, place);
    const { view } = this.#items;
    view.setUint32(place * ITEM_BYTES, DESCRIPTOR_SSL, true);
    view.setBigUint64(place * ITEM_BYTES + 8, polled.pointer, true);
    this.#setEvents(place, events);
  }

  /** Waits for these from now on; 0 for none. */
  want(polled: Polled, events: number): void {
    const place = this.#places.get(polled);
    if (place !== undefined) this.#setEvents(place, events);
  }

  remove(polled: Polled): void {
    const place = this.#places.get(polled);
    if (place === undefined) return;
    this.#places.delete(polled);
    const last = this.#entries.pop();
    if (last === undefined || last === polled) return;
    this.#entries[place] = last;
    this.#places.set(last, place);
    const from = this.#entries.length * ITEM_BYTES;
    this.#items.bytes.copyWithin(place * ITEM_BYTES, from, from + ITEM_BYTES);
  }

  /** Tells whoever has something to do. False when OpenSSL refuses to say. */
  poll(): boolean {
    const count = this.#entries.length;
    if (count === 0) return true;
    const shared = scratch();
    shared.out.view.setUint32(0, 0, true);
    const [items, size] = [this.#items.pointer, BigInt(ITEM_BYTES)];
    const ok = openSsl().SSL_poll(
      items,
      BigInt(count),
      size,
      this.#noWait.pointer,
      NO_HANDLE_EVENTS,
      shared.out.pointer,
    );
    if (ok !== 1) return false;
    if (outCount(shared) === 0) return true;
    const ready: { readonly polled: Polled; readonly events: number }[] = [];
    for (const [place, polled] of this.#entries.entries()) {
      const events = this.#items.view.getUint32(place * ITEM_BYTES + 24, true);
      if (events !== 0) ready.push({ polled, events });
    }
    // One may remove another: whoever is gone is not told.
    for (const { polled, events } of ready) if (this.#places.has(polled)) polled.onEvents(events);
    return true;
  }

  #setEvents(place: number, events: number): void {
    this.#items.view.setUint32(place * ITEM_BYTES + 16, events, true);
    this.#items.view.setUint32(place * ITEM_BYTES + 20, 0, true);
    this.#items.view.setUint32(place * ITEM_BYTES + 24, 0, true);
    this.#items.view.setUint32(place * ITEM_BYTES + 28, 0, true);
  }

  #grow(): void {
    const grown = new NativeMemory(this.#capacity * 2 * ITEM_BYTES);
    grown.bytes.set(this.#items.bytes);
    this.#items[Symbol.dispose]();
    this.#items = grown;
    this.#capacity *= 2;
  }

  [Symbol.dispose](): void {
    this.#items[Symbol.dispose]();
    this.#noWait[Symbol.dispose]();
  }
}
