import type { Command } from "commander";
import type { Router } from "../../center/schemas/router.ts";
import type { Organization, Zone } from "../../center/schemas/tenancy.ts";
import { type Ask, bounds } from "../ask.ts";
import { withDryRun } from "../dry-run.ts";
import { addLevelFlags, fullName, type LevelFlags, namesIn } from "../level-flags.ts";
import { listOf } from "../list.ts";
import type { ListCommands } from "../list-commands.ts";
import type { Paint } from "../paint.ts";
import { block, healthCell, isIll, list, pairs, shortId } from "../text.ts";
import { renderRouter } from "./router.ts";
import { collect, mapOfFlags } from "./subnet-flags.ts";
import { addZonePolicyCommands } from "./zone-policy.ts";

interface CreateFlags extends LevelFlags {
  readonly label?: readonly string[];
  readonly dryRun: boolean;
}

type DryFlags = LevelFlags & Pick<CreateFlags, "dryRun">;

interface Filter extends LevelFlags {
  readonly name?: string;
  readonly label?: string;
}

/** Adds `fairway organization`, `fairway domain` and `fairway zone`. */
export function addTenancyCommands(program: Command, ask: Ask, lists: ListCommands): void {
  addOrganizations(program, ask, lists);
  addZonePolicyCommands(addDomains(program, ask, lists), ask);
  addZones(program, ask, lists);
}

