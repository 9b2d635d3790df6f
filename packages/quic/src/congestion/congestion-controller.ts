/** What loss detection tells a congestion controller, and what it answers: RFC 9002 section 7. */
import type { Rtt } from "../rtt.ts";

export type AckedPacket = {
  readonly bytes: number;
  readonly sentAt: number;
  /** Bytes delivered on the path when it was sent. */
  readonly delivered: number;
};

/** The state of the path after all packets of one ACK frame were told. */
export type AckSummary = {
  readonly now: number;
  readonly ackedBytes: number;
  readonly bytesInFlight: number;
  /** Before this ACK. */
  readonly bytesInFlightBefore: number;
  readonly delivered: number;
  /** Bytes in a millisecond; undefined when the ACK gave no sample. */
  readonly deliveryRate: number | undefined;
  /** The sample was taken while the application had nothing more to send. */
  readonly appLimited: boolean;
};

export type LossSummary = {
  readonly now: number;
  readonly lostBytes: number;
  /** When the latest of the lost packets was sent. */
  readonly sentAt: number;
  readonly bytesInFlight: number;
  readonly persistent: boolean;
};

export interface CongestionController {
  readonly name: string;
  /** Bytes that may be in flight. */
  readonly window: number;
  /** Bytes in a millisecond. */
  pacingRate(rtt: Rtt): number;
  onSent(now: number, bytes: number, bytesInFlight: number): void;
  onPacketAcked(now: number, packet: AckedPacket): void;
  onAck(summary: AckSummary, rtt: Rtt): void;
  onLoss(summary: LossSummary): void;
  /** The peer's CE count went up; `sentAt` of the latest packet acknowledged by that ACK. */
  onCongestionExperienced(now: number, sentAt: number): void;
  /** All packets of the last reduction turned out to have arrived. */
  onSpuriousLoss(): void;
  onDatagramBytes(bytes: number): void;
}

export type CongestionAlgorithm = "cubic" | "bbr";

/** RFC 9002 section 7.2. */
export const initialWindow = (datagramBytes: number): number =>
  Math.min(10 * datagramBytes, Math.max(2 * datagramBytes, 14_720));
