import { z } from "zod";
import { hostName, text } from "../../center/schemas/common.ts";
import { physicalPortSpec } from "../../center/schemas/physical-network.ts";
import { interfaceName, physicalNetworkName } from "../../center/schemas/physical-network-spec.ts";
import { FairwayError } from "../../errors.ts";
import { type Kind, verb, type Work } from "./call.ts";
import { physicalNetworkShown } from "./physical-networks.ts";
import { keptOf, read, shownOf } from "./values.ts";

/** VLCP's word for any host and for any bridge. */
const any = "%";

const identity = {
  name: interfaceName,
  vhost: text(255).default(""),
  /** Open vSwitch's system-id of the only host that has it. */
  systemid: text(255, 1).default(any),
  bridge: text(255, 1).default(any),
  /** The same as `systemid`, by the host's name: Fairway's own word. */
  host: hostName.optional(),
};
const named = z.strictObject(identity);
type Named = z.output<typeof named>;
const wanted = z.object({ ...identity, physicalnetwork: physicalNetworkName });
const changed = z.object(identity);

/** VLCP's physical ports: interfaces of a host, or of all. `vhost` and `bridge` are kept and shown; an interface is found in whatever bridge it is. */
export const physicalPorts: Kind = {
  noun: "physicalport",
  list: "ports",
  filters: ["physicalnetwork"],
  find: ({ physicalnetwork }, work) =>
    portsOf(work)
      .filter(({ network }) => physicalnetwork === undefined || network.name === physicalnetwork)
      .map(shown),
  create: verb({
    schema: wanted,
    keepsUnknown: true,
    key: keyOf,
    run: async ({ physicalnetwork, ...port }, given, { nouns, ...work }) => {
      const host = hostOf(port, work);
      if (portNamed(port, host, work) !== undefined)
        throw new FairwayError(
          "conflict",
          `physical port ${labelOf(port)} is there already; it is one interface of one physical network`,
        );
      const options = optionsOf(port, keptOf(wanted, given));
      const spec = read(physicalPortSpec, { interface: port.name, host, options });
      await nouns.physicalPorts.add(physicalnetwork, spec, {}, work.context);
      return () => shownAgain(port, host, work);
    },
  }),
  update: verb({
    schema: changed,
    keepsUnknown: true,
    key: keyOf,
    run: async (port, given, { nouns, ...work }) => {
      if ("physicalnetwork" in given)
        throw new FairwayError(
          "invalid",
          "physicalnetwork of a physical port cannot change; delete the port, and create it there",
        );
      const host = hostOf(port, work);
      const { network } = thePort(port, host, work);
      const options = optionsOf(port, keptOf(changed, given, ["physicalnetwork"]));
      const key = { physicalNetwork: network.name, interface: port.name, host };
      await nouns.physicalPorts.update(key, { options }, {}, work.context);
      return () => shownAgain(port, host, work);
    },
  }),
  delete: verb({
    schema: named,
    keepsUnknown: false,
    key: keyOf,
    run: async (port, _given, { nouns, ...work }) => {
      const host = hostOf(port, work);
      const { network } = thePort(port, host, work);
      const key = { physicalNetwork: network.name, interface: port.name, host };
      await nouns.physicalPorts.remove(key, {}, work.context);
      return undefined;
    },
  }),
};

function portsOf({ center, context }: Work) {
  const systemIds = new Map(center.hosts.list({}, context).map(({ name, systemId }) => [name, systemId]));
  return center.physicalNetworks.list({}, context).flatMap((network) =>
    network.ports.map(({ interface: name, host, options }) => {
      const { bridge = any, vhost = "", ...rest } = options;
      const systemid = host === null ? any : (systemIds.get(host) ?? any);
      return { name, host, systemid, bridge, vhost, options, rest, network };
    }),
  );
}
type Port = ReturnType<typeof portsOf>[number];

function shown({ name, host, systemid, bridge, vhost, rest, network }: Port): object {
  return {
    ...shownOf(rest),
    name,
    physicalnetwork: physicalNetworkShown(network),
    vhost,
    systemid,
    bridge,
    ...(host !== null && { host }),
  };
}

function portNamed({ name, bridge, vhost }: Named, host: string | null, work: Work): Port | undefined {
  return portsOf(work).find(
    (each) => each.name === name && each.host === host && each.bridge === bridge && each.vhost === vhost,
  );
}

/** Throws `not_found`. */
function thePort(port: Named, host: string | null, work: Work): Port {
  const known = portNamed(port, host, work);
  if (known !== undefined) return known;
  throw new FairwayError("not_found", `no physical port ${labelOf(port)}; listphysicalports lists them`);
}

function shownAgain(port: Named, host: string | null, work: Work): object {
  return shown(thePort(port, host, work));
}

function optionsOf({ bridge, vhost }: Named, kept: Record<string, string>): Record<string, string> {
  return { ...kept, ...(bridge !== any && { bridge }), ...(vhost !== "" && { vhost }) };
}

/** The host's name; null: all hosts. Throws `not_found` where no host has that system-id. */
function hostOf({ systemid, host }: Named, { center, context }: Work): string | null {
  if (systemid === any) return host ?? null;
  const known = center.hosts.list({}, context).find((each) => each.systemId === systemid);
  if (known === undefined)
    throw new FairwayError(
      "not_found",
      `no host has the system-id "${systemid}"; \`fairway host ls\` lists them`,
    );
  if (host === undefined || host === known.name) return known.name;
  throw new FairwayError(
    "invalid",
    `systemid ${systemid} is host ${known.name}, not ${host}; say one of them`,
  );
}

function keyOf({ name, vhost, systemid, bridge, host }: Named): string {
  return [vhost, systemid, bridge, host ?? "", name].join(" ");
}

function labelOf({ name, vhost, systemid, bridge, host }: Named): string {
  const told = Object.entries({ host, systemid, bridge, vhost }).filter(
    ([, value]) => value !== undefined && value !== any && value !== "",
  );
  return told.length === 0 ? name : `${name} (${told.map(([what, value]) => `${what}=${value}`).join(", ")})`;
}
