/** The entry of `qpc`: reads the command line, loads the one command it names, and ends with its exit code. */
import { parseCommandLine } from "./command-line.ts";
import { profileFolder } from "./data-folder.ts";
import { describeFailure, exitCodes } from "./failure.ts";
import { helpText } from "./help.ts";
import { stopSignal } from "./interruption.ts";
import { makeOutput, type Output, writeAll } from "./output.ts";

const args = process.argv.slice(2);
const output = makeOutput(argsBeforeTerminator(args).includes("--json"));
// Output is written at once, so nothing is lost; what still runs, such as a connection's timers, ends here.
process.exit(await run(args, output));

async function run(args: readonly string[], output: Output): Promise<number> {
  try {
    const commandLine = parseCommandLine(args);
    if (commandLine.kind === "help") {
      const { command, wanted } = commandLine;
      writeAll(wanted ? 1 : 2, `${helpText(command)}\n`);
      return wanted ? exitCodes.done : exitCodes.usage;
    }
    const { command, operands, options } = commandLine;
    const signal = stopSignal();
    const runCommand = await command.load();
    const exitCode = await runCommand({
      operands,
      options,
      profile: profileFolder(options.text("profile")),
      output,
      signal,
    });
    return exitCode ?? exitCodes.done;
  } catch (error) {
    const failure = describeFailure(error);
    output.failure(failure);
    return failure.exitCode;
  }
}

function argsBeforeTerminator(args: readonly string[]): readonly string[] {
  const terminator = args.indexOf("--");
  return terminator < 0 ? args : args.slice(0, terminator);
}
