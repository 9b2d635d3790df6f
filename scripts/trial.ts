/**
 * Benches and soaks: what one is and what it yields. A file `packages/X/bench/NAME.ts` exports `const bench: Trial`,
 * `packages/X/soak/NAME.ts` exports `const soak: Trial`; `npm run bench` and `npm run soak` find them.
 */
import { cpus, totalmem } from "node:os";

export type Figure = {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What we compare with, measured beside it in the same run, and its value. */
  readonly peer?: string;
  readonly peerValue?: number;
  /** `value` / `peerValue`. */
  readonly ratio?: number;
};

export type Machine = {
  readonly processor: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
};

export type TrialResult = { readonly name: string; readonly figures: readonly Figure[]; readonly machine: Machine };

export type TrialOptions = {
  /** Standard output belongs to the result: say nothing there but through `log`. */
  readonly json: boolean;
  /** Tells a person how far it is. */
  readonly log: (line: string) => void;
  /** What was given behind the name, such as `--minutes 30`. */
  readonly args: readonly string[];
};

export type Trial = {
  readonly name: string;
  /** One line: what is measured, and how. */
  readonly describe: string;
  /** Rejects when something that must hold did not. */
  readonly run: (options: TrialOptions) => Promise<TrialResult>;
};

export function thisMachine(): Machine {
  const processors = cpus();
  return {
    processor: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
}

/** A figure with its peer, measured in the same unit. */
export function besidePeer(figure: Omit<Figure, "ratio"> & { readonly peerValue: number }): Figure {
  return { ...figure, ratio: figure.value / figure.peerValue };
}
