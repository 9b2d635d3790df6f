/** Waits until the server has stored a message for everybody, or it is known that it will not be soon. */
import { equalBytes, toHex } from "@quicprochat/bytes";
import { exitCodes, Failure } from "../failure.ts";
import { type Message, messageKey, messages } from "../history/message.ts";
import { limits } from "../limits.ts";
import type { Runtime } from "./runtime.ts";

/** As the vault has it then. Throws `Failure`; the message stays in the outbox unless it was given up. */
export async function awaitStored(runtime: Runtime, message: Message): Promise<Message> {
  const key = messageKey(message);
  const name = toHex(message.id);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const check = (): void => {
    const state = stateOf(runtime, key)?.state;
    if (state === "stored") resolve();
    if (state === "failed") reject(new Failure("not_delivered", notDeliveredText));
  };
  const unsubscribe = runtime.on((event) => {
    if (event.kind === "message-changed" && event.message.message === name) check();
    if (event.kind === "connection" && event.state === "offline") rejectForGood(runtime, reject);
  });
  const unsubscribeFull = runtime.onFull((row) => {
    if (equalBytes(row.messageKey, key)) reject(new Failure("mailbox_full", fullText(row.user)));
  });
  const onClose = (): void => reject(runtime.signal.reason);
  runtime.signal.addEventListener("abort", onClose);
  const timer = setTimeout(() => reject(late(runtime)), limits.sendMs);
  try {
    check();
    await promise;
    return stateOf(runtime, key) ?? message;
  } finally {
    clearTimeout(timer);
    unsubscribe();
    unsubscribeFull();
    runtime.signal.removeEventListener("abort", onClose);
  }
}

/** A server that is there but takes its time is no unreachable one. */
const late = (runtime: Runtime): Failure =>
  runtime.links.status().connected ? new Failure("not_stored_yet", notStoredText) : runtime.obstacle();

const notStoredText =
  "The server has not taken the message for everybody yet. It waits here, and leaves as soon as the server takes it.";

const stateOf = (runtime: Runtime, key: Uint8Array): Message | undefined =>
  runtime.core.look((draft) => draft.get(messages, key));

/** A server that cannot be reached may return in time; one that is another now will not. */
function rejectForGood(runtime: Runtime, reject: (reason: Failure) => void): void {
  const { problem } = runtime.links.status();
  if (problem !== undefined && problem.exitCode !== exitCodes.unreachable) reject(problem);
}

const fullText = (user: string): string =>
  `The mailbox of ${user} is full. The message waits here and leaves once they have fetched theirs.`;

const notDeliveredText = "The message reached nobody: no device of theirs takes messages any more.";
