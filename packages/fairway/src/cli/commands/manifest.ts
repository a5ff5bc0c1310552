import type { Command } from "commander";
import { FairwayError, messageOf } from "../../errors.ts";
import type { Print, WithCenter } from "../ask.ts";
import { addYes, type Confirm } from "../confirm.ts";
import { collect } from "./subnet-flags.ts";

interface ApplyFlags {
  readonly filename: readonly string[];
  readonly plan: boolean;
  readonly prune: boolean;
  readonly yes?: boolean;
}

/** What these commands need of the program around them. */
interface Surroundings {
  readonly withCenter: WithCenter;
  readonly print: Print;
  readonly confirm: Confirm;
  readonly say: (line: string) => void;
  readonly isData: () => boolean;
}

/** Adds `fairway export` and `fairway apply`. */
export function addManifestCommands(program: Command, surroundings: Surroundings): void {
  program
    .command("export")
    .description("print all that the API can make, as a file for `fairway apply`")
    .addHelpText(
      "after",
      "\nPhysical networks and ports, networks with their subnets, reservations, ports, and principals without their tokens; what belongs to one\n" +
        "host alone is left out. YAML, or JSON with -o json.\n\nExample:\n  fairway export >net.yaml",
    )
    .action(() => exportCluster(surroundings));
  const apply = program
    .command("apply")
    .description("make the cluster as a file says: create and change what differs, and touch nothing else")
    .requiredOption(
      "-f, --filename <file>",
      "a file of YAML or JSON, or - for the standard input; may be repeated",
      collect,
    )
    .option("--plan", "say what would be, and change nothing", false)
    .option(
      "--prune",
      "also remove what the API made and the files do not name; what engines made stays",
      false,
    )
    .addHelpText(
      "after",
      "\nThe plan is printed first. If it removes something or cuts traffic, a person at a terminal is asked. The same file twice changes nothing.\n\n" +
        "Examples:\n  fairway apply -f net.yaml --plan\n  fairway apply -f net.yaml --prune --yes",
    )
    .action((flags: ApplyFlags) => applyFiles(flags, surroundings));
  addYes(apply);
}

async function exportCluster({ withCenter, print, say }: Surroundings): Promise<void> {
  const { describeCluster } = await import("../manifest/describe-cluster.ts");
  const { withoutDefaults, yamlOf } = await import("../manifest/manifest-text.ts");
  const { objects, hidden } = await withCenter(describeCluster);
  for (const each of hidden) say(`${each} are left out: only the center's root sees them`);
  const contents = objects.filter(({ isBeingRemoved }) => !isBeingRemoved).map(({ content }) => content);
  print(contents.map(withoutDefaults), () => yamlOf(contents));
}

async function applyFiles(
  { filename, plan: isPlanOnly, prune, yes }: ApplyFlags,
  { withCenter, print, confirm, isData }: Surroundings,
): Promise<void> {
  const { readManifests } = await import("../manifest/read-manifest.ts");
  const { planManifest } = await import("../manifest/plan.ts");
  const { carryOut } = await import("../manifest/carry-out.ts");
  const { doneText, planText } = await import("../manifest/manifest-text.ts");
  const documents = readManifests(await Promise.all(filename.map(readManifest)));
  await withCenter(async (client) => {
    const plan = await planManifest(client, documents, prune);
    const steps = [...plan.steps, ...plan.later];
    const shown = steps.map(({ changes: _changes, kind: _kind, ...step }) => step);
    if (isPlanOnly || steps.length === 0)
      return print({ steps: shown, same: plan.same, done: steps.length === 0 }, (_, paint) =>
        planText(plan, paint),
      );
    if (!isData()) print(plan, planText);
    if (steps.some(({ mark, cuts }) => mark === "-" || cuts !== undefined))
      await confirm("The plan removes something, or cuts traffic.", yes);
    const carriedOut: object[] = [];
    try {
      await carryOut(client, plan, (step, word) => {
        const { mark, title } = step;
        carriedOut.push({ mark, title, ...(word !== undefined && { word }) });
        if (!isData()) print(word, () => doneText(step, word));
      });
    } finally {
      // Also where a later step fails: nothing shows a token again.
      const isDone = carriedOut.length === steps.length;
      if (isData()) print({ steps: shown, same: plan.same, carriedOut, done: isDone }, () => "");
    }
  });
}

async function readManifest(file: string): Promise<{ readonly file: string; readonly text: string }> {
  const { readFile } = await import("node:fs/promises");
  const { text } = await import("node:stream/consumers");
  try {
    if (file === "-") return { file: "the standard input", text: await text(process.stdin) };
    return { file, text: await readFile(file, "utf8") };
  } catch (cause) {
    const isMissing = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
    const reason = isMissing ? "there is no such file" : messageOf(cause);
    throw new FairwayError("invalid", `cannot read ${file}: ${reason}`, { cause });
  }
}
