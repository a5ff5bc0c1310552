import { type Command, InvalidArgumentError, Option } from "commander";
import type { Address, AddressUse } from "../../center/schemas/address.ts";
import { addressPurposes } from "../../center/schemas/address-purposes.ts";
import { type Ask, bounds } from "../ask.ts";
import { parseLifetime } from "../duration.ts";
import { listOf } from "../list.ts";
import type { ListCommands } from "../list-commands.ts";
import { portText } from "../port-text.ts";
import { list, pairs, shortId } from "../text.ts";
import { collect, mapOfFlags } from "./subnet-flags.ts";

interface ListFlags {
  readonly subnet?: string;
  readonly host?: string;
  readonly endpoint?: string;
  readonly purpose?: Address["purpose"];
}

interface ReserveFlags {
  readonly note?: string;
  readonly label?: readonly string[];
  readonly expires?: number;
  readonly subnet?: string;
  readonly ipv6: boolean;
  readonly id?: string;
  readonly dryRun: boolean;
}

interface HistoryFlags {
  readonly network?: string;
  readonly holder?: string;
  readonly at?: string;
}

const addresses = listOf<Address, ListFlags>(
  {
    columns: [
      { title: "ADDRESS", cell: ({ ip }) => ip },
      { title: "NETWORK", cell: ({ network }) => network?.name ?? "" },
      { title: "PURPOSE", cell: ({ purpose }) => purpose },
      { title: "HOLDER", cell: holderText },
      { title: "HOST", cell: ({ host }) => host ?? "" },
      { title: "PUBLISHED", cell: ({ published }) => list(published.map(portText)) },
      { title: "SINCE", cell: ({ since }) => timeOf(since) },
      { title: "FREE AFTER", cell: ({ expires }) => timeOf(expires) },
      { title: "LABELS", cell: ({ labels }) => pairs(labels) },
    ],
    name: ({ ip, network }) => (network === null ? ip : `${ip}@${network.name}`),
  },
  (client, { subnet, host, endpoint, purpose }, [network]) =>
    Array.fromAsync(client.each("listAddresses", { network, subnet, host, endpoint, purpose })),
);

const uses = listOf<AddressUse, HistoryFlags>(
  {
    columns: [
      { title: "ADDRESS", cell: ({ ip }) => ip },
      { title: "NETWORK", cell: ({ network }) => network.name },
      { title: "KIND", cell: ({ holder }) => holder.kind },
      { title: "HOLDER", cell: holderText },
      { title: "HOST", cell: ({ holder }) => holder.host ?? "" },
      { title: "FROM", cell: ({ since }) => timeOf(since) },
      { title: "UNTIL", cell: ({ until }) => (until === null ? "now" : timeOf(until)) },
    ],
    name: ({ ip, network }) => `${ip}@${network.name}`,
  },
  (client, { network, holder, at }, [ip]) =>
    Array.fromAsync(client.each("listAddressHistory", { ip, network, holder, at })),
);

/** Adds `fairway address`. */
export function addAddressCommands(program: Command, ask: Ask, lists: ListCommands): void {
  const address = program
    .command("address")
    .description("show who has which address, and who had it; reserve and release addresses");
  const ls = address
    .command("ls")
    .argument("[network]", "list only addresses of this network")
    .description("list the addresses in use, and those that rest")
    .option("--subnet <subnet>", "list only addresses of this subnet")
    .option("--host <host>", "list only addresses that this host took")
    .option("--endpoint <name>", "list only addresses of this container or port")
    .addOption(new Option("--purpose <purpose>", "list only addresses for this").choices(addressPurposes))
    .addHelpText("after", "\nExamples:\n  fairway address ls blue\n  fairway address ls --purpose reserved");
  lists.add(ls, { lists: [addresses], nouns: ["address", "network", "endpoint"] });
  address
    .command("reserve")
    .argument("<network>", "a name, name@host, or a UUID")
    .argument("[address]", "the address; the next free one otherwise")
    .description("keep an address for something outside the engines: no container gets it")
    .option("--note <text>", "for whom or what")
    .option("--label <key=value>", "a label", collect)
    .option(
      "--expires <time>",
      "after how long it ends: seconds, or e.g. 12h, 30d; never otherwise",
      parseLifetime,
    )
    .option("--subnet <cidr>", "the next free address of this subnet")
    .option("--ipv6", "the next free address of IPv6", false)
    .option("--id <uuid>", "a UUID of your own: the same command may be run again")
    .option("--dry-run", "say what would be, and change nothing", false)
    .addHelpText(
      "after",
      "\nExamples:\n  fairway address reserve blue 10.1.0.9 --note printer\n  fairway address reserve blue --expires 30d",
    )
    .action((network: string, ip: string | undefined, flags: ReserveFlags) =>
      ask(
        (client) => client.reserveAddress({ "dry-run": flags.dryRun }, wishOf(network, ip, flags)),
        ({ ip: reserved }) => reserved,
        bounds.change,
      ),
    );
  address
    .command("release")
    .argument("<address>", "the address, ADDRESS@NETWORK, or its UUID")
    .description("end a reservation")
    .option("--dry-run", "say what would be, and change nothing", false)
    .addHelpText(
      "after",
      "\nExamples:\n  fairway address release 10.1.0.9\n  fairway address release 10.1.0.10@blue",
    )
    .action((reference: string, { dryRun }: { readonly dryRun: boolean }) =>
      ask(
        (client) => client.releaseReservation({ reference, "dry-run": dryRun }),
        ({ ip, network }) =>
          `${ip}: ${dryRun ? "would not be" : "is not"} reserved on ${network?.name ?? "its network"} any more`,
        bounds.change,
      ),
    );
  const history = address
    .command("history")
    .argument("[address]", "list only who had this address")
    .description("list who had which address, and when; the latest last")
    .option("--network <network>", "list only addresses of this network, by the name that it had")
    .option("--holder <name>", "list only what this container or port had; * stands for any letters")
    .option("--at <time>", "list only who had it at this time, e.g. 2026-11-27T14:00:00Z", parseTime)
    .addHelpText(
      "after",
      "\nThe center remembers 90 days, 32 uses of each address and 10,000 in all.\n\nExamples:\n" +
        "  fairway address history 10.1.0.9\n  fairway address history 10.1.0.9 --network blue --at 2026-11-27T14:00:00Z",
    );
  lists.add(history, { lists: [uses] });
}

function wishOf(network: string, ip: string | undefined, flags: ReserveFlags) {
  const { note, label, expires, subnet, ipv6, id } = flags;
  return {
    network,
    ...(ip !== undefined && { ip }),
    ...(note !== undefined && { note }),
    ...(label !== undefined && { labels: mapOfFlags(label) }),
    ...(expires !== undefined && { expires: new Date(Date.now() + expires * 1_000).toISOString() }),
    ...(subnet !== undefined && { subnet }),
    ...(ipv6 && { family: 6 as const }),
    ...(id !== undefined && { id }),
  };
}

/** Gateways and auxiliaries are said by their purpose already. */
function holderText({ holder, endpoint }: Pick<Address, "holder" | "endpoint">): string {
  return holder === null || holder.name !== "" ? (holder?.name ?? "") : shortId(endpoint ?? "");
}

function timeOf(time: string | null): string {
  return time === null ? "" : `${time.slice(0, 19).replace("T", " ")}Z`;
}

function parseTime(text: string): string {
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw new InvalidArgumentError("It must be a time, e.g. 2026-11-27T14:00:00Z.");
  return new Date(time).toISOString();
}
