import type { Command } from "commander";
import type { Setting } from "../../config/settings.ts";
import { messageOf } from "../../errors.ts";
import type { Print } from "../ask.ts";
import { Failed } from "../failed.ts";
import { table } from "../text.ts";
import { addConfigImport } from "./config-import.ts";

type Verdict =
  | { readonly ok: true; readonly settings: readonly Setting[] }
  | { readonly ok: false; readonly faults: readonly string[] };

export type ReadSettings = () => Promise<readonly Setting[]>;

/** Adds `fairway config`. */
export function addConfigCommands(
  program: Command,
  readSettings: ReadSettings,
  print: Print,
  say: (line: string) => void,
): void {
  const config = program
    .command("config")
    .description("check this machine's configuration, or make one of another plugin's");
  config
    .command("check")
    .description("check the configuration, and print every key with its value and its source")
    .addHelpText(
      "after",
      "\nExamples:\n  fairway config check\n  fairway config check -c new.yaml && mv new.yaml /etc/fairway/fairway.yaml",
    )
    .action(async () => {
      const verdict = await judge(readSettings);
      print(verdict, render);
      if (!verdict.ok) throw new Failed();
    });
  addConfigImport(config, print, say);
}

async function judge(readSettings: ReadSettings): Promise<Verdict> {
  try {
    return { ok: true, settings: await readSettings() };
  } catch (error) {
    return { ok: false, faults: messageOf(error).split("\n") };
  }
}

function render(verdict: Verdict): string {
  if (!verdict.ok) return verdict.faults.join("\n");
  const rows = verdict.settings.map(({ key, value, from }) => [key, shown(value), from]);
  return `ok\n\n${table(["KEY", "VALUE", "FROM"], rows)}`;
}

function shown(value: unknown): string {
  if (value === null) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
