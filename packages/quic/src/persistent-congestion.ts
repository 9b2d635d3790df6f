/** Persistent congestion: RFC 9002 section 7.6. */
import type { SentPacket } from "./sent-packets.ts";

/** Whether an unbroken run of lost packets, ascending, spans `duration` between two ack-eliciting ones. */
export function persistentCongestion(lost: readonly SentPacket[], duration: number): boolean {
  let start: SentPacket | undefined;
  let previous: SentPacket | undefined;
  for (const packet of lost) {
    const broken = previous !== undefined && packet.number !== previous.number + 1;
    if (broken) start = undefined;
    previous = packet;
    if (!packet.ackEliciting) continue;
    start ??= packet;
    if (packet.sentAt - start.sentAt > duration) return true;
  }
  return false;
}
