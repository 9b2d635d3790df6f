/** What a call costs above its transport: frames, messages and bookkeeping over a pair in memory. */
import { methods } from "@quicprochat/protocol";
import { type Figure, type Trial, thisMachine } from "../../../scripts/trial.ts";
import { call } from "../src/index.ts";
import { echo, ServedPair } from "../test/served-pair.ts";

const CALLS = 20_000;

export const bench: Trial = {
  name: "rpc-calls",
  describe: "calls a second over a connection in memory, 1 and 64 at once",
  async run() {
    const figures = [await rate(1), await rate(64)];
    return { name: "rpc-calls", figures, machine: thisMachine() };
  },
};

async function rate(atOnce: number): Promise<Figure> {
  await using pair = new ServedPair(echo);
  const started = performance.now();
  for (let done = 0; done < CALLS; done += atOnce) {
    await Promise.all(Array.from({ length: atOnce }, () => call(pair.client, methods.hello, { version: 1, class: 1 })));
  }
  const value = (CALLS / (performance.now() - started)) * 1_000;
  return { name: `calls, ${atOnce} at once`, value, unit: "/s" };
}
