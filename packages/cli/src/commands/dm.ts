/** `qpc dm NAME`: the direct conversation with somebody, made if there is none. */
import type { Invocation } from "../invocation.ts";
import { withEngine } from "../session.ts";

export async function directMessage(invocation: Invocation): Promise<void> {
  const [name = ""] = invocation.operands;
  await withEngine(invocation, { online: true }, async (engine) => {
    const { conversation } = await engine.direct(name);
    invocation.output.result({ conversation }, conversation);
  });
}
