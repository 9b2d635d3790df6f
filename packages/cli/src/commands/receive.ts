/** `qpc receive`: what has not been printed yet; each message once, also when the process dies in between. */
import type { Engine } from "@quicprochat/client";
import type { Invocation } from "../invocation.ts";
import { limits } from "../limits.ts";
import { messageResult } from "../message-line.ts";
import { News } from "../news.ts";
import type { Output } from "../output.ts";
import { withEngine } from "../session.ts";

export async function receive(invocation: Invocation): Promise<void> {
  const plan = planOf(invocation);
  try {
    await withEngine(invocation, { online: false }, (engine) => receiveWith(engine, plan, invocation));
  } catch (error) {
    // An interruption is how `--follow` ends.
    if (!plan.follow || !invocation.signal.aborted) throw error;
  }
}

type Plan = {
  readonly follow: boolean;
  /** Print no more than this. */
  readonly most: number;
  /** End early once so many were printed. */
  readonly enough: number;
  readonly waitMs: number;
};

function planOf({ options }: Invocation): Plan {
  const wait = options.count("wait");
  const count = options.count("count");
  const follow = options.flag("follow");
  const most = count ?? Number.POSITIVE_INFINITY;
  const enough = count ?? (wait === undefined ? 0 : 1);
  const waitMs = follow ? limits.receiveWaitMsMax : Math.min(1_000 * (wait ?? 0), limits.receiveWaitMsMax);
  return { follow, most, enough: follow ? most : enough, waitMs };
}

async function receiveWith(engine: Engine, plan: Plan, { output, signal }: Invocation): Promise<void> {
  const deadline = performance.now() + plan.waitMs;
  using news = new News(engine);
  // What an earlier process fetched is here also when the server is not.
  let printed = printNew(engine, output, plan.most);
  if (printed >= plan.most) return;
  await engine.online({ signal, timeoutMs: Math.max(limits.onlineMs, plan.waitMs) });
  printed += printNew(engine, output, plan.most - printed);
  while (printed < plan.enough && !signal.aborted) {
    const leftMs = plan.follow ? limits.receiveWaitMsMax : deadline - performance.now();
    if (leftMs <= 0) return;
    await news.next(leftMs, signal);
    printed += printNew(engine, output, plan.most - printed);
  }
}

/** Nothing may come between marking messages as printed and printing them: no await here. */
function printNew(engine: Engine, output: Output, most: number): number {
  let printed = 0;
  while (printed < most) {
    const titles = new Map(engine.conversations().map(({ conversation, title }) => [conversation, title]));
    const views = engine.takeNew({ limit: Math.min(most - printed, limits.receiveBatch) });
    if (views.length === 0) break;
    output.results(views.map((view) => messageResult(view, titles)));
    printed += views.length;
  }
  return printed;
}
