import type { Command } from "commander";
import type { ApiClient } from "../../api/client.ts";
import type { Network } from "../../center/schemas/network.ts";
import { FairwayError } from "../../errors.ts";
import { type Ask, bounds } from "../ask.ts";
import { addLevelFlags, fullName, type LevelFlags } from "../level-flags.ts";
import { mtuOf } from "../mtu-flag.ts";
import { asItWasRead } from "./as-it-was-read.ts";
import { renderNetwork } from "./network-text.ts";
import {
  addMoreSubnetFlags,
  addSubnetFlags,
  collect,
  type FlaggedSubnet,
  flaggedSubnets,
  mapOfFlags,
  mapPatch,
  type SubnetFlags,
} from "./subnet-flags.ts";

/** What both commands know of a network beside its subnets. */
interface NetworkFlags extends SubnetFlags {
  readonly label?: readonly string[];
  readonly opt?: readonly string[];
  readonly mtu?: string;
  readonly dryRun: boolean;
}

interface CreateFlags extends NetworkFlags, LevelFlags {
  readonly id?: string;
  readonly ipv6: boolean;
  readonly internal: boolean;
  readonly attachable: boolean;
}

interface UpdateFlags extends NetworkFlags {
  readonly addSubnet?: readonly string[];
  readonly rmSubnet?: readonly string[];
  readonly labelRm?: readonly string[];
  readonly optRm?: readonly string[];
}

/** Adds `fairway network create` and `update`. */
export function addNetworkChanges(network: Command, ask: Ask): void {
  const create = network
    .command("create")
    .argument("<name>", "what every engine calls it")
    .description("make a network on every engine, or in a zone, where engines join it")
    .option("--subnet <cidr>", "a subnet; a free one of IPv4 otherwise", collect);
  addCommonFlags(addLevelFlags(addSubnetFlags(create), "zone"))
    .option("--ipv6", "with a free subnet of IPv6, if no --subnet is one", false)
    .option("--internal", "nothing leads out of it", false)
    .option("--attachable", "engines in a swarm let containers attach to it by hand", false)
    .option("--id <uuid>", "a UUID of your own: the same command may be run again")
    .addHelpText(
      "after",
      "\nThe flags are those of `docker network create`. A word behind -o that has an equals sign is one of Docker's options; else\n" +
        "it is the format of the output.\n\nExamples:\n" +
        "  fairway network create blue --subnet 10.1.0.0/24 --label team=web\n" +
        "  fairway network create green --ipv6 --internal -o mtu=1400\n" +
        "  fairway network create web --organization acme --domain shop --zone front --subnet 10.1.2.0/24",
    )
    .action((name: string, flags: CreateFlags) =>
      ask(
        (client) =>
          client.createNetwork(
            { "dry-run": flags.dryRun },
            { name: fullName(name, flags), ...createBody(flags) },
          ),
        renderNetwork,
        bounds.change,
      ),
    );
  const update = network
    .command("update")
    .argument("<network>", "a name, name@host, or a UUID")
    .description("change a network while its containers run")
    .option("--add-subnet <cidr>", "give it another subnet", collect)
    .option("--rm-subnet <cidr>", "take a subnet that no container uses", collect)
    .option(
      "--subnet <cidr>",
      "change this subnet of it: with --ip-range, --aux-address, --dns, --route",
      collect,
    )
    .option("--label-rm <key>", "take a label", collect)
    .option("--opt-rm <key>", "take an option", collect);
  addCommonFlags(addSubnetFlags(update))
    .addHelpText(
      "after",
      "\nContainers that run go on. `fairway network show` names those that get the change when they start again.\n\nExamples:\n" +
        "  fairway network update blue --add-subnet 10.2.0.0/24\n" +
        "  fairway network update blue --label team=ops --mtu 1400\n" +
        "  fairway network update blue --subnet 10.1.0.0/24 --ip-range 10.1.0.128/25",
    )
    .action((reference: string, flags: UpdateFlags) =>
      ask((client) => changed(client, reference, flags), renderNetwork, bounds.change),
    );
}

