/** `qpc start`, which is `npm start`: a server on this machine, its invite link, and the first account's chat. */
import { controlClient, readInvite } from "@quicprochat/server";
import { serverFolder } from "../../data-folder.ts";
import { describeFailure, exitCodes } from "../../failure.ts";
import type { Invocation } from "../../invocation.ts";
import { inviteText } from "../server/invite-text.ts";
import { serverStart } from "../server/start.ts";
import { chatOnThisMachine } from "./own-chat.ts";
import { ServerProcess } from "./server-process.ts";
import { enterPressed } from "./wait-for-enter.ts";

export async function start(invocation: Invocation): Promise<number | void> {
  const folder = serverFolder(invocation.options.text("data"));
  const health = await controlClient(folder).status();
  const terminal = process.stdin.isTTY && process.stdout.isTTY && !invocation.output.json;
  if (health !== null) return await joinRunning(invocation, { folder, terminal, address: health.address });
  if (!terminal) return await serverStart(invocation);
  return await serveAndChat(invocation, folder);
}

type Running = { readonly folder: string; readonly terminal: boolean; readonly address: string };

async function joinRunning(invocation: Invocation, { folder, terminal, address }: Running): Promise<void> {
  const { output } = invocation;
  const invite = await readInvite(folder);
  const text = `A server already runs here, on ${address}. Its invite link:\n\n  ${invite}\n`;
  output.result({ event: "running", address, invite }, text);
  if (terminal) await chatOnThisMachine(invocation, { invite, address });
}

/** The server is a process of its own: its work never delays a key, and the fault of one does not end the other. */
async function serveAndChat(invocation: Invocation, folder: string): Promise<number> {
  const { output, signal } = invocation;
  output.progress("Starting the server.");
  await using server = await ServerProcess.start({ folder, options: invocation.options, signal });
  const { address, invite, logFile } = server;
  output.progress(await inviteText({ address, invite }));
  output.progress(`\nThe server's log goes to ${logFile}.\n`);

  while (!signal.aborted && server.exitCode === undefined) {
    if ((await chatOrSayWhyNot(invocation, { invite, address })) === "interrupted") break;
    if (signal.aborted || server.exitCode !== undefined) break;
    output.progress(`The server goes on serving at ${address}.`);
    output.progress('Enter opens the chat again; Ctrl-C, or "npm run -s qpc -- server stop", stops the server.');
    const again = await Promise.race([enterPressed(signal), server.ended.then(() => false)]);
    if (!again) break;
  }
  const exitCode = await server.stop();
  output.progress(exitCode === 0 ? "The server has stopped." : `The server ended with ${exitCode}: see ${logFile}.`);
  return exitCode;
}

/** A chat that fails, such as for a wrong passphrase, is no reason to stop serving others. */
async function chatOrSayWhyNot(
  invocation: Invocation,
  server: { readonly invite: string; readonly address: string },
): Promise<"left" | "interrupted"> {
  try {
    await chatOnThisMachine(invocation, server);
  } catch (error) {
    const failure = describeFailure(error);
    if (failure.exitCode === exitCodes.interrupted) return "interrupted";
    invocation.output.failure(failure);
  }
  return "left";
}
