/** `qpc register INVITE --user NAME`: a new account, its first device and its vault. */
import { register as createAccount } from "@quicprochat/client";
import { interrupted, usageError } from "../failure.ts";
import { unlessAborted } from "../interruption.ts";
import type { Invocation } from "../invocation.ts";
import { askNewSecret } from "../terminal/secrets.ts";

export async function register({ operands, options, profile, output, signal }: Invocation): Promise<void> {
  const [invite = ""] = operands;
  const username = options.text("user");
  if (username === undefined) throw usageError("Which name? qpc register INVITE --user NAME");
  const passphrase = await askNewSecret("passphrase", signal);
  const password = await askNewSecret("password", signal);
  output.progress("Registering. Deriving keys takes a moment.");
  const work = createAccount({ profile, passphrase, password, invite, username });
  const { engine, user, device, fingerprint, recoveryCode } = await unlessAborted(work, signal, interrupted);
  await engine.close();
  const lines = [
    `You are ${user}. Your fingerprint is ${fingerprint}.`,
    `Recovery code: ${recoveryCode}`,
    "Write it down and keep it away from this device: it is shown only now, and it outranks every device of yours.",
  ];
  output.result({ user, device, fingerprint, recoveryCode }, lines.join("\n"));
}
