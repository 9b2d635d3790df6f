/** `qpc chat`: the terminal chat of a profile. */
import { runChat } from "../chat/run-chat.ts";
import { usageError } from "../failure.ts";
import type { Invocation } from "../invocation.ts";
import { openProfile } from "../session.ts";

export async function chat({ profile, output, signal }: Invocation): Promise<void> {
  if (output.json || !process.stdin.isTTY || !process.stdout.isTTY) {
    throw usageError('The chat needs a terminal. Without one, "qpc send" and "qpc receive" do the same.');
  }
  await using engine = await openProfile({ profile, signal });
  await runChat({ engine, signal });
}
