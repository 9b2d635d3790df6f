/** One message as a line of output. */
import type { MessageView } from "@quicprochat/client";
import type { Result } from "./output.ts";
import { printableLine, printableLines } from "./terminal/text.ts";

/** `titles`: of conversations, by id, for people; an unknown one is shown by its id. */
export function messageResult(view: MessageView, titles: ReadonlyMap<string, string>): Result {
  const { message, conversation, from, device, own, sentAt, receivedAt, text, state } = view;
  const title = printableLine(titles.get(conversation) ?? conversation);
  const [first = "", ...others] = printableLines(text);
  const head = `${localTime(sentAt)} ${title} | ${printableLine(from)}: ${first}`;
  return {
    line: { message, conversation, from, device, own, sentAt, receivedAt, text, state },
    text: [head, ...others.map((line) => `    ${line}`)].join("\n"),
  };
}

/** As in `2026-05-17 09:41`, where this machine is. */
function localTime(at: number): string {
  // A sender may claim a time that no calendar has.
  const date = new Date(Math.abs(at) <= 8.64e15 ? at : 0);
  const digits = (value: number): string => String(value).padStart(2, "0");
  const day = `${date.getFullYear()}-${digits(date.getMonth() + 1)}-${digits(date.getDate())}`;
  return `${day} ${digits(date.getHours())}:${digits(date.getMinutes())}`;
}
