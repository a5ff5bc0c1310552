import type { Command } from "commander";
import type { Status } from "../../center/schemas/status.ts";
import { version } from "../../version.ts";
import { bounds, type Print, type Query } from "../ask.ts";
import { block, table } from "../text.ts";

/** Which Fairway runs where. */
interface Versions {
  /** Of the program that prints this. */
  readonly client: string;
  /** Null where it does not answer. */
  readonly center: string | null;
  readonly hosts: readonly { readonly name: string; readonly version: string | null }[];
}

/** Adds `fairway version`. */
export function addVersionCommand(program: Command, query: Query, print: Print): void {
  program
    .command("version")
    .description("print the version of this program, of the center and of every host")
    .addHelpText(
      "after",
      "\nA host tells its version when Fairway starts there. If the center does not answer, this program's version is printed,\n" +
        "and the exit status is 1.\n\nExamples:\n  fairway version\n  fairway version -o json",
    )
    .action(async () => {
      const alone: Versions = { client: version, center: null, hosts: [] };
      try {
        print(versionsOf(await query((client) => client.status(), bounds.status)), render);
      } catch (error) {
        print(alone, render);
        throw error;
      }
    });
}

function versionsOf({ version: center, hosts }: Status): Versions {
  return { client: version, center, hosts: hosts.map(({ name, version: own }) => ({ name, version: own })) };
}

function render({ client, center, hosts }: Versions): string {
  const parts = block([
    ["client", client],
    ["center", center ?? "does not answer"],
  ]);
  const rows = hosts.map(({ name, version: own }) => [name, own ?? ""]);
  return rows.length === 0 ? parts : `${parts}\n\n${table(["HOST", "VERSION"], rows)}`;
}
