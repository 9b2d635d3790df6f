/** `qpc status`: who this profile is, and how it is connected right now. */
import { describeFailure, exitCodes } from "../failure.ts";
import { identityResult } from "../identity-line.ts";
import type { Invocation } from "../invocation.ts";
import { limits } from "../limits.ts";
import { withEngine } from "../session.ts";

/** A server that cannot be reached is a status like any other, and still exit code 3. */
export async function status(invocation: Invocation): Promise<number> {
  const { output, signal } = invocation;
  return await withEngine(invocation, { online: false }, async (engine) => {
    let exitCode: number = exitCodes.done;
    try {
      await engine.online({ signal, timeoutMs: limits.onlineMs });
    } catch (error) {
      exitCode = describeFailure(error).exitCode;
      if (exitCode !== exitCodes.unreachable) throw error;
    }
    const { connected, transport, keyExchange, clockSkewMs, outboxPending } = engine.status();
    const identity = identityResult(engine);
    const text = [
      identity.text,
      `connection   ${connected ? `${transport}, key exchange ${keyExchange ?? "unknown"}` : "none: the server cannot be reached"}`,
      `outbox       ${outboxPending} waiting`,
      `clock        ${Math.round(clockSkewMs / 1_000)} s off the server's`,
    ];
    const line = { ...identity.line, connected, transport, keyExchange, clockSkewMs, outboxPending };
    output.result(line, text.join("\n"));
    return exitCode;
  });
}
