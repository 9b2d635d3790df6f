/** Opens the engine of a profile for one command, and closes it again whatever happens. */
import { type Engine, openEngine, vaultExists } from "@quicprochat/client";
import { describeFailure, interrupted } from "./failure.ts";
import { unlessAborted } from "./interruption.ts";
import type { Invocation } from "./invocation.ts";
import { limits } from "./limits.ts";
import { writeAll } from "./output.ts";
import { askSecret, isFromEnvironment } from "./terminal/secrets.ts";

type Who = Pick<Invocation, "profile" | "signal">;

/** `online: true` waits until the server has been reached and what it held has been fetched. */
export async function withEngine<T>(
  who: Who,
  { online }: { readonly online: boolean },
  work: (engine: Engine) => Promise<T> | T,
): Promise<T> {
  const { signal } = who;
  await using engine = await openProfile(who);
  const done = async (): Promise<T> => {
    if (online) await engine.online({ signal, timeoutMs: limits.onlineMs });
    return work(engine);
  };
  return await unlessAborted(done(), signal, interrupted);
}

/** Asks again after a wrong passphrase, when a person typed it. */
export async function openProfile({ profile, signal }: Who): Promise<Engine> {
  // Fails, and says how to make an account: nobody is asked for the passphrase of a vault that is not there.
  if (!vaultExists(profile)) return await openEngine({ profile, passphrase: "" });
  for (let tries = 1; ; tries++) {
    const passphrase = await askSecret("passphrase", signal);
    try {
      return await openEngine({ profile, passphrase });
    } catch (error) {
      const { code, message } = describeFailure(error);
      const again = code === "wrong_passphrase" && !isFromEnvironment("passphrase") && tries < limits.promptTriesMax;
      if (!again) throw error;
      writeAll(2, `${message}\n`);
    }
  }
}
