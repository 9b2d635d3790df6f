/** `qpc history CONV`: messages of a conversation, as this device's vault has them. */
import type { Invocation } from "../invocation.ts";
import { limits } from "../limits.ts";
import { messageResult } from "../message-line.ts";
import { withEngine } from "../session.ts";

export async function history(invocation: Invocation): Promise<void> {
  const { operands, options, output } = invocation;
  const [name = ""] = operands;
  const limit = options.count("limit") ?? limits.historyDefault;
  const search = options.text("search");
  await withEngine(invocation, { online: false }, (engine) => {
    const conversation = engine.resolve(name);
    const titles = new Map(engine.conversations().map(({ conversation: id, title }) => [id, title]));
    const views = engine.history(conversation, search === undefined ? { limit } : { search, limit });
    output.results(views.map((view) => messageResult(view, titles)));
  });
}
