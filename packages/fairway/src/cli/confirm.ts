import type { Command } from "commander";
import { Failed } from "./failed.ts";

/** Asks the person at the terminal, and gives what was typed; an end of the input is an empty answer. */
export type Question = (text: string) => Promise<string>;

/**
 * Asks before something that cuts traffic. Throws `Failed` where the answer is no.
 * @param what what will happen, as a sentence. @param yes it was answered on the command line
 */
export type Confirm = (what: string, yes: boolean | undefined) => Promise<void>;

/** Adds the option that answers the question of a command. */
export function addYes(command: Command): Command {
  return command.option("-y, --yes", "do not ask; without a terminal nobody is asked");
}

/** @param question absent where there is no terminal: then the command line is answer enough */
export function confirmBy(question: Question | undefined, err: (text: string) => void): Confirm {
  return async (what, yes) => {
    if (yes === true || question === undefined) return;
    const answer = await question(`${what} Go on? [y/N] `);
    if (/^y(es)?$/i.test(answer.trim())) return;
    err("fairway: nothing was changed\n");
    throw new Failed();
  };
}
