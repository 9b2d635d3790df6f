/** The shell around the pure chat: an engine on one side, a terminal on the other. */
import type { Engine } from "@quicprochat/client";
import { limits } from "../limits.ts";
import { FullScreen } from "../terminal/full-screen.ts";
import { type PerformingEngine, perform } from "./effects.ts";
import { eventsOf } from "./engine-events.ts";
import { type ChatEvent, initialModel, type Model } from "./model.ts";
import { render } from "./render.ts";
import { update } from "./update.ts";

export type ChatEngine = PerformingEngine & Pick<Engine, "identity" | "status" | "on" | "start">;

export type ChatOptions = {
  readonly engine: ChatEngine;
  readonly signal: AbortSignal;
  /** Of the server on this machine, to be shown to whoever has nobody to talk to yet. */
  readonly invite?: string;
};

/** Resolves when the person leaves, or the terminal or the signal says so. */
export async function runChat({ engine, signal, invite }: ChatOptions): Promise<void> {
  const left = Promise.withResolvers<void>();
  const leave = (): void => left.resolve();
  using screen = new FullScreen({
    onKey: (key) => chat.onEvent({ kind: "key", key }),
    onResize: (size) => chat.onEvent({ kind: "resized", size }),
    onGone: leave,
  });
  const model = initialModel({
    user: engine.identity.user,
    server: engine.identity.server.address,
    invite,
    size: screen.size,
    now: Date.now(),
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  });
  using chat = new Chat({ engine, screen, model, leave });
  const clock = setInterval(() => chat.onEvent({ kind: "time", now: Date.now() }), limits.clockTickMs);
  signal.addEventListener("abort", leave);
  if (signal.aborted) leave();
  try {
    engine.start();
    await left.promise;
  } finally {
    signal.removeEventListener("abort", leave);
    clearInterval(clock);
  }
}

type Parts = {
  readonly engine: ChatEngine;
  readonly screen: FullScreen;
  readonly model: Model;
  readonly leave: () => void;
};

/** Feeds what happens to the model, does what comes of it, and shows it. */
class Chat implements Disposable {
  readonly #parts: Parts;
  readonly #unsubscribe: () => void;
  #model: Model;
  /** Whether the list of conversations is to be read again. */
  #stale = true;
  #frame: NodeJS.Timeout | undefined;

  constructor(parts: Parts) {
    const { engine } = parts;
    this.#parts = parts;
    this.#model = parts.model;
    this.#unsubscribe = engine.on((event) => {
      this.#stale = true;
      for (const chatEvent of eventsOf(event, engine)) this.onEvent(chatEvent);
      this.#schedule();
    });
    this.#onFrame();
  }

  readonly onEvent = (event: ChatEvent): void => {
    this.#apply(event);
    // A key shows at once; what many messages do to the screen shows together.
    if (event.kind === "key") this.#show();
    if (event.kind !== "key" || this.#stale) this.#schedule();
  };

  [Symbol.dispose](): void {
    clearTimeout(this.#frame);
    this.#unsubscribe();
  }

  #apply(event: ChatEvent): void {
    const { engine, screen, leave } = this.#parts;
    const step = update(this.#model, event);
    this.#model = step.model;
    for (const effect of step.effects) {
      this.#stale = true;
      if (effect.kind === "quit") leave();
      else if (effect.kind === "redraw") screen.redraw();
      else void perform(engine, effect, this.onEvent);
    }
  }

  #show(): void {
    this.#parts.screen.show(render(this.#model));
  }

  #schedule(): void {
    this.#frame ??= setTimeout(() => this.#onFrame(), limits.frameMs);
  }

  #onFrame(): void {
    this.#frame = undefined;
    if (this.#stale) {
      this.#stale = false;
      this.#apply({ kind: "conversations", conversations: this.#parts.engine.conversations() });
    }
    this.#show();
    if (this.#stale) this.#schedule();
  }
}
