/** The streams of a connection, their limits and their flow control: RFC 9000 sections 2, 3 and 4. */
import type { ConnectionEvent } from "./connection-event.ts";
import { type Moment, ReceiveCredit } from "./flow-control.ts";
import type { Frame } from "./frames/frame.ts";
import { HeldBytes } from "./held-bytes.ts";
import { SEND_BUFFER_BYTES } from "./limits.ts";
import type { PacketWriter } from "./packet-writer.ts";
import { type ReadResult, ReceiveStream } from "./receive-stream.ts";
import { otherRole, type Role } from "./role.ts";
import { SendStream } from "./send-stream.ts";
import type { SentPacket } from "./sent-packets.ts";
import { StreamCredits } from "./stream-credits.ts";
import { initiatorOf, isUnidirectional, streamIdOf, streamIndex } from "./stream-id.ts";
import { StreamSender } from "./stream-sender.ts";
import { TransportError, TransportErrorCode } from "./transport-error.ts";
import type { TransportParameters } from "./transport-parameters.ts";

export type StreamLimits = {
  readonly streamsMax: number;
  readonly unidirectionalStreamsMax: number;
  readonly streamWindowBytes: number;
  readonly streamWindowBytesMax: number;
  readonly connectionWindowBytes: number;
  readonly connectionWindowBytesMax: number;
  readonly connectionWriteBytesMax: number;
};

export type StreamsOptions = {
  readonly role: Role;
  readonly limits: StreamLimits;
  readonly emit: (event: ConnectionEvent) => void;
  readonly onHeldBytes: (change: number) => void;
};

type Stream = { readonly send: SendStream | undefined; readonly receive: ReceiveStream | undefined };

/** Counts of streams of one direction. */
type Counts = { opened: number; limit: number; readonly window: number; closed: number; wanted: boolean };

export class Streams {
  readonly sender = new StreamSender();
  readonly held: HeldBytes;
  readonly #role: Role;
  readonly #limits: StreamLimits;
  readonly #emit: (event: ConnectionEvent) => void;
  readonly #streams = new Map<number, Stream>();
  readonly #credits: StreamCredits;
  readonly #ours: { readonly bidirectional: Counts; readonly unidirectional: Counts };
  readonly #theirs: { readonly bidirectional: Counts; readonly unidirectional: Counts };
  #peer = { bidiLocal: 0, bidiRemote: 0, uni: 0 };
  #receivedBytes = 0;