function addOrganizations(program: Command, ask: Ask, lists: ListCommands): void {
  const organization = program
    .command("organization")
    .description("make, list and remove organizations, which have domains of their own");
  lists.add(filtered(organization, "list the organizations with their domains"), {
    lists: [organizations],
    nouns: ["organization", "router"],
  });
  organization
    .command("show")
    .argument("<organization>", "its name or UUID")
    .description("show an organization with its domains")
    .action((reference: string) =>
      ask((client) => client.showOrganization({ organization: reference }), renderOrganization),
    );
  creating(organization, "<name>", "make an organization", "fairway organization create Enterprise").action(
    (name: string, { label, dryRun }: CreateFlags) =>
      ask(
        (client) =>
          client.putOrganization({ organization: name, "dry-run": dryRun }, { labels: mapOfFlags(label) }),
        renderOrganization,
        bounds.change,
      ),
  );
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

function addDomains(program: Command, ask: Ask, lists: ListCommands): Command {
  const domain = program
    .command("domain")
    .description("make, list and remove domains: an organization's routers, whose networks are in zones");
  lists.add(addLevelFlags(filtered(domain, "list the domains with their zones"), "organization"), {
    lists: [domains],
    nouns: ["router", "zone"],
  });
  addLevelFlags(
    domain
      .command("show")
      .argument("<domain>", "its name, or a UUID")
      .description("show a domain: a router with its zones and networks"),
    "organization",
  ).action((name: string, flags: LevelFlags) =>
    ask((client) => client.showRouter({ router: fullName(name, flags) }), renderRouter),
  );
  addLevelFlags(
    creating(
      domain,
      "<name>",
      "make a domain of an organization",
      "fairway domain create Domain --organization Enterprise\n  fairway domain create Enterprise/Domain",
    ),
    "organization",
  ).action((name: string, { label, dryRun, ...flags }: CreateFlags) =>
    ask(
      (client) =>
        client.putRouter({ router: fullName(name, flags), "dry-run": dryRun }, { labels: mapOfFlags(label) }),
      renderRouter,
      bounds.change,
    ),
  );
  addLevelFlags(
    removing(
      domain,
      ["<domain>", "its name, or a UUID"],
      "remove a domain that has neither zone nor network",
      "fairway domain rm Domain --organization Enterprise",
    ),
    "organization",
  ).action((name: string, { dryRun, ...flags }: DryFlags) =>
    ask(
      (client) => client.removeRouter({ router: fullName(name, flags), "dry-run": dryRun }),
      (gone) => goneText(`domain ${gone.name}`, dryRun),
      bounds.change,
    ),
  );
  return domain;
}

function addZones(program: Command, ask: Ask, lists: ListCommands): void {
  const zone = program
    .command("zone")
    .description("make, list and remove zones: sets of networks of one domain");
  lists.add(addLevelFlags(filtered(zone, "list the zones with their networks"), "domain"), {
    lists: [zones],
    nouns: ["zone", "network"],
  });
  addLevelFlags(
    zone
      .command("show")
      .argument("<zone>", "its name, or a UUID")
      .description("show a zone with its networks"),
    "domain",
  ).action((name: string, flags: LevelFlags) =>
    ask((client) => client.showZone({ zone: fullName(name, flags) }), renderZone),
  );
  addLevelFlags(
    creating(
      zone,
      "<name>",
      "make a zone of a domain",
      "fairway zone create Zone --organization Enterprise --domain Domain\n  fairway zone create Enterprise/Domain/Zone",
    ),
    "domain",
  ).action((name: string, { label, dryRun, ...flags }: CreateFlags) =>
    ask(
      (client) =>
        client.putZone({ zone: fullName(name, flags), "dry-run": dryRun }, { labels: mapOfFlags(label) }),
      renderZone,
      bounds.change,
    ),
  );
  addLevelFlags(
    removing(
      zone,
      ["<zone>", "its name, or a UUID"],
      "remove a zone that has no network",
      "fairway zone rm Zone --organization Enterprise --domain Domain",
    ),
    "domain",
  ).action((name: string, { dryRun, ...flags }: DryFlags) =>
    ask(
      (client) => client.removeZone({ zone: fullName(name, flags), "dry-run": dryRun }),
      (gone) => goneText(`zone ${gone.name}`, dryRun),
      bounds.change,
    ),
  );
}

function filtered(noun: Command, description: string): Command {
  return noun
    .command("ls")
    .description(description)
    .option("--name <name>", "list only those of this name; * stands for any letters")
    .option("--label <label>", "list only those with this label: team, or team=web")
    .addHelpText("after", `\nExample:\n  fairway ${noun.name()} ls --label team=web`);
}

function creating(noun: Command, argument: string, description: string, examples: string): Command {
  return withDryRun(
    noun
      .command("create")
      .argument(argument, "what it is called")
      .description(description)
      .option("--label <key=value>", "a label", collect),
    examples,
  );
}

function removing(
  noun: Command,
  [name, meaning]: readonly [string, string],
  description: string,
  examples: string,
): Command {
  return withDryRun(noun.command("rm").argument(name, meaning).description(description), examples);
}

function goneText(what: string, isDry: boolean): string {
  return `${what} ${isDry ? "would be" : "is"} gone`;
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

const domains = listOf<Router, Filter>(
  {
    columns: [
      { title: "NAME", cell: ({ name }) => name },
      { title: "ID", cell: ({ uuid }) => shortId(uuid) },
      { title: "ZONES", cell: ({ zones }) => list(zones) },
      { title: "NETWORKS", cell: ({ interfaces }) => String(interfaces.length) },
      { title: "STATUS", cell: ({ status }) => healthCell(status) },
    ],
    name: ({ name }) => name,
    isWrong: isIll,
  },
  (client, { name, label, organization = "*" }) =>
    Array.fromAsync(client.each("listRouters", { name: namesIn({ organization }, name), label })),
);

const zones = listOf<Zone, Filter>(
  {
    columns: [
      { title: "NAME", cell: ({ name }) => name },
      { title: "ID", cell: ({ uuid }) => shortId(uuid) },
      { title: "NETWORKS", cell: ({ networks }) => list(networks) },
      { title: "LABELS", cell: ({ labels }) => pairs(labels) },
    ],
    name: ({ name }) => name,
  },
  (client, { name, label, ...flags }) =>
    Array.fromAsync(client.each("listZones", { name: namesIn(flags, name), label })),
);

function renderOrganization(
  { name, uuid, revision, labels, options, domains }: Organization,
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
    ],
    paint,
  );
}

function renderZone({ name, uuid, revision, labels, options, domain, networks }: Zone, paint: Paint): string {
  return block(
    [
      ["name", name],
      ["id", uuid],
      ["revision", revision],
      ["domain", domain],
      ["labels", pairs(labels)],
      ["options", pairs(options)],
      ["networks", list(networks)],
    ],
    paint,
  );
}
