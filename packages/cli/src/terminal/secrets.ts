/** Passphrase and password: from the environment, or asked for; never from an argument. */
import { CommandError, exitCodes, usageError } from "../failure.ts";
import { limits } from "../limits.ts";
import { writeAll } from "../output.ts";
import { ask } from "./prompt.ts";

const kinds = {
  passphrase: { variable: "QPC_PASSPHRASE", prompt: "Passphrase" },
  password: { variable: "QPC_PASSWORD", prompt: "Password" },
} as const;

type SecretKind = keyof typeof kinds;

export async function askSecret(kind: SecretKind, signal: AbortSignal): Promise<string> {
  return (
    fromEnvironment(kind) ?? required(kind, await ask({ prompt: `${kinds[kind].prompt}: `, secret: true, signal }))
  );
}

/** Asks twice, and again when the answers differ or are empty. */
export async function askNewSecret(kind: SecretKind, signal: AbortSignal): Promise<string> {
  const given = fromEnvironment(kind);
  if (given !== undefined) return given;
  const { prompt } = kinds[kind];
  for (let tries = 0; tries < limits.promptTriesMax; tries++) {
    const first = required(kind, await ask({ prompt: `New ${prompt.toLowerCase()}: `, secret: true, signal }));
    if (first === "") {
      writeAll(2, `An empty ${kind} protects nothing.\n`);
      continue;
    }
    const second = await ask({ prompt: "The same once more: ", secret: true, signal });
    if (first === second) return first;
    writeAll(2, "These were not the same.\n");
  }
  throw new CommandError(`no_${kind}`, `No ${kind} was chosen. Start again when you have one.`);
}

export const isFromEnvironment = (kind: SecretKind): boolean => process.env[kinds[kind].variable] !== undefined;

function fromEnvironment(kind: SecretKind): string | undefined {
  const { variable } = kinds[kind];
  const value = process.env[variable];
  if (value === "") throw usageError(`${variable} is empty: an empty ${kind} protects nothing.`);
  return value;
}

function required(kind: SecretKind, answer: string | undefined): string {
  if (answer !== undefined) return answer;
  const text = `There is no terminal to ask for the ${kind}: set ${kinds[kind].variable}.`;
  throw new CommandError(`no_${kind}`, text, exitCodes.failed);
}
