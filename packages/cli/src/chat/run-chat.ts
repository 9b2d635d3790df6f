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
  /** Whether the list of conversations is to be read again. */
  let stale = true;
  let frame: NodeJS.Timeout | undefined;

  const apply = (event: ChatEvent): void => {
    const step = update(model, event);
    model = step.model;
    for (const effect of step.effects) {
      stale = true;
      if (effect.kind === "quit") leave();
      else if (effect.kind === "redraw") screen.redraw();
      else void perform(engine, effect, onEvent);
    }
  };
  const show = (): void => screen.show(render(model));
  const onFrame = (): void => {
    frame = undefined;
    if (stale) {
      stale = false;
      apply({ kind: "conversations", conversations: engine.conversations() });
    }
    show();
    if (stale) schedule();
  };
  const schedule = (): void => {
    frame ??= setTimeout(onFrame, limits.frameMs);
  };
  const onEvent = (event: ChatEvent): void => {
    apply(event);
    // A key shows at once; what many messages do to the screen shows together.
    if (event.kind === "key") show();
    if (event.kind !== "key" || stale) schedule();
  };

  using screen = new FullScreen({
    onKey: (key) => onEvent({ kind: "key", key }),
    onResize: (size) => onEvent({ kind: "resized", size }),
    onGone: leave,
  });
  let model: Model = initialModel({
    user: engine.identity.user,
    server: engine.identity.server.address,
    invite,
    size: screen.size,
    now: Date.now(),
    timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  });
  const unsubscribe = engine.on((event) => {
    stale = true;
    for (const chatEvent of eventsOf(event, engine)) onEvent(chatEvent);
  });
  const clock = setInterval(() => onEvent({ kind: "time", now: Date.now() }), limits.clockTickMs);
  signal.addEventListener("abort", leave);
  if (signal.aborted) leave();
  try {
    onFrame();
    engine.start();
    await left.promise;
  } finally {
    signal.removeEventListener("abort", leave);
    clearInterval(clock);
    clearTimeout(frame);
    unsubscribe();
  }
}
