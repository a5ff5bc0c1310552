import type { Command } from "commander";
import { counted } from "../../counted.ts";
import type { Examination, Examined } from "../../doctor/examine.ts";
import type { Print } from "../ask.ts";
import { Failed } from "../failed.ts";
import type { Paint, Tone } from "../paint.ts";
import { printable } from "../text.ts";

/** Looks at this machine. */
export type Examine = () => Promise<Examination>;

/** Adds `fairway doctor`. */
export function addDoctorCommand(program: Command, examine: Examine, print: Print): void {
  program
    .command("doctor")
    .description("check this machine, and print a remedy for each fault")
    .addHelpText(
      "after",
      "\nRun this as root. Fairway, Docker and Open vSwitch need not run. The exit status is 1 when a check fails.\n\n" +
        "Examples:\n  sudo fairway doctor\n  sudo fairway doctor -o json",
    )
    .action(async () => {
      const examination = await examine();
      print(examination, render);
      if (!examination.ok) throw new Failed();
    });
}

/** What fails comes first. */
const order = ["fail", "warn", "skip", "ok"] as const satisfies readonly Examined["state"][];
const tones: Readonly<Partial<Record<Examined["state"], Tone>>> = {
  fail: "bad",
  warn: "warning",
  ok: "good",
};

function render({ checks }: Examination, paint: Paint): string {
  const width = Math.max(...checks.map(({ check }) => check.length));
  const sorted = order.flatMap((state) => checks.filter((each) => each.state === state));
  const lines = sorted.flatMap((examined) => linesOf(examined, width, paint));
  return [...lines, "", summary(checks)].join("\n");
}

function linesOf({ state, check, seen, mend }: Examined, width: number, paint: Paint): readonly string[] {
  const tone = tones[state];
  const word = state.padEnd(4);
  const line = `${tone === undefined ? word : paint(word, tone)}  ${check.padEnd(width)}  ${printable(seen)}`;
  return mend === undefined ? [line] : [line, `${" ".repeat(width + 8)}→ ${printable(mend)}`];
}

function summary(checks: readonly Examined[]): string {
  const count = (state: Examined["state"]) => checks.filter((each) => each.state === state).length;
  const [fails, warns, skipped] = [count("fail"), count("warn"), count("skip")];
  if (fails + warns === 0) return "All is well.";
  const parts = [
    fails === 0 ? "Nothing fails" : `${counted(fails, "failure")} in ${counted(checks.length, "check")}`,
    ...(warns === 0 ? [] : [counted(warns, "warning")]),
    ...(skipped === 0 ? [] : [`${skipped} skipped because of that`]),
  ];
  return `${parts.join(", ")}.`;
}
