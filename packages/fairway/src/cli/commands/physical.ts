import type { Command } from "commander";
import type { PhysicalNetwork } from "../../center/schemas/physical-network.ts";
import type { Ask } from "../ask.ts";
import { listOf } from "../list.ts";
import type { ListCommands } from "../list-commands.ts";
import { mtuOf } from "../mtu-flag.ts";
import type { Paint } from "../paint.ts";
import { parsePort } from "../port-number.ts";
import { block, type Field, healthCell, isIll, list, pairs } from "../text.ts";
import { collect } from "./subnet-flags.ts";

interface Flags {
  readonly range?: readonly string[];
  readonly peer?: readonly string[];
  readonly tunnelPort?: number;
  readonly mtu?: string;
}

interface PortFlags {
  readonly host?: string;
  readonly takeAddress?: boolean;
}

const namedNetwork = ["<physical-network>", "its name"] as const;

/** Adds `fairway physical-network` and `fairway physical-port`. */
export function addPhysicalCommands(program: Command, ask: Ask, lists: ListCommands): void {
  const network = program
    .command("physical-network")
    .description("manage the networks outside the cluster that containers can be on");
  lists.add(network.command("ls").description("list the physical networks"), {
    lists: [physicalNetworks],
    nouns: ["physical-network"],
  });
  network
    .command("show")
    .argument(...namedNetwork)
    .description("show a physical network with its ports and the networks that it carries")
    .action((physicalNetwork: string) =>
      ask((client) => client.showPhysicalNetwork({ physicalNetwork }), renderNetwork),
    );
  network
    .command("create")
    .argument(...namedNetwork)
    .description("create a physical network")
    .requiredOption(
      "--type <type>",
      "vlan (tagged frames), flat (frames without a tag), overlay (the hosts' tunnels), local (one host each), or vtep (VXLAN to foreign ends)",
    )
    .option("--range <range>", "VLANs or VNIs for its networks, e.g. 1000-1030; may be repeated", collect)
    .option("--peer <address>", "of type vtep: a foreign end of its tunnels; may be repeated", collect)
    .option("--tunnel-port <port>", "of type vtep: the UDP port of its tunnels, if it is not 4789", parsePort)
    .option("--mtu <bytes>", "the MTU of its links, if it is not 1500")
    .addHelpText(
      "after",
      "\nExamples:\n  fairway physical-network create lan --type flat\n" +
        "  fairway physical-network create office --type vlan --range 1000-1030\n" +
        "  fairway physical-network create fabric --type vtep --range 5000-5099 --peer 192.0.2.9",
    )
    .action((physicalNetwork: string, { type, ...flags }: Flags & { readonly type: string }) =>
      ask(
        (client) =>
          client.createPhysicalNetwork({ physicalNetwork }, { type: type as "vlan", ...changeOf(flags) }),
        renderNetwork,
      ),
    );
  network
    .command("update")
    .argument(...namedNetwork)
    .description("replace the ranges of a physical network, its peers, or its MTU")
    .option("--range <range>", "VLANs or VNIs for its networks, e.g. 1000-1030; may be repeated", collect)
    .option("--peer <address>", "of type vtep: a foreign end of its tunnels; may be repeated", collect)
    .option("--tunnel-port <port>", "of type vtep: the UDP port of its tunnels, if it is not 4789", parsePort)
    .option("--mtu <bytes>", "the MTU of its links")
    .addHelpText("after", "\nExample:\n  fairway physical-network update office --range 1000-1050")
    .action((physicalNetwork: string, flags: Flags) =>
      ask((client) => client.updatePhysicalNetwork({ physicalNetwork }, changeOf(flags)), renderNetwork),
    );
  network
    .command("rm")
    .argument(...namedNetwork)
    .description("remove a physical network that has no ports and carries no networks")
    .action((physicalNetwork: string) =>
      ask(
        async (client) => {
          await client.removePhysicalNetwork({ physicalNetwork });
          return { name: physicalNetwork };
        },
        ({ name }) => `physical network ${name} is gone`,
      ),
    );
  addPortCommands(program, ask);
}

