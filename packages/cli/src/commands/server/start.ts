/** `qpc server start`: runs a server until it is asked to stop. */
import { type LogLine, startServer } from "@quicprochat/server";
import { serverFolder } from "../../data-folder.ts";
import { untilAborted } from "../../interruption.ts";
import type { Invocation } from "../../invocation.ts";
import { jsonText } from "../../output.ts";
import { inviteText } from "./invite-text.ts";
import { advertisedHost, parseListen, parseMetrics } from "./listen-address.ts";

export async function serverStart({ options, output, signal }: Invocation): Promise<void> {
  const listen = parseListen(options.text("listen"));
  const advertised = options.text("advertise") ?? advertisedHost(listen);
  const metricsAt = parseMetrics(options.text("metrics"));
  const server = await startServer({
    ...listen,
    dataDir: serverFolder(options.text("data")),
    registration: "invite",
    ...(advertised === undefined ? {} : { advertisedHost: advertised }),
    ...(metricsAt === undefined ? {} : { metricsAt }),
    log: (line) => output.progress(output.json ? jsonText(line) : logText(line)),
  });
  const { address, invite, metrics } = server;
  const text = output.json ? "" : await inviteText({ address, invite });
  output.result({ event: "listening", address, invite, metrics }, text);

  await Promise.race([untilAborted(signal), untilParentIsGone(), server.closed]);
  if (signal.aborted) output.progress(output.json ? jsonText({ event: "draining" }) : "Finishing what is in flight.");
  await server.stop();
}

/** `qpc start` runs us as a child: without it nobody would be left to stop us. */
function untilParentIsGone(): Promise<void> {
  if (process.channel === undefined) return new Promise(() => {});
  // Listening keeps the channel open, and it tells us of the parent's end even when that was sudden.
  return new Promise((resolve) => process.once("disconnect", () => resolve()));
}

/** As in `09:41:07 info listening port=5001`. */
function logText(line: LogLine): string {
  const { time, level, event, ...fields } = line;
  const details = Object.entries(fields).map(([name, value]) => ` ${name}=${JSON.stringify(value)}`);
  return `${new Date(time).toISOString().slice(11, 19)} ${level} ${event}${details.join("")}`;
}