function addCommonFlags(command: Command): Command {
  return addMoreSubnetFlags(command)
    .option("--label <key=value>", "a label", collect)
    .option("--opt <key=value>", "an option of docs/network-options.md; also as -o KEY=VALUE", collect)
    .option("--mtu <bytes>", "the MTU of its containers")
    .option("--dry-run", "say what would be, and change nothing", false);
}

function createBody({ subnet: cidrs = [], id, ipv6, internal, attachable, ...flags }: CreateFlags) {
  const subnets: FlaggedSubnet[] = flaggedSubnets(cidrs, flags);
  if (!cidrs.some((cidr) => cidr.includes(".")))
    subnets.unshift(...(cidrs.length > 0 ? [] : [ofFamily(4, flags)]));
  if (ipv6 && !cidrs.some((cidr) => cidr.includes(":"))) subnets.push(ofFamily(6, flags));
  return {
    ...(id !== undefined && { id }),
    subnets,
    ...(internal && { internal }),
    ...(attachable && { attachable }),
    ...(flags.label !== undefined && { labels: mapOfFlags(flags.label) }),
    ...(flags.opt !== undefined && { options: mapOfFlags(flags.opt) }),
    ...mtuOf(flags),
  };
}

function ofFamily(family: 4 | 6, { dns }: SubnetFlags): FlaggedSubnet {
  return { family, ...(dns !== undefined && { dns: [...dns] }) };
}

function changed(
  client: Pick<ApiClient, "showNetwork" | "updateNetwork">,
  reference: string,
  flags: UpdateFlags,
): Promise<Network> {
  return asItWasRead(
    () => client.showNetwork({ reference }),
    (before) => {
      const patch = {
        ...mapPatch("labels", flags.label, flags.labelRm),
        ...mapPatch("options", flags.opt, flags.optRm),
        ...mtuOf(flags),
        ...subnetsPatch(before, flags),
      };
      const target = { reference: before.uuid, "dry-run": flags.dryRun };
      return client.updateNetwork(target, patch, { ifMatch: before.revision });
    },
  );
}

function subnetsPatch(
  { name, subnets }: Network,
  { addSubnet: added = [], rmSubnet: removed = [], subnet: changed = [], ...flags }: UpdateFlags,
): { readonly subnets?: FlaggedSubnet[] } {
  const ofSubnets = [flags.gateway, flags.ipRange, flags.auxAddress, flags.route];
  const touchesAll = flags.dns !== undefined && added.length + changed.length === 0;
  if (added.length + removed.length + changed.length === 0 && !touchesAll) {
    if (ofSubnets.every((each) => each === undefined)) return {};
    throw new FairwayError(
      "invalid",
      "name the subnet that is meant by --subnet or --add-subnet, e.g. --subnet 10.1.0.0/24",
    );
  }
  for (const cidr of [...removed, ...changed])
    if (!subnets.some((subnet) => subnet.cidr === cidr))
      throw new FairwayError(
        "not_found",
        `network ${name} has no subnet ${cidr}; it has ${subnets.map((subnet) => subnet.cidr).join(", ") || "none"}`,
      );
  const said = flaggedSubnets([...changed, ...added], flags);
  const kept = subnets
    .filter(({ cidr }) => !removed.includes(cidr))
    .map(({ uuid: _id, used: _used, gateway, ...subnet }) => ({
      ...subnet,
      ...(gateway !== null && { gateway }),
      ...(touchesAll && flags.dns !== undefined && { dns: [...flags.dns] }),
      ...said.find(({ cidr }) => cidr === subnet.cidr),
    }));
  return { subnets: [...kept, ...said.filter(({ cidr = "" }) => !changed.includes(cidr))] };
}
