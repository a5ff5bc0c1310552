import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { type Command, Option } from "commander";
import type { Origin } from "../../config/imported/import.ts";
import type { Told } from "../../config/imported/plugin.ts";
import { FairwayError, messageOf } from "../../errors.ts";
import type { Print } from "../ask.ts";

interface ImportFlags {
  readonly from: Origin;
  readonly command?: string;
}

/** Adds `fairway config import`. */
export function addConfigImport(config: Command, print: Print, say: (line: string) => void): void {
  config
    .command("import")
    .description(
      "print another plugin's configuration as Fairway's, and on standard error what has no place in it",
    )
    .argument("[file]", "the plugin's file, the unit or script that starts it, or - for the standard input")
    .addOption(
      new Option("--from <driver>", "whose configuration it is")
        .choices(["nuage", "vlcp", "opencontrail", "ovs"] satisfies Origin[])
        .makeOptionMandatory(),
    )
    .option("--command <line>", "instead of a file: the command that starts the plugin, with its flags")
    .addHelpText(
      "after",
      "\nIt changes nothing. Passwords are not printed.\n\nExamples:\n" +
        "  fairway config import --from nuage /etc/default/nuage-libnetwork.yaml >fairway.yaml\n" +
        "  fairway config import --from vlcp /etc/vlcp.conf\n" +
        "  fairway config import --from opencontrail opencontrail.conf\n" +
        "  fairway config import --from ovs --command 'docker-ovs-plugin --bridge-subnet=172.18.40.0/24 -mode=nat'",
    )
    .action(async (file: string | undefined, { from, command }: ImportFlags) => {
      const told = await toldBy(file, command);
      const { importConfiguration } = await import("../../config/imported/import.ts");
      const { content, yaml, notes } = importConfiguration(from, told);
      for (const note of notes) say(note);
      print(content, () => yaml.trimEnd());
    });
}

async function toldBy(file: string | undefined, command: string | undefined): Promise<Told> {
  if ((file === undefined) === (command === undefined))
    throw new FairwayError(
      "invalid",
      "config import needs a file, - for the standard input, or --command LINE; one of them",
    );
  if (command !== undefined) return { name: "--command", text: command, isCommand: true, readFile: read };
  if (file === "-")
    return { name: "the standard input", text: await text(process.stdin), isCommand: false, readFile: read };
  return { name: file ?? "", text: read(file ?? ""), isCommand: false, readFile: read };
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    const missing = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
    throw new FairwayError(
      "invalid",
      `cannot read ${file}: ${missing ? "there is no such file" : messageOf(cause)}`,
      { cause },
    );
  }
}
