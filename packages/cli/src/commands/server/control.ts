/** `qpc server invite`, `status` and `stop`: about the server of a data folder, from another process. */
import { controlClient, readInvite } from "@quicprochat/server";
import { serverFolder } from "../../data-folder.ts";
import { CommandError, exitCodes } from "../../failure.ts";
import type { Invocation } from "../../invocation.ts";

export async function serverInvite({ options, output }: Invocation): Promise<void> {
  const invite = await readInvite(serverFolder(options.text("data")));
  output.result({ invite }, invite);
}

export async function serverStatus({ options, output }: Invocation): Promise<void> {
  const folder = serverFolder(options.text("data"));
  const health = await controlClient(folder).status();
  if (health === null) throw notRunning(folder);
  const rows = Object.entries(health).map(([name, value]) => `${name.padEnd(16)} ${String(value)}`);
  output.result({ running: true, ...health }, rows.join("\n"));
}

export async function serverStop({ options, output }: Invocation): Promise<void> {
  const folder = serverFolder(options.text("data"));
  const stopped = await controlClient(folder).stop();
  if (!stopped) throw notRunning(folder);
  output.result({ stopped }, "The server has stopped.");
}

function notRunning(folder: string): CommandError {
  const text = `No server runs on ${folder}. Start one with "qpc server start", or name its folder with --data.`;
  return new CommandError("server_not_running", text, exitCodes.unreachable);
}
