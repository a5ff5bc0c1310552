import type { Command } from "commander";
import type { Status } from "../../center/schemas/status.ts";
import { counted } from "../../counted.ts";
import { bounds, type Print, type Query } from "../ask.ts";
import { parseSeconds } from "../duration.ts";
import { Failed } from "../failed.ts";
import type { Paint } from "../paint.ts";
import { block, failuresFirst, printable, table } from "../text.ts";
import { untilWell } from "../until-well.ts";
import { hostState } from "./host.ts";

/** How long `--wait` waits where it names no time, s. */
const usualWait = 120;

/** Adds `fairway status`. */
export function addStatusCommand(
  program: Command,
  query: Query,
  print: Print,
  say: (line: string) => void,
): void {
  program
    .command("status")
    .description("say whether all is well, and show what is not, the hosts, the leader and the databases")
    .option(
      "--wait [time]",
      `wait until all is well, for at most this time: seconds, or e.g. 30s, 5m; ${usualWait}s if none is given`,
      parseSeconds,
    )
    .addHelpText(
      "after",
      "\nThe exit status is 0 when all is well and 1 when something is not, or the center does not answer within 5 s.\n" +
        "A removal that waits until no container uses its network is well.\n\n" +
        "Examples:\n  fairway status\n  fairway status --wait=30s && docker compose up -d",
    )
    .action(async ({ wait }: { readonly wait?: number | true }) => {
      const look = () => query((client) => client.status(), bounds.status);
      const boundMs = (wait === true ? usualWait : (wait ?? 0)) * 1000;
      const status = wait === undefined ? await look() : await untilWell({ look, say, boundMs });
      print(status, renderStatus);
      if (!status.well) throw new Failed();
    });
}

function renderStatus(status: Status, paint: Paint): string {
  return [verdict(status, paint), hostTable(status, paint), details(status)].join("\n\n");
}

function verdict({ well, troubles, troubleCount }: Status, paint: Paint): string {
  if (well) return paint("All is well.", "good");
  const rest = troubleCount - troubles.length;
  const rows = troubles.map(
    ({ of, name, what }) => `${paint("fail", "bad")}  ${printable(`${of} ${name}: ${what}`)}`,
  );
  const sum = `Not well: ${counted(troubleCount, "failure")}.`;
  return [...rows, ...(rest > 0 ? [`      … and ${rest} more`] : []), "", paint(sum, "bad")].join("\n");
}

function hostTable({ hosts }: Status, paint: Paint): string {
  const rows = failuresFirst(hosts, ({ state }) => state === "down").map((host) => [
    host.name,
    hostState(host),
    host.version ?? "",
    String(host.endpoints),
  ]);
  return table(["HOST", "STATE", "VERSION", "ENDPOINTS"], rows, paint);
}

function details({ version, ovn, leader, stores, counts, pending }: Status): string {
  const leads = leader.self
    ? `${leader.name}, epoch ${leader.epoch}`
    : `not the center that answers; ${leader.name} was last, epoch ${leader.epoch}`;
  return block([
    ["version", version],
    ["ovn", ovn ?? "not known yet"],
    ["leader", leads],
    ["intent", stores.intent],
    ["northbound", stores.northbound],
    ["pending", String(pending)],
    ["hosts", String(counts.hosts)],
    ["networks", String(counts.networks)],
    ["endpoints", String(counts.endpoints)],
    ["addresses", String(counts.addresses)],
  ]);
}