function addPortCommands(program: Command, ask: Ask): void {
  const port = program
    .command("physical-port")
    .description("manage the interfaces by which hosts reach physical networks");
  port
    .command("create")
    .argument(...namedNetwork)
    .argument("<interface>", "a network interface, e.g. eth1, or a port of an Open vSwitch bridge")
    .description("give a physical network an interface of one host, or of all")
    .option("--host <host>", "the host; without it: all hosts that have no port of their own there")
    .option("--take-address", "move the addresses and routes that a host has on the interface to the bridge")
    .addHelpText(
      "after",
      "\nFairway puts the interface into a bridge of Open vSwitch. One with an address of the host stays where it is, unless you say\n" +
        "--take-address; VLANs pass beside the address. If the gateway or the center does not answer any more, the host has its\n" +
        "address on the interface again within 30 seconds.\n\n" +
        "Examples:\n  fairway physical-port create office eth1 --host node-1\n" +
        "  fairway physical-port create lan eth0 --host node-1 --take-address",
    )
    .action((physicalNetwork: string, nic: string, { host, takeAddress = false }: PortFlags) =>
      ask(
        (client) =>
          client.addPhysicalPort({ physicalNetwork }, { interface: nic, host: host ?? null, takeAddress }),
        renderNetwork,
      ),
    );
  port
    .command("rm")
    .argument(...namedNetwork)
    .argument("<interface>", "the interface")
    .description(
      "take an interface out of a physical network; containers do not reach it by that interface any more",
    )
    .option("--host <host>", "the host; without it: the port that is for all hosts")
    .action((physicalNetwork: string, nic: string, { host }: { readonly host?: string }) =>
      ask(
        async (client) => {
          const query = host === undefined ? {} : { host };
          await client.removePhysicalPort({ physicalNetwork, interface: nic, ...query });
          return { physicalNetwork, interface: nic, host: host ?? null };
        },
        () => `${nic} is out of physical network ${physicalNetwork}`,
      ),
    );
}

function changeOf({ range, peer, tunnelPort, ...flags }: Flags) {
  return {
    ...(range !== undefined && { ranges: [...range] }),
    ...(peer !== undefined && { peers: [...peer] }),
    ...(tunnelPort !== undefined && { tunnelPort }),
    ...mtuOf(flags),
  };
}

const physicalNetworks = listOf<PhysicalNetwork, unknown>(
  {
    columns: [
      { title: "NAME", cell: ({ name }) => name },
      { title: "TYPE", cell: ({ type }) => type },
      { title: "RANGES", cell: ({ ranges }) => list(ranges) },
      { title: "PORTS", cell: ({ ports }) => list(ports.map(portText)) },
      { title: "NETWORKS", cell: ({ networks }) => String(networks.length) },
      { title: "STATUS", cell: ({ status }) => healthCell(status) },
    ],
    name: ({ name }) => name,
    isWrong: isIll,
  },
  (client) => Array.fromAsync(client.each("listPhysicalNetworks")),
);

function renderNetwork(network: PhysicalNetwork, paint: Paint): string {
  const fields: readonly Field[] = [
    ["name", network.name],
    ["id", network.uuid],
    ["status", healthCell(network.status)],
    ["type", network.type],
    ["ranges", list(network.ranges)],
    ["peers", list(network.peers)],
    ["tunnel port", network.tunnelPort === null ? "" : String(network.tunnelPort)],
    ["mtu", network.mtu === null ? "" : String(network.mtu)],
    ["options", pairs(network.options)],
    ["ports", list(network.ports.map(portText))],
    [
      "networks",
      list(network.networks.map(({ name, segment }) => (segment === null ? name : `${name} (${segment})`))),
    ],
  ];
  return block(fields, paint);
}

function portText({ interface: nic, host, takeAddress }: PhysicalNetwork["ports"][number]): string {
  return `${nic} on ${host ?? "all hosts"}${takeAddress ? " with its address" : ""}`;
}
