import { CommanderError } from "commander";
import { messageOf } from "../errors.ts";
import { dockerOptions } from "./docker-options.ts";
import { Failed } from "./failed.ts";
import { buildProgram, type Surroundings } from "./program.ts";
import { printable } from "./text.ts";

/**
 * Runs one command line, without the program's own name.
 *
 * @returns the exit status: 0, 1 when the command failed, 2 when it was not understood
 */
export async function main(args: readonly string[], surroundings: Surroundings): Promise<number> {
  try {
    await buildProgram(surroundings).parseAsync(dockerOptions(args), { from: "user" });
    return 0;
  } catch (error) {
    // It has printed its help, its version or what it did not understand.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof Failed) return 1;
    // "fairway: fairway is not running" would stammer.
    const message = messageOf(error).replace(/^fairway is /, "");
    for (const line of message.split("\n")) surroundings.err(`fairway: ${printable(line)}\n`);
    if (surroundings.environment["FAIRWAY_DEBUG"] !== undefined && error instanceof Error) {
      surroundings.err(`${error.stack}\n`);
    }
    return 1;
  }
}
