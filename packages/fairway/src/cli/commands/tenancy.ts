import type { Command } from "commander";
import type { Router } from "../../center/schemas/router.ts";
import type { Zone } from "../../center/schemas/tenancy.ts";
import { type Ask, bounds } from "../ask.ts";
import { addLevelFlags, fullName, type LevelFlags, namesIn } from "../level-flags.ts";
import { listOf } from "../list.ts";
import type { ListCommands } from "../list-commands.ts";
import type { Paint } from "../paint.ts";
import { block, healthCell, isIll, list, pairs, shortId } from "../text.ts";
import {
  type CreateFlags,
  creating,
  type DryFlags,
  type Filter,
  filtered,
  goneText,
  removing,
} from "./level-commands.ts";
import { addOrganizations } from "./organization.ts";
import { renderRouter } from "./router.ts";
import { mapOfFlags } from "./subnet-flags.ts";
import { addZonePolicyCommands } from "./zone-policy.ts";

/** Adds `fairway organization`, `fairway domain` and `fairway zone`. */
export function addTenancyCommands(program: Command, ask: Ask, lists: ListCommands): void {
  addOrganizations(program, ask, lists);
  addZonePolicyCommands(addDomains(program, ask, lists), ask);
  addZones(program, ask, lists);
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
