/** Packets declared lost, remembered for a while: their late acknowledgement tells that reordering was taken for loss. */
import type { AckFrame } from "./frames/ack-frame.ts";
import { LOST_PACKETS_REMEMBERED_MAX } from "./limits.ts";
import type { SentPacket } from "./sent-packets.ts";

export type LostPacket = { readonly packet: SentPacket; readonly lostAt: number };

export class LostPackets {
  /** Ascending by packet number, but for packets lost late. */
  #lost: LostPacket[] = [];

  get count(): number {
    return this.#lost.length;
  }

  add(packet: SentPacket, lostAt: number): void {
    this.#lost.push({ packet, lostAt });
    if (this.#lost.length > LOST_PACKETS_REMEMBERED_MAX) this.#lost.splice(0, LOST_PACKETS_REMEMBERED_MAX / 2);
  }

  forgetBefore(time: number): void {
    let drop = 0;
    while ((this.#lost[drop]?.lostAt ?? time) < time) drop++;
    if (drop > 0) this.#lost.splice(0, drop);
  }

  /** Takes out those that `frame` acknowledges after all. */
  takeAcknowledged(frame: AckFrame): readonly LostPacket[] {
    if (this.#lost.length === 0) return [];
    const found = this.#lost.filter(({ packet }) => acknowledges(frame, packet.number));
    if (found.length > 0) this.#lost = this.#lost.filter((lost) => !found.includes(lost));
    return found;
  }
}

function acknowledges(frame: AckFrame, number: number): boolean {
  const { ranges } = frame;
  for (let index = 0; index < ranges.length; index += 2) {
    if (number > (ranges[index] ?? -1)) return false;
    if (number >= (ranges[index + 1] ?? 0)) return true;
  }
  return false;
}
