/** A pause until Enter: the terminal echoes as usual, and Ctrl-C is a signal as usual. */

/** `false` when there will be no Enter: the terminal is gone, or the process was asked to stop. */
export function enterPressed(signal: AbortSignal): Promise<boolean> {
  const { stdin } = process;
  return new Promise((resolve) => {
    const end = (pressed: boolean): void => {
      stdin.off("data", onData).off("end", onEnd).off("error", onEnd);
      signal.removeEventListener("abort", onEnd);
      stdin.pause();
      resolve(pressed);
    };
    const onEnd = (): void => end(false);
    const onData = (bytes: Buffer): void => {
      if (bytes.includes("\n")) end(true);
    };
    if (signal.aborted) return onEnd();
    signal.addEventListener("abort", onEnd);
    stdin.on("data", onData).on("end", onEnd).on("error", onEnd).resume();
  });
}
