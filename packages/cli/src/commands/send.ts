/** `qpc send CONV [TEXT]`: one message, from the arguments or from standard input. */
import { CommandError, interrupted, usageError } from "../failure.ts";
import { unlessAborted } from "../interruption.ts";
import type { Invocation } from "../invocation.ts";
import { limits } from "../limits.ts";
import type { Output } from "../output.ts";
import { withEngine } from "../session.ts";

export async function send(invocation: Invocation): Promise<void> {
  const [name = "", given] = invocation.operands;
  const text = given ?? (await unlessAborted(readStandardInput(invocation.output), invocation.signal, interrupted));
  if (text === "") throw usageError("There is nothing to send: give a text, or one on standard input.");
  await withEngine(invocation, { online: true }, async (engine) => {
    const { message, conversation, epoch } = await engine.send(engine.resolve(name), text);
    invocation.output.result({ message, conversation, epoch }, `Sent. (${message})`);
  });
}

/** Without the newline at its end, which programs add to their last line. */
async function readStandardInput({ progress }: Output): Promise<string> {
  if (process.stdin.isTTY) progress("Type the message and end it with Ctrl-D.");
  const chunks: Uint8Array[] = [];
  let size = 0;
  const input: AsyncIterable<Uint8Array> = process.stdin;
  for await (const bytes of input) {
    size += bytes.length;
    if (size > limits.standardInputBytesMax) {
      throw new CommandError("message_too_large", "A message may have 60,000 bytes. Send it in parts.");
    }
    chunks.push(bytes);
  }
  return Buffer.concat(chunks)
    .toString()
    .replace(/\r?\n$/, "");
}
