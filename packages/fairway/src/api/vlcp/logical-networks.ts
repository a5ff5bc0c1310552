import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { text } from "../../center/schemas/common.ts";
import type { Network } from "../../center/schemas/network.ts";
import { networkPatch, newNetwork } from "../../center/schemas/network-request.ts";
import type { PhysicalNetwork } from "../../center/schemas/physical-network.ts";
import { FairwayError } from "../../errors.ts";
import { type Kind, verb, type Work } from "./call.ts";
import { physicalNetworkShown } from "./physical-networks.ts";
import { keptOf, orNothing, read, shownOf, wholeNumber } from "./values.ts";

const networkId = text(255, 1);

const changeable = {
  vni: orNothing(wholeNumber),
  vlanid: orNothing(wholeNumber),
  mtu: orNothing(wholeNumber),
};
const wanted = z.object({ physicalnetwork: text(63, 1), id: orNothing(networkId), ...changeable });
const changed = z.object({ id: networkId, ...changeable });

/** Docker takes no UUID for a network's name. */
const nameOfUuid = (uuid: string): string => `vlcp-${uuid}`;

/** What a network's options say that VLCP shows under its own names. */
const shownElsewhere = ["physicalnetwork", "vni", "vlanid", "mtu"];

/** How long engines may take to give a network up before a call answers, and how often it looks, ms. */
const removalMs = 10_000;
const lookMs = 50;

/** VLCP's logical networks: Fairway's networks, whose name is VLCP's `id`, or their UUID where that is one. Parameters are the options of `docker network create -o`. */
export const logicalNetworks: Kind = {
  noun: "logicalnetwork",
  list: "networks",
  filters: ["physicalnetwork", "id"],
  find: ({ physicalnetwork, id }, work) => {
    const { center, context } = work;
    const carriers = carriersOf(work);
    const all =
      typeof id === "string" ? [findNetwork(id, work) ?? []].flat() : center.networks.list({}, context);
    return all
      .filter(
        ({ name }) => physicalnetwork === undefined || carriers.get(name)?.network.name === physicalnetwork,
      )
      .map((each) => shown(each, carriers));
  },
  create: verb({
    schema: wanted,
    keepsUnknown: true,
    key: ({ id }) => id ?? "",
    run: async ({ physicalnetwork, id = randomUUID(), ...said }, given, { nouns, ...work }) => {
      const options = { ...keptOf(wanted, given), physicalnetwork, ...textsOf(said) };
      const isUuid = z.uuid().safeParse(id).success;
      const uuid = isUuid ? id.toLowerCase() : randomUUID();
      if (findNetwork(id, work) !== undefined)
        throw new FairwayError("conflict", `logical network ${id} is there already; choose another id`);
      const body = read(newNetwork, { id: uuid, name: isUuid ? nameOfUuid(uuid) : id, options, subnets: [] });
      await nouns.networks.create(body, {}, work.context);
      return () => shown(work.center.networks.show(uuid, work.context), carriersOf(work));
    },
  }),
  update: verb({
    schema: changed,
    keepsUnknown: true,
    key: ({ id }) => id,
    run: async ({ id, ...said }, given, { nouns, ...work }) => {
      if ("physicalnetwork" in given)
        throw new FairwayError(
          "invalid",
          "physicalnetwork of a logical network cannot change; make another network",
        );
      const { uuid } = theNetwork(id, work);
      const patch = read(networkPatch, {
        options: { ...keptOf(changed, given, ["physicalnetwork"]), ...textsOf(said) },
      });
      await nouns.networks.update(uuid, patch, {}, work.context);
      return () => shown(work.center.networks.show(uuid, work.context), carriersOf(work));
    },
  }),
  delete: verb({
    schema: z.strictObject({ id: networkId }),
    keepsUnknown: false,
    key: ({ id }) => id,
    run: async ({ id }, _given, { nouns, ...work }) => {
      const { uuid, endpoints } = theNetwork(id, work);
      if (endpoints > 0)
        throw new FairwayError(
          "in_use",
          `logical network ${id} still has ${endpoints} port${endpoints === 1 ? "" : "s"}; listlogicalports?logicalnetwork=${id} lists them`,
        );
      await nouns.networks.remove(uuid, {}, work.context);
      await gone(uuid, work);
      return undefined;
    },
  }),
};

/** The network of an id; undefined where there is none. A start of an id is none. */
function findNetwork(id: string, { center, context }: Work): Network | undefined {
  const name = z.uuid().safeParse(id).success ? nameOfUuid(id.toLowerCase()) : id;
  for (const reference of new Set([name, id]))
    try {
      const network = center.networks.show(reference, context);
      if (network.name === name || network.uuid === id) return network;
    } catch (error) {
      if (!(error instanceof FairwayError) || (error.code !== "not_found" && error.code !== "invalid"))
        throw error;
    }
  return undefined;
}

/** The network of an id. Throws `not_found`. */
export function theNetwork(id: string, work: Work): Network {
  const known = findNetwork(id, work);
  if (known !== undefined) return known;
  throw new FairwayError("not_found", `no logical network "${id}"; listlogicalnetworks lists them`);
}

/** Under which id VLCP's users know a network. */
export function idOfNetwork({ uuid, name }: Pick<Network, "uuid" | "name">): string {
  return name === nameOfUuid(uuid) ? uuid : name;
}

/** What carries a network, and by which VLAN or VNI. */
interface Carrier {
  readonly network: PhysicalNetwork;
  readonly segment: number | null;
}
export type Carriers = ReadonlyMap<string, Carrier>;

/** What carries the networks that are on a physical network, by their names. */
export function carriersOf({ center, context }: Work): Carriers {
  const physical = center.physicalNetworks.list({}, context);
  return new Map(
    physical.flatMap((network) =>
      network.networks.map(({ name, segment }) => [name, { network, segment }] as const),
    ),
  );
}

/** A network as VLCP shows it. */
export function shown(network: Network, carriers: Carriers): Record<string, unknown> {
  const { name, mtu, options } = network;
  const carrier = carriers.get(name);
  const own = Object.entries(options).filter(([option]) => !shownElsewhere.includes(option));
  const segment = carrier?.segment ?? null;
  const word = carrier?.network.type === "vlan" ? "vlanid" : "vni";
  return {
    ...shownOf(Object.fromEntries(own)),
    id: idOfNetwork(network),
    uuid: network.uuid,
    physicalnetwork: carrier === undefined ? null : physicalNetworkShown(carrier.network),
    ...(segment !== null && { [word]: segment }),
    mtu: mtu.effective,
  };
}

function textsOf(said: Readonly<Record<string, number | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(said).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}

/** Engines take their handles of a network away one after the other: whoever deletes its physical network next finds it gone. One that they keep goes later. */
async function gone(uuid: string, work: Work): Promise<void> {
  const { signal } = work.context;
  const untilMs = performance.now() + removalMs;
  const isOver = () => signal.aborted || performance.now() >= untilMs;
  // Whoever does not wait for the answer has asked for the removal all the same.
  while (findNetwork(uuid, work) !== undefined && !isOver())
    await sleep(lookMs, undefined, { signal }).catch(() => undefined);
}
