import type { Command } from "commander";
import type { Examination, Examined } from "../../doctor/examine.ts";
import type { Print } from "../ask.ts";
import { Failed } from "../failed.ts";
import { printable } from "../text.ts";

/** Looks at this machine. */
export type Examine = () => Promise<Examination>;

export function addDoctorCommand(program: Command, examine: Examine, print: Print): void {
  program
    .command("doctor")
    .description("say what on this machine does not work, and what mends it")
    .addHelpText(
      "after",
      "\nIt needs root, and neither Fairway to run nor the rest. Exit status 1: something fails.\n\n" +
        "Examples:\n  sudo fairway doctor\n  sudo fairway doctor -o json",
    )
    .action(async () => {
      const examination = await examine();
      print(examination, render);
      if (!examination.ok) throw new Failed();
    });
}

function render({ checks }: Examination): string {
  const width = Math.max(...checks.map(({ check }) => check.length));
  const lines = checks.flatMap((examined) => linesOf(examined, width));
  return [...lines, "", summary(checks)].join("\n");
}

function linesOf({ state, check, seen, mend }: Examined, width: number): readonly string[] {
  const line = `${state.padEnd(4)}  ${check.padEnd(width)}  ${printable(seen)}`;
  return mend === undefined ? [line] : [line, `${" ".repeat(width + 8)}→ ${printable(mend)}`];
}

function summary(checks: readonly Examined[]): string {
  const count = (state: Examined["state"]) => checks.filter((each) => each.state === state).length;
  const [fails, warns, skipped] = [count("fail"), count("warn"), count("skip")];
  if (fails + warns === 0) return "All is well.";
  const parts = [
    fails === 0 ? "Nothing fails" : `${counted(fails, "failure")} in ${checks.length} checks`,
    ...(warns === 0 ? [] : [counted(warns, "warning")]),
    ...(skipped === 0 ? [] : [`${skipped} could not be made because of that`]),
  ];
  return `${parts.join(", ")}.`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
