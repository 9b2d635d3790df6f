/** The chat beside a server on this machine: for the account that is there, or for the first one. */
import { type Engine, register, vaultExists } from "@quicprochat/client";
import { parseUsername, UsernameError } from "@quicprochat/protocol";
import { encodeInvite, parseInvite } from "@quicprochat/transport";
import { runChat } from "../../chat/run-chat.ts";
import { CommandError, describeFailure, interrupted } from "../../failure.ts";
import { unlessAborted } from "../../interruption.ts";
import type { Invocation } from "../../invocation.ts";
import { limits } from "../../limits.ts";
import { openProfile } from "../../session.ts";
import { ask } from "../../terminal/prompt.ts";
import { askNewSecret } from "../../terminal/secrets.ts";

type OwnServer = { readonly invite: string; readonly address: string };

export async function chatOnThisMachine(invocation: Invocation, server: OwnServer): Promise<void> {
  const { profile, signal } = invocation;
  await using engine = vaultExists(profile) ? await openProfile(invocation) : await firstAccount(invocation, server);
  await runChat({ engine, signal, invite: server.invite });
}

async function firstAccount(invocation: Invocation, server: OwnServer): Promise<Engine> {
  const { signal } = invocation;
  const { progress } = invocation.output;
  progress("There is no account in this profile yet: let us make one.");
  progress("Your user name is how others find you: a-z, 0-9 and . _ -");
  const username = await askName(invocation);
  progress("The passphrase locks what lies on this machine. It is asked for whenever you open the chat.");
  const passphrase = await askNewSecret("passphrase", signal);
  progress(
    "The password proves to the server that you are you, without the server learning it. New devices ask for it.",
  );
  const password = await askNewSecret("password", signal);
  const account = await registerByAnyName(invocation, {
    username,
    passphrase,
    password,
    invite: loopbackInvite(server),
  });
  progress(`\nYou are ${account.user}. Your fingerprint: ${account.fingerprint}`);
  progress(`\n  Recovery code: ${account.recoveryCode}\n`);
  progress("Write it down and keep it away from this machine: it is shown only now, and it outranks every device.");
  await ask({ prompt: "Press Enter when you have it. ", secret: true, signal });
  return account.engine;
}

/** Asks again, a few times, while the answer is no user name: the questions that follow take longer. */
async function askName({ output, signal }: Invocation): Promise<string> {
  for (let tries = 1; ; tries++) {
    const name = (await ask({ prompt: "User name: ", secret: false, signal }))?.trim();
    if (name === undefined) throw new CommandError("no_terminal", "There is no terminal to ask for a user name.");
    try {
      return parseUsername(name);
    } catch (error) {
      if (!(error instanceof UsernameError)) throw error;
      if (tries >= limits.promptTriesMax) throw new CommandError("bad_username", error.message);
      output.progress(error.message);
    }
  }
}

type Wanted = Omit<Parameters<typeof register>[0], "profile">;

/** Asks for another name when somebody has the first. */
async function registerByAnyName(invocation: Invocation, wanted: Wanted): ReturnType<typeof register> {
  const { profile, output, signal } = invocation;
  let { username } = wanted;
  for (let tries = 1; ; tries++) {
    output.progress("Making your keys. This takes a moment.");
    try {
      return await unlessAborted(register({ ...wanted, profile, username }), signal, interrupted);
    } catch (error) {
      const { code, message } = describeFailure(error);
      if (code !== "name_taken" || tries >= limits.promptTriesMax) throw error;
      output.progress(message);
      username = await askName(invocation);
    }
  }
}

/** The way to a server on this machine that does not change with the network it is in. */
function loopbackInvite({ invite, address }: OwnServer): string {
  const { port, serverId, registrationSecret } = parseInvite(invite);
  const host = loopbackOf(address);
  if (host === undefined || serverId === null) return invite;
  return encodeInvite({ host, port, serverId, ...(registrationSecret === null ? {} : { registrationSecret }) });
}

/** Of a server that listens everywhere; otherwise only its own address leads to it. */
function loopbackOf(address: string): string | undefined {
  if (address.startsWith("0.0.0.0:")) return "127.0.0.1";
  return address.startsWith("[::]:") ? "::1" : undefined;
}
