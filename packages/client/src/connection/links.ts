/** The connections of a device: one for each class, never two classes on one. docs/protocol.md, "Connections". */
import type { MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { equalBytes } from "@quicprochat/bytes";
import { type Random, systemRandom } from "@quicprochat/crypto";
import { type ConnectionClass, MailboxWakeSchema, type Method, pushes } from "@quicprochat/protocol";
import { type CallOptions, closeCodes, decodePush, type ReceivedPush } from "@quicprochat/rpc";
import type { ServerPin, VerifiedServer } from "@quicprochat/transport";
import type { Account } from "../account/account.ts";
import type { Failure } from "../failure.ts";
import { limits } from "../limits.ts";
import { judgeClock } from "./clock.ts";
import { connect, type Dial, type Opened } from "./connect.ts";
import { type Caller, callerOf } from "./connection-call.ts";
import { unreachable } from "./connection-failure.ts";
import { OnDemandLink } from "./on-demand-link.ts";
import { attachMailbox, openSession, subscribeDoor } from "./prepare.ts";
import { type LinkState, StandingLink, untilAborted } from "./standing-link.ts";

export type { Dial } from "./connect.ts";

/** Where cells arrive. */
export type CellSource = { readonly kind: "door" } | { readonly kind: "mailbox"; readonly address: Uint8Array };

export type LinkEvent =
  | { readonly kind: "connection"; readonly state: "connecting" | "online" | "offline"; readonly reason?: Failure }
  /** Cells may wait there. */
  | { readonly kind: "wake"; readonly source: CellSource }
  /** Something that a person should know. */
  | { readonly kind: "notice"; readonly text: string };

export type LinkOptions = {
  readonly account: Account;
  readonly dial: Dial;
  /** Told when the server has shown something newer than what is stored: store it. */
  readonly onServer: (server: VerifiedServer) => void;
  readonly onEvent: (event: LinkEvent) => void;
  readonly random?: Random;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
};

export type LinkStatus = {
  readonly connected: boolean;
  readonly keyExchange: string | undefined;
  readonly clockSkewMs: number;
  readonly server: VerifiedServer;
  readonly problem: Failure | undefined;
};

export class Links implements AsyncDisposable {
  readonly #options: LinkOptions;
  readonly #now: () => number;
  readonly #account: StandingLink;
  readonly #receive: StandingLink;
  readonly #send: OnDemandLink;
  readonly #errands = new AbortController();
  #server: VerifiedServer;
  #clockSkewMs = 0;
  #warned = false;
  #told = "";
  #changed = Promise.withResolvers<void>();
  #looking: NodeJS.Timeout | undefined;

  constructor(options: LinkOptions) {
    const { account, random = systemRandom, now = Date.now } = options;
    this.#options = options;
    this.#now = now;
    this.#server = account.pin;
    const onPush = (push: ReceivedPush): void => this.#onPush(push);
    const onChange =
      (source: CellSource) =>
      (state: LinkState): void => {
        this.#onChange();
        // What came while there was no connection.
        if (state.kind === "up") this.#wake(source);
      };
    this.#account = new StandingLink({
      connect: (signal) => this.#connect("account", signal),
      prepare: async (fresh) => {
        await openSession(fresh, { ...account, serverId: this.#server.serverId });
        await subscribeDoor(fresh.call, account.door);
      },
      onPush,
      onChange: onChange({ kind: "door" }),
      random,
      now,
    });
    this.#receive = new StandingLink({
      connect: (signal) => this.#connect("receive", signal),
      prepare: (fresh) => attachMailbox(fresh, account.mailbox),
      onPush,
      onChange: onChange({ kind: "mailbox", address: account.mailbox.address }),
      random,
      now,
    });
    this.#send = new OnDemandLink({ connect: (signal) => this.#connect("send", signal), random });
  }

  /** Keeps `account` and `receive` connected from now on. */
  start(): void {
    this.#account.start();
    this.#receive.start();
    // A push that was lost costs this long, and no message.
    this.#looking ??= setInterval(() => this.#wakeAll(), limits.wakeMs);
  }

  /** Resolves when both stand. Throws what stops them for good, and when aborted what stood in the way so far. */
  async online(signal?: AbortSignal): Promise<void> {
    for (;;) {
      const states = this.#states();
      if (states.every(({ kind }) => kind === "up")) return;
      for (const state of states) if (state.kind === "stopped") throw state.problem;
      try {
        await untilAborted(this.#changed.promise, signal);
      } catch (error) {
        throw problemOf(this.#states()) ?? error;
      }
    }
  }

  /** `send` is dialled when needed; the others are refused as `unreachable` while they do not stand. */
  async call<M extends Method>(
    connectionClass: Exclude<ConnectionClass, "errand">,
    method: M,
    request: MessageInitShape<M["request"]>,
    options?: CallOptions,
  ): Promise<MessageShape<M["response"]>> {
    return await this.#callerFor(connectionClass)(method, request, options);
  }

  #callerFor(connectionClass: Exclude<ConnectionClass, "errand">): Caller {
    switch (connectionClass) {
      case "account":
        return this.#account.call;
      case "receive":
        return this.#receive.call;
      case "send":
        return this.#send.call;
    }
  }

  /** One purpose on a connection of its own, at most a minute. */
  async errand<T>(work: (call: Caller) => Promise<T>, { signal }: { readonly signal?: AbortSignal } = {}): Promise<T> {
    const ending = AbortSignal.any([this.#errands.signal, ...(signal === undefined ? [] : [signal])]);
    const { connection } = await this.#connect("errand", ending);
    const close = (): void => connection.close(closeCodes.done, "");
    const timer = setTimeout(close, limits.errandMs);
    ending.addEventListener("abort", close);
    try {
      return await work(callerOf(connection));
    } catch (error) {
      ending.throwIfAborted();
      throw error;
    } finally {
      clearTimeout(timer);
      ending.removeEventListener("abort", close);
      close();
    }
  }

  status(): LinkStatus {
    const states = this.#states();
    const up = states.find((state) => state.kind === "up");
    return {
      connected: states.every(({ kind }) => kind === "up"),
      keyExchange: up?.opened.connection.keyExchange,
      clockSkewMs: this.#clockSkewMs,
      server: this.#server,
      problem: problemOf(states),
    };
  }

  /** Somebody waits: ends pauses between attempts. */
  retryNow(): void {
    this.#account.retryNow();
    this.#receive.retryNow();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#looking);
    this.#errands.abort(unreachable("The connection was closed."));
    await Promise.all([
      this.#account[Symbol.asyncDispose](),
      this.#receive[Symbol.asyncDispose](),
      this.#send[Symbol.asyncDispose](),
    ]);
  }

  async #connect(connectionClass: ConnectionClass, signal: AbortSignal): Promise<Opened> {
    const { account, dial } = this.#options;
    const { host, port } = account.server;
    const opened = await connect({
      dial,
      host,
      port,
      pin: pinOf(this.#server),
      connectionClass,
      now: this.#now,
      signal,
    });
    this.#sawServer(opened.server);
    this.#clockSkewMs = opened.clockSkewMs;
    const verdict = judgeClock(opened.clockSkewMs);
    if (verdict.kind === "stop") {
      opened.connection.close(closeCodes.done, "");
      throw verdict.failure;
    }
    if (verdict.kind === "warn" && !this.#warned) {
      this.#warned = true;
      this.#options.onEvent({ kind: "notice", text: verdict.text });
    }
    return opened;
  }

  #sawServer(server: VerifiedServer): void {
    // Two connections may finish in the other order than their statements were made.
    if (server.counter < this.#server.counter) return;
    const known = this.#server;
    this.#server = server;
    if (!sameServer(known, server)) this.#options.onServer(server);
  }

  #onPush({ number, payload }: ReceivedPush): void {
    if (number === pushes.doorWake.number) this.#wake({ kind: "door" });
    if (number !== pushes.mailboxWake.number) return;
    const address = decodePush(MailboxWakeSchema, payload)?.address;
    // Of another one it would be a server's invention.
    if (address !== undefined && equalBytes(address, this.#mailbox)) this.#wake({ kind: "mailbox", address });
  }

  #onChange(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
    const states = this.#states();
    const problem = problemOf(states);
    const online = states.every(({ kind }) => kind === "up");
    const state = online ? "online" : problem === undefined ? "connecting" : "offline";
    const telling = `${state} ${problem?.code ?? ""}`;
    if (telling === this.#told) return;
    this.#told = telling;
    this.#options.onEvent({ kind: "connection", state, ...(problem === undefined ? {} : { reason: problem }) });
  }

  #wakeAll(): void {
    if (this.#account.state.kind === "up") this.#wake({ kind: "door" });
    if (this.#receive.state.kind === "up") this.#wake({ kind: "mailbox", address: this.#mailbox });
  }

  get #mailbox(): Uint8Array {
    return this.#options.account.mailbox.address;
  }

  #wake(source: CellSource): void {
    this.#options.onEvent({ kind: "wake", source });
  }

  #states(): readonly LinkState[] {
    return [this.#account.state, this.#receive.state];
  }
}

const pinOf = ({ serverId, counter, currentKey }: VerifiedServer): ServerPin => ({
  serverId,
  counterSeen: counter,
  currentKey,
});

const sameServer = (one: VerifiedServer, other: VerifiedServer): boolean =>
  one.counter === other.counter &&
  equalBytes(one.currentKey, other.currentKey) &&
  equalBytes(one.statementKey, other.statementKey);

/** What a person must see to first. */
function problemOf(states: readonly LinkState[]): Failure | undefined {
  const problems = states.flatMap((state) => ("problem" in state && state.problem !== undefined ? [state] : []));
  return (problems.find(({ kind }) => kind === "stopped") ?? problems[0])?.problem;
}