  constructor({ role, limits, emit, onHeldBytes }: StreamsOptions) {
    this.held = new HeldBytes({
      max: limits.connectionWriteBytesMax,
      onChange: onHeldBytes,
      onRoom: (stream) => this.#tellWriter(stream),
    });
    this.#role = role;
    this.#limits = limits;
    this.#emit = emit;
    this.#credits = new StreamCredits(
      new ReceiveCredit({ initial: limits.connectionWindowBytes, maximum: limits.connectionWindowBytesMax }),
    );
    this.#ours = { bidirectional: counts(0), unidirectional: counts(0) };
    this.#theirs = {
      bidirectional: counts(limits.streamsMax),
      unidirectional: counts(limits.unidirectionalStreamsMax),
    };
  }

  get count(): number {
    return this.#streams.size;
  }

  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  get receiveLimit(): number {
    return this.#credits.connection.limit;
  }

  /** Something other than stream data waits to be sent. */
  get hasCredits(): boolean {
    return this.#credits.hasSomething;
  }

  /** The peer's transport parameters have come. */
  setPeerLimits(peer: TransportParameters): void {
    this.#peer = {
      bidiLocal: peer.initialMaxStreamDataBidiLocal,
      bidiRemote: peer.initialMaxStreamDataBidiRemote,
      uni: peer.initialMaxStreamDataUni,
    };
    this.sender.raiseCredit(peer.initialMaxData);
    this.#ours.bidirectional.limit = peer.initialMaxStreamsBidi;
    this.#ours.unidirectional.limit = peer.initialMaxStreamsUni;
  }

  /** `undefined` while the peer allows no more: `streams-available` tells when it does. */
  open(unidirectional: boolean): number | undefined {
    const count = unidirectional ? this.#ours.unidirectional : this.#ours.bidirectional;
    if (count.opened >= count.limit) {
      if (!count.wanted) this.#credits.control.push({ kind: "streams-blocked", unidirectional, limit: count.limit });
      count.wanted = true;
      return undefined;
    }
    const id = streamIdOf({ initiator: this.#role, unidirectional }, count.opened++);
    const send = new SendStream(id, unidirectional ? this.#peer.uni : this.#peer.bidiRemote);
    this.#streams.set(id, { send, receive: unidirectional ? undefined : this.#receiver(id) });
    return id;
  }

  /** Returns how many bytes were taken. `undefined` when the stream cannot be written any more. */
  write(id: number, bytes: Uint8Array): number | undefined {
    const send = this.#streams.get(id)?.send;
    if (send === undefined || !send.isOpen) return undefined;
    const roomOfAll = this.held.room;
    const room = Math.max(0, Math.min(SEND_BUFFER_BYTES - send.unsentBytes, roomOfAll));
    const taken = bytes.length <= room ? bytes : bytes.subarray(0, room);
    if (taken.length < bytes.length) send.writerWaits = true;
    if (taken.length < bytes.length && room === roomOfAll) this.held.wait(send);
    if (taken.length === 0) return 0;
    const before = send.heldBytes;
    send.write(taken);
    this.held.settle(send, before);
    this.sender.enqueue(send);
    return taken.length;
  }

  finish(id: number): void {
    const send = this.#streams.get(id)?.send;
    if (send === undefined || !send.isOpen) return;
    send.finish();
    this.sender.enqueue(send);
  }

  reset(id: number, code: number): void {
    const send = this.#streams.get(id)?.send;
    if (send === undefined || !this.#resetSending(send, code)) return;
    this.#credits.control.push({ kind: "reset-stream", streamId: id, code, finalSize: send.sentBytes });
  }

  /** The application wants no more of the peer's bytes: STOP_SENDING. */
  stop(id: number, code: number, moment: Moment): void {
    const receive = this.#streams.get(id)?.receive;
    if (receive === undefined || receive.isStopped || receive.isDone) return;
    receive.stop();
    if (!receive.isComplete) this.#credits.control.push({ kind: "stop-sending", streamId: id, code });
    this.#credits.consumed(receive, receive.takeUnread(), moment);
    this.#removeIfDone(id);
  }

  /** A stream that is gone reads as ended. */
  read(id: number, moment: Moment): ReadResult {
    const receive = this.#streams.get(id)?.receive;
    if (receive === undefined) return { kind: "end" };
    const result = receive.read();
    if (result.kind === "data") this.#credits.consumed(receive, result.bytes.length, moment);
    else if (result.kind === "blocked") receive.announced = false;
    else this.#removeIfDone(id);
    return result;
  }

  /** Writes MAX_* frames, resets and what else is pending; what does not fit waits. */
  writeCredits(writer: PacketWriter, packet: SentPacket): void {
    if (this.sender.isBlocked && this.sender.credit.takeBlocked()) {
      this.#credits.control.push({ kind: "data-blocked", limit: this.sender.credit.limit });
    }
    this.#credits.write(writer, packet);
  }

  writeData(writer: PacketWriter, packet: SentPacket): void {
    this.sender.write(writer, packet, (stream) => this.#onSent(stream));
  }

  onStream(
    frame: { readonly streamId: number; readonly offset: number; readonly data: Uint8Array; readonly fin: boolean },
    moment: Moment,
  ): void {
    const receive = this.#receiving(frame.streamId);
    if (receive === undefined) return;
    const grown = receive.receive(frame.offset, frame.data, frame.fin);
    this.#afterReceive(receive, grown, moment);
  }

  onReset(
    frame: { readonly streamId: number; readonly code: number; readonly finalSize: number },
    moment: Moment,
  ): void {
    const receive = this.#receiving(frame.streamId);
    if (receive === undefined) return;
    const grown = receive.reset(frame.code, frame.finalSize);
    this.#afterReceive(receive, grown, moment);
  }

  onStopSending(streamId: number, code: number): void {
    const send = this.#sending(streamId);
    if (send === undefined || send.isDone || !this.#resetSending(send, code)) return;
    this.#credits.control.push({ kind: "reset-stream", streamId, code, finalSize: send.sentBytes });
    this.#emit({ kind: "stream-stopped", streamId, code });
  }

  onMaxStreamData(streamId: number, maximum: number): void {
    const send = this.#sending(streamId);
    if (send?.credit.raise(maximum) === true) this.sender.enqueue(send);
  }

  /** STREAM_DATA_BLOCKED opens a stream like any frame of it. */
  onStreamDataBlocked(streamId: number): void {
    this.#receiving(streamId);
  }

  onMaxStreams(unidirectional: boolean, maximum: number): void {
    const count = unidirectional ? this.#ours.unidirectional : this.#ours.bidirectional;
    if (maximum <= count.limit) return;
    count.limit = maximum;
    if (count.wanted) this.#emit({ kind: "streams-available", unidirectional });
    count.wanted = false;
  }

  onAcked(
    stream: SendStream,
    chunk: { readonly offset: number; readonly length: number; readonly fin: boolean },
  ): void {
    const before = stream.isDone;
    const heldBefore = stream.heldBytes;
    stream.onAcked(chunk.offset, chunk.length, chunk.fin);
    this.held.settle(stream, heldBefore);
    if (before || !stream.isDone) return;
    this.#emit({ kind: "stream-finished", streamId: stream.id });
    this.#removeIfDone(stream.id);
  }

  onResetAcked(streamId: number): void {
    this.#streams.get(streamId)?.send?.onResetAcked();
    this.#removeIfDone(streamId);
  }

  onLost(stream: SendStream, chunk: { readonly offset: number; readonly length: number; readonly fin: boolean }): void {
    stream.onLost(chunk.offset, chunk.length, chunk.fin);
    this.sender.enqueue(stream);
  }

  /** A lost frame about streams: send it again if it still matters. */
  resend(frame: Frame): void {
    if (frame.kind === "max-data") this.#credits.maxDataDue = true;
    else if (frame.kind === "max-stream-data") this.#credits.again(this.#streams.get(frame.streamId)?.receive);
    else if (frame.kind === "max-streams")
      this.#credits.streamsDue(frame.unidirectional, this.#theirLimit(frame.unidirectional));
    else if (frame.kind === "reset-stream" && this.#streams.get(frame.streamId)?.send?.state === "reset-sent")
      this.#credits.control.push(frame);
    else if (frame.kind === "stop-sending" && this.#streams.get(frame.streamId)?.receive?.isComplete === false)
      this.#credits.control.push(frame);
  }

  #theirLimit(unidirectional: boolean): number {
    return (unidirectional ? this.#theirs.unidirectional : this.#theirs.bidirectional).limit;
  }

  #receiver(id: number): ReceiveStream {
    const { streamWindowBytes: initial, streamWindowBytesMax: maximum } = this.#limits;
    return new ReceiveStream(id, { initial, maximum });
  }

  /** `undefined` when the stream is closed. Throws `TransportError` when the peer may not send on it. */
  #receiving(id: number): ReceiveStream | undefined {
    const mayReceive = initiatorOf(id) !== this.#role || !isUnidirectional(id);
    if (!mayReceive)
      throw new TransportError(TransportErrorCode.streamStateError, "data on a stream that only we send on");
    return this.#find(id)?.receive;
  }

  #sending(id: number): SendStream | undefined {
    const maySend = initiatorOf(id) === this.#role || !isUnidirectional(id);
    if (!maySend) throw new TransportError(TransportErrorCode.streamStateError, "a stream that only the peer sends on");
    return this.#find(id)?.send;
  }

  #find(id: number): Stream | undefined {
    const known = this.#streams.get(id);
    if (known !== undefined) return known;
    const unidirectional = isUnidirectional(id);
    const index = streamIndex(id);
    if (initiatorOf(id) === this.#role) {
      const { opened } = unidirectional ? this.#ours.unidirectional : this.#ours.bidirectional;
      if (index >= opened)
        throw new TransportError(TransportErrorCode.streamStateError, "a stream that was never opened");
      return undefined;
    }
    const count = unidirectional ? this.#theirs.unidirectional : this.#theirs.bidirectional;
    if (index >= count.limit) throw new TransportError(TransportErrorCode.streamLimitError, "too many streams");
    // A stream opens all of its kind that come before it (section 3.2).
    while (count.opened <= index)
      this.#accept(streamIdOf({ initiator: otherRole(this.#role), unidirectional }, count.opened++));
    return this.#streams.get(id);
  }

  #accept(id: number): void {
    const send = isUnidirectional(id) ? undefined : new SendStream(id, this.#peer.bidiLocal);
    this.#streams.set(id, { send, receive: this.#receiver(id) });
    this.#emit({ kind: "stream-opened", streamId: id });
  }

  #afterReceive(receive: ReceiveStream, grown: number, moment: Moment): void {
    this.#receivedBytes += grown;
    if (this.#receivedBytes > this.#credits.connection.limit) {
      throw new TransportError(TransportErrorCode.flowControlError, "data beyond the connection's limit");
    }
    this.#credits.consumed(receive, receive.takeUnread(), moment);
    if (receive.isReadable && !receive.announced) {
      receive.announced = true;
      this.#emit({ kind: "stream-readable", streamId: receive.id });
    }
    this.#removeIfDone(receive.id);
  }

  #onSent(stream: SendStream): void {
    if (stream.credit.takeBlocked() && stream.unsentBytes > 0) {
      this.#credits.control.push({ kind: "stream-data-blocked", streamId: stream.id, limit: stream.credit.limit });
    }
    if (!stream.writerWaits || stream.unsentBytes > SEND_BUFFER_BYTES / 2) return;
    this.#tellWriter(stream);
  }

  #tellWriter(stream: SendStream): void {
    if (!stream.writerWaits || !stream.isOpen) return;
    stream.writerWaits = false;
    this.#emit({ kind: "stream-writable", streamId: stream.id });
  }

  #resetSending(send: SendStream, code: number): boolean {
    const before = send.heldBytes;
    const reset = send.reset(code);
    this.held.settle(send, before);
    return reset;
  }

  #removeIfDone(id: number): void {
    const stream = this.#streams.get(id);
    if (stream === undefined || stream.send?.isDone === false || stream.receive?.isDone === false) return;
    this.#streams.delete(id);
    if (initiatorOf(id) === this.#role) return;
    const unidirectional = isUnidirectional(id);
    const count = unidirectional ? this.#theirs.unidirectional : this.#theirs.bidirectional;
    count.closed++;
    if (count.limit - count.closed > count.window / 2) return;
    count.limit = count.closed + count.window;
    this.#credits.streamsDue(unidirectional, count.limit);
  }
}

const counts = (window: number): Counts => ({ opened: 0, limit: window, window, closed: 0, wanted: false });
