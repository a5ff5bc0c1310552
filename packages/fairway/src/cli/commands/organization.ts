import type { Command } from "commander";
import type { Organization, Quotas } from "../../center/schemas/tenancy.ts";
import { FairwayError } from "../../errors.ts";
import { type Ask, bounds } from "../ask.ts";
import { withDryRun } from "../dry-run.ts";
import { listOf } from "../list.ts";
import type { ListCommands } from "../list-commands.ts";
import type { Paint } from "../paint.ts";
import { block, list, pairs, shortId } from "../text.ts";
import {
  type CreateFlags,
  creating,
  type DryFlags,
  type Filter,
  filtered,
  goneText,
  removing,
} from "./level-commands.ts";
import { addSharing } from "./sharing.ts";
import { collect, mapOfFlags, mapPatch } from "./subnet-flags.ts";

/** In the order in which they are shown. */
const quotaNames = ["networks", "addresses", "ports", "rules"] as const satisfies readonly (keyof Quotas)[];

interface QuotaFlags {
  readonly quota?: readonly string[];
}

interface UpdateFlags extends QuotaFlags, Pick<CreateFlags, "label" | "dryRun"> {
  readonly labelRm?: readonly string[];
  readonly quotaRm?: readonly string[];
}

/** Adds `fairway organization`. */
export function addOrganizations(program: Command, ask: Ask, lists: ListCommands): void {
  const organization = program
    .command("organization")
    .description("make, change, list and remove organizations, which have domains of their own");
  lists.add(filtered(organization, "list the organizations with their domains"), {
    lists: [organizations],
    nouns: ["organization", "router"],
  });
  organization
    .command("show")
    .argument("<organization>", "its name or UUID")
    .description("show an organization with its domains, and how much it has of what it may have")
    .action((reference: string) =>
      ask((client) => client.showOrganization({ organization: reference }), renderOrganization),
    );
  withQuotas(
    creating(
      organization,
      "<name>",
      "make an organization",
      "fairway organization create Enterprise\n  fairway organization create Enterprise --quota networks=10 --quota ports=200",
    ),
  ).action((name: string, { label, quota, dryRun }: CreateFlags & QuotaFlags) =>
    ask(
      (client) =>
        client.putOrganization(
          { organization: name, "dry-run": dryRun },
          { labels: mapOfFlags(label), quotas: quotasOf(quota) },
        ),
      renderOrganization,
      bounds.change,
    ),
  );
  withDryRun(
    withQuotas(
      organization
        .command("update")
        .argument("<organization>", "its name or UUID")
        .description("change an organization's labels, and how much it may have")
        .option("--label <key=value>", "a label", collect)
        .option("--label-rm <key>", "take a label", collect),
    ).option("--quota-rm <name>", "take a bound", collect),
    "fairway organization update Enterprise --quota networks=20 --quota-rm ports",
  ).action((reference: string, { dryRun, ...flags }: UpdateFlags) =>
    ask(
      (client) => client.updateOrganization({ organization: reference, "dry-run": dryRun }, patchOf(flags)),
      renderOrganization,
      bounds.change,
    ),
  );
  addSharing(organization, ask);
  removing(
    organization,
    ["<organization>", "its name or UUID"],
    "remove an organization that has no domain",
    "fairway organization rm Enterprise",
  ).action((reference: string, { dryRun }: DryFlags) =>
    ask(
      (client) => client.removeOrganization({ organization: reference, "dry-run": dryRun }),
      ({ name }) => goneText(`organization ${name}`, dryRun),
      bounds.change,
    ),
  );
}

function withQuotas(command: Command): Command {
  return command.option(
    "--quota <name=number>",
    `how much it may have at most: of ${quotaNames.slice(0, -1).join(", ")} or ${quotaNames.at(-1)}`,
    collect,
  );
}

/** Throws `invalid` where a bound is no number. Which there are is the center's to say. */
function quotasOf(flags: readonly string[] | undefined): Quotas {
  const bounds = Object.entries(mapOfFlags(flags)).map(([name, text]) => {
    if (/^\d{1,15}$/.test(text)) return [name, Number(text)] as const;
    throw new FairwayError("invalid", `--quota ${name} must be a whole number, e.g. --quota networks=10`);
  });
  return Object.fromEntries(bounds);
}

function patchOf({ label, labelRm, quota, quotaRm }: Omit<UpdateFlags, "dryRun">) {
  const taken = Object.fromEntries((quotaRm ?? []).map((name) => [name, null]));
  return {
    ...mapPatch("labels", label, labelRm),
    ...((quota ?? quotaRm) !== undefined && { quotas: { ...taken, ...quotasOf(quota) } }),
  };
}

function useText(use: number, bound: number | undefined): string {
  return bound === undefined ? String(use) : `${use} of ${bound}`;
}

const organizations = listOf<Organization, Filter>(
  {
    columns: [
      { title: "NAME", cell: ({ name }) => name },
      { title: "ID", cell: ({ uuid }) => shortId(uuid) },
      { title: "DOMAINS", cell: ({ domains }) => list(domains) },
      { title: "LABELS", cell: ({ labels }) => pairs(labels) },
    ],
    name: ({ name }) => name,
  },
  (client, { name, label }) => Array.fromAsync(client.each("listOrganizations", { name, label })),
);

function renderOrganization(
  { name, uuid, revision, labels, options, domains, sharedNetworks, quotas, usage }: Organization,
  paint: Paint,
): string {
  return block(
    [
      ["name", name],
      ["id", uuid],
      ["revision", revision],
      ["labels", pairs(labels)],
      ["options", pairs(options)],
      ["domains", list(domains)],
      ...(sharedNetworks.length === 0 ? [] : [["shared with it", list(sharedNetworks)] as const]),
      ...quotaNames.map((quota) => [quota, useText(usage[quota], quotas[quota])] as const),
    ],
    paint,
  );
}
