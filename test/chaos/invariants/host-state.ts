import type { Host } from "../../../lab/host/host.ts";
import type { Invariant } from "../invariant.ts";

/**
 * Every host has a port of Open vSwitch and a link for each of its endpoints, and for no other one; no interface that Open vSwitch made for us
 * outlives its port.
 */
export const hostsAgree: Invariant = {
  name: "ports and links are the endpoints'",
  async check({ cluster, seen }) {
    const found = cluster.hosts.map(async (host) => {
      const endpoints = seen.endpoints
        .filter((endpoint) => endpoint.host === host.name)
        .map(({ uuid }) => uuid);
      const [interfaces, { links, internal }] = await Promise.all([interfacesOf(host), linksOf(host)]);
      const ports = endpointsOf(interfaces);
      return [
        ...internal
          .filter((name) => !interfaces.some((each) => each.name === name))
          .map((name) => `${host.name}: a link ${name}, which Open vSwitch does not know`),
        ...endpoints
          .filter((uuid) => !ports.includes(uuid))
          .map((uuid) => `${host.name}: endpoint ${uuid} has no port`),
        ...ports
          .filter((uuid) => !endpoints.includes(uuid))
          .map((uuid) => `${host.name}: a port of ${uuid}, which is gone`),
        ...endpoints
          .filter((uuid) => !links.includes(uuid))
          .map((uuid) => `${host.name}: endpoint ${uuid} has no link`),
        ...links
          .filter((uuid) => !endpoints.includes(uuid))
          .map((uuid) => `${host.name}: a link of ${uuid}, which is gone`),
      ];
    });
    return (await Promise.all(found)).flat();
  },
};

interface Interface {
  readonly name: string;
  readonly ids: ReadonlyMap<string, string>;
}

async function interfacesOf(host: Host): Promise<readonly Interface[]> {
  const printed = await host.sh(
    "ovs-vsctl --timeout=10 --format=json --columns=name,external_ids list Interface",
  );
  const {
    data,
  }: { data: readonly (readonly [string, readonly ["map", readonly (readonly [string, string])[]]])[] } =
    JSON.parse(printed);
  return data.map(([name, [, ids]]) => ({ name, ids: new Map(ids) }));
}

/** Endpoints' ports are named by OVN's `iface-id`; the host's own uplinks are known by their names. */
function endpointsOf(interfaces: readonly Interface[]): readonly string[] {
  return interfaces.flatMap(({ name, ids }) => {
    const isEndpoint = ids.has("fairway") && /^fw[0-9a-f]{11}$/.test(name);
    return isEndpoint ? (ids.get("iface-id") ?? name) : [];
  });
}

async function linksOf(host: Host) {
  const links: readonly { ifname: string; ifalias?: string }[] = JSON.parse(
    await host.sh("ip -json link show"),
  );
  return {
    links: links.flatMap(({ ifname, ifalias = "" }) =>
      /^fw[0-9a-f]{11}$/.test(ifname) ? ifalias.replace("fairway ", "") : [],
    ),
    internal: links.flatMap(({ ifname }) => (/^fw-(leg|br)/.test(ifname) ? ifname : [])),
  };
}
