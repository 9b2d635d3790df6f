/** What a handler is given besides its request. */
import type { MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import type { SigningKeyPair } from "@quicprochat/crypto";
import type { HelloResponseSchema, Method } from "@quicprochat/protocol";
import type { Calendar } from "./calendar.ts";
import type { ServerLimits } from "./limits.ts";
import type { Log } from "./log-line.ts";
import type { Metrics } from "./metrics/metrics.ts";
import type { OpaqueServer } from "./opaque-server.ts";
import type { Peer } from "./peer.ts";
import type { Rates } from "./rate-limit/rates.ts";
import type { Sessions } from "./sessions.ts";
import type { Store } from "./store/store.ts";
import type { StoreWatch } from "./store-watch.ts";
import type { Wakes } from "./wakes.ts";

/** Who may register: nobody, anybody, or whoever shows the secret of the invite. */
export type Registration =
  | { readonly kind: "closed" | "open" }
  | { readonly kind: "invite"; readonly secret: Uint8Array };

export type KeyStretching = NonNullable<MessageInitShape<typeof HelloResponseSchema>["keyStretching"]>;

/** One server, as its handlers see it. */
export type ServerContext = {
  readonly store: Store;
  readonly serverId: Uint8Array;
  /** Signs what slots answer. */
  readonly statementKey: SigningKeyPair;
  readonly opaque: OpaqueServer;
  readonly registration: Registration;
  readonly keyStretching: KeyStretching;
  readonly cipherSuites: readonly number[];
  readonly limits: ServerLimits;
  readonly rates: Rates;
  readonly wakes: Wakes;
  readonly sessions: Sessions;
  readonly storeWatch: StoreWatch;
  readonly metrics: Metrics;
  readonly now: () => number;
  readonly calendar: Calendar;
  readonly log: Log;
};

export type Call = { readonly server: ServerContext; readonly peer: Peer };

/** Answers, or refuses by throwing `RefusalError`. */
export type Handler<M extends Method> = (
  request: MessageShape<M["request"]>,
  call: Call,
) => Promise<MessageInitShape<M["response"]>>;
