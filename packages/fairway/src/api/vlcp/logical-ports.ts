import { randomUUID } from "node:crypto";
import { z } from "zod";
import { ipAddress, macAddress, stringMap, text } from "../../center/schemas/common.ts";
import type { Endpoint } from "../../center/schemas/endpoint.ts";
import type { Network } from "../../center/schemas/network.ts";
import { newPort, portName } from "../../center/schemas/port.ts";
import { FairwayError } from "../../errors.ts";
import { bareAddress, contains, parseCidr, parseIp } from "../../ip.ts";
import { type Kind, verb, type Work } from "./call.ts";
import { carriersOf, shown as networkShown, theNetwork } from "./logical-networks.ts";
import { networksOf, shown as subnetShown, theSubnet } from "./subnets.ts";
import { keptOf, orNothing, read, shownOf } from "./values.ts";

const changeable = { mac_address: orNothing(macAddress), ip_address: orNothing(ipAddress) };
const wanted = z.object({
  logicalnetwork: text(255, 1),
  id: orNothing(portName),
  subnet: orNothing(text(255, 1)),
  ...changeable,
});
const changed = z.object({ id: portName, ...changeable });

/** What cannot change. */
const fixed = ["logicalnetwork", "network", "subnet"] as const;

/** VLCP's logical ports: Fairway's ports, whose name is VLCP's `id`. Containers are listed beside them, by their UUIDs. */
export const logicalPorts: Kind = {
  noun: "logicalport",
  list: "ports",
  filters: ["logicalnetwork", "id"],
  find: ({ logicalnetwork, id }, work) => {
    const { center, context } = work;
    const networks = new Map(networksOf(logicalnetwork, work).map((each) => [each.uuid, each]));
    const names = namesOf(work);
    const carriers = carriersOf(work);
    return center.endpoints.list({}, context).flatMap((endpoint) => {
      const network = networks.get(endpoint.network.uuid);
      const name = names.get(endpoint.uuid);
      const isMeant = id === undefined || id === endpoint.uuid || id === name;
      return network === undefined || !isMeant
        ? []
        : [shown(endpoint, name, network, networkShown(network, carriers))];
    });
  },
  create: verb({
    schema: wanted,
    keepsUnknown: true,
    key: ({ id }) => id ?? "",
    run: async ({ logicalnetwork, id = randomUUID(), subnet, ...said }, given, { nouns, ...work }) => {
      const body = read(newPort, {
        name: id,
        ...(z.uuid().safeParse(id).success && { id }),
        network: theNetwork(logicalnetwork, work).uuid,
        ...(subnet !== undefined && { subnet: theSubnet(subnet, work).uuid }),
        ...(said.mac_address !== undefined && { mac: said.mac_address }),
        addresses: said.ip_address === undefined ? [] : [said.ip_address],
        labels: keptOf(wanted, given),
      });
      await nouns.ports.create(body, {}, work.context);
      return () => shownAgain(id, work);
    },
  }),
  update: verb({
    schema: changed,
    keepsUnknown: true,
    key: ({ id }) => id,
    run: async ({ id, ...said }, given, { nouns, ...work }) => {
      for (const name of fixed)
        if (name in given) throw new FairwayError("invalid", `${name} of a logical port cannot change`);
      const { uuid, labels } = thePort(id, work);
      const change = {
        mac: said.mac_address,
        addresses: said.ip_address === undefined ? undefined : [said.ip_address],
        labels: read(stringMap, { ...labels, ...keptOf(changed, given, fixed) }),
      };
      await nouns.ports.update(uuid, change, {}, work.context);
      return () => shownAgain(uuid, work);
    },
  }),
  delete: verb({
    schema: z.strictObject({ id: portName }),
    keepsUnknown: false,
    key: ({ id }) => id,
    run: async ({ id }, _given, { nouns, ...work }) => {
      await nouns.ports.remove(thePort(id, work).uuid, {}, work.context);
      return undefined;
    },
  }),
};

/** The port of an id, which is no container's. Throws `not_found`. */
function thePort(id: string, { center, context }: Work) {
  const port = center.ports.show(id, context);
  if (port.name === id || port.uuid === id.toLowerCase()) return port;
  throw new FairwayError("not_found", `no logical port "${id}"; listlogicalports lists them`);
}

/** The names of ports that no engine made, by UUID. */
function namesOf({ center, context }: Work): ReadonlyMap<string, string> {
  return new Map(center.ports.list({}, context).map(({ uuid, name }) => [uuid, name]));
}

function shownAgain(reference: string, work: Work): object {
  const { uuid, name } = work.center.ports.show(reference, work.context);
  const endpoint = work.center.endpoints.show(uuid, work.context);
  const network = work.center.networks.show(endpoint.network.uuid, work.context);
  return shown(endpoint, name, network, networkShown(network, carriersOf(work)));
}

/** @param name of a port that no engine made. @param within its network as VLCP shows it. */
function shown(endpoint: Endpoint, name: string | undefined, network: Network, within: object): object {
  const { uuid, mac, addresses, host, names, labels } = endpoint;
  const [address] = addresses;
  const ip = address === undefined ? undefined : bareAddress(address);
  const subnet =
    ip === undefined ? undefined : network.subnets.find(({ cidr }) => contains(parseCidr(cidr), parseIp(ip)));
  const [hostname] = names;
  return {
    ...(hostname !== undefined && { hostname }),
    ...shownOf(labels),
    id: name ?? uuid,
    /** What an interface of Open vSwitch must have as `external_ids:iface-id` to be this port. */
    iface_id: uuid,
    network: within,
    ...(subnet !== undefined && { subnet: subnetShown(subnet, { id: (within as { id?: string }).id }) }),
    mac_address: mac,
    ...(ip !== undefined && { ip_address: ip }),
    ...(addresses.length > 1 && { addresses }),
    host,
  };
}
