/** `qpc whoami`: who this profile is, from its vault alone. */
import { identityResult } from "../identity-line.ts";
import type { Invocation } from "../invocation.ts";
import { withEngine } from "../session.ts";

export async function whoami(invocation: Invocation): Promise<void> {
  await withEngine(invocation, { online: false }, (engine) => {
    const { line, text } = identityResult(engine);
    invocation.output.result(line, text);
  });
}
