/** qlog of one connection (draft-ietf-quic-qlog-main-schema 02 in JSON-SEQ, which qvis reads), as lines handed to a sink. */
import { toHex } from "@quicprochat/bytes";
import type { Role } from "./role.ts";

/** Takes one JSON text; the shell puts the record separator (0x1e) before and a newline behind it. */
export type QlogSink = (line: string) => void;

export type QlogFields = Readonly<Record<string, unknown>>;

export class Qlog {
  readonly #sink: QlogSink;
  readonly #startedAt: number;

  constructor(
    sink: QlogSink,
    options: { readonly role: Role; readonly connectionId: Uint8Array; readonly now: number },
  ) {
    this.#sink = sink;
    this.#startedAt = options.now;
    const trace = {
      vantage_point: { type: options.role },
      common_fields: { ODCID: toHex(options.connectionId), time_format: "relative", reference_time: 0 },
    };
    sink(JSON.stringify({ qlog_format: "JSON-SEQ", qlog_version: "0.3", title: "quicprochat", trace }));
  }

  /** `name` as `category:event`. */
  event(now: number, name: string, data: QlogFields): void {
    const time = Math.round((now - this.#startedAt) * 1000) / 1000;
    this.#sink(JSON.stringify({ time, name, data }));
  }
}
