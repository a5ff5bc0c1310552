import type { Command } from "commander";
import type { Host, HostRemoval } from "../../center/schemas/host.ts";
import { type Ask, bounds } from "../ask.ts";
import { addYes, type Confirm } from "../confirm.ts";
import { listOf } from "../list.ts";
import type { ListCommands } from "../list-commands.ts";
import type { Paint } from "../paint.ts";
import { block, type Cell, type Field, healthCell, list, pairs, since } from "../text.ts";
import { collect, mapPatch } from "./subnet-flags.ts";

interface LabelFlags {
  readonly label?: readonly string[];
  readonly labelRm?: readonly string[];
}

/** Adds `fairway host`. */
export function addHostCommands(program: Command, ask: Ask, confirm: Confirm, lists: ListCommands): void {
  const host = program.command("host").description("show, label and remove hosts");
  const ls = host
    .command("ls")
    .description("list the hosts")
    .option("--label <label>", "only hosts with this label: rack, or rack=4");
  lists.add(ls, { lists: [hosts], nouns: ["host", "endpoint"] });
  host
    .command("show")
    .argument("<host>", "the host's name")
    .description("show a host with its state, its tunnel address and its versions")
    .action((name: string) => ask((client) => client.showHost({ host: name }), renderHost));
  host
    .command("update")
    .argument("<host>", "the host's name")
    .description("change the labels of a host")
    .option("--label <key=value>", "a label; may be repeated", collect)
    .option("--label-rm <key>", "take a label", collect)
    .addHelpText("after", "\nExample:\n  fairway host update node-1 --label rack=4 --label-rm owner")
    .action((name: string, { label, labelRm }: LabelFlags) =>
      ask(
        (client) => client.updateHost({ host: name }, mapPatch("labels", label, labelRm)),
        renderHost,
        bounds.change,
      ),
    );
  const rm = host
    .command("rm")
    .argument("<host>", "the host's name")
    .description("remove a host from the cluster")
    .option(
      "--dead",
      "the host is gone for good: remove it with its endpoints, and free their addresses",
      false,
    )
    .option("--force", "the host runs: reject its key immediately, and remove it with its endpoints", false)
    .addHelpText(
      "after",
      "\nIf the host works, remove its containers and run `fairway leave` there instead. Use --dead for a host that is down and\n" +
        "stays down, and --force for a host whose key somebody else may have.\n\n" +
        "Examples:\n  fairway host rm node-3\n  fairway host rm node-3 --dead\n  fairway host rm node-3 --force",
    )
    .action(async (name: string, { yes, ...removal }: HostRemoval & { readonly yes?: boolean }) => {
      await confirm(consequenceOf(name, removal), yes);
      await ask(
        async (client) => {
          const { uuid } = await client.showHost({ host: name });
          await client.removeHost({ host: name, ...removal });
          return { uuid, name };
        },
        () => `host ${name} is out of the cluster`,
        bounds.change,
      );
    });
  addYes(rm);
}

/** What a removal does to a host, for a person who may still change their mind. */
function consequenceOf(name: string, { dead, force }: HostRemoval): string {
  const out = `Host ${name} goes out of the cluster, and its containers reach no other host any more.`;
  return dead === true || force === true ? `${out} Their addresses become free.` : out;
}

const hosts = listOf<Host, { readonly label?: string }>(
  {
    columns: [
      { title: "NAME", cell: ({ name }) => name },
      { title: "STATE", cell: (host) => hostState(host) },
      {
        title: "LAST HEARD",
        cell: ({ lastHeard }) => (lastHeard === null ? "" : `${since(lastHeard)} ago`),
        order: ({ lastHeard }) => (lastHeard === null ? Infinity : -Date.parse(lastHeard)),
      },
      { title: "TUNNEL", cell: ({ tunnelAddress }) => tunnelAddress ?? "" },
      { title: "ENDPOINTS", cell: ({ endpoints }) => String(endpoints) },
      { title: "VERSIONS", cell: ({ versions }) => pairs(versions) },
    ],
    name: ({ name }) => name,
    isWrong: ({ state }) => state === "down",
  },
  (client, { label }) => Array.fromAsync(client.each("listHosts", { label })),
);

/** `up`, or for how long it is down. */
export function hostState({ state, stateSince }: Pick<Host, "state" | "stateSince">): Cell {
  if (state === "up") return { text: state, tone: "good" };
  return { text: stateSince === null ? state : `down for ${since(stateSince)}`, tone: "bad" };
}

function renderHost(host: Host, paint: Paint): string {
  const { name, uuid, state, stateSince, lastHeard, systemId, tunnelAddress, underlayMtu } = host;
  const { endpoints, versions, labels, taken, status } = host;
  const fields: readonly Field[] = [
    ["name", name],
    ["id", uuid],
    ["status", healthCell(status)],
    [
      "state",
      {
        text: stateSince === null ? state : `${state} since ${stateSince}`,
        tone: state === "up" ? "good" : "bad",
      },
    ],
    ["last heard", lastHeard ?? ""],
    ["system id", systemId],
    ["tunnel", `${tunnelAddress ?? ""}${underlayMtu === null ? "" : ` (MTU ${underlayMtu})`}`],
    ["endpoints", String(endpoints)],
    ["versions", pairs(versions)],
    ["labels", pairs(labels)],
    ["subnets", list(taken.map(({ cidr, kind, device }) => `${cidr} (${device ?? kind})`))],
  ];
  return block(fields, paint);
}
