import type { Invariant } from "../invariant.ts";

/** Intent and engines know the same endpoints, with the same addresses, and no address is held twice. */
export const intentAgrees: Invariant = {
  name: "the intent's endpoints are the engines'",
  check({ seen }) {
    const problems: string[] = [];
    const known = new Map(seen.endpoints.map((endpoint) => [endpoint.engine?.endpointId, endpoint]));
    const inUse = new Set<string>();
    for (const { name, host, status, attachments } of seen.containers) {
      if (status !== "running") continue;
      for (const { network, endpointId, addresses, mac } of attachments) {
        const who = `${name} on ${host}, network ${network}`;
        const endpoint = known.get(endpointId);
        inUse.add(endpointId);
        if (endpoint === undefined)
          problems.push(`${who}: the intent has no endpoint ${endpointId.slice(0, 12)}`);
        else {
          const wished = endpoint.addresses
            .map((address) => address.split("/")[0] ?? "")
            .sort()
            .join();
          const held = [...addresses].sort().join();
          if (wished !== held) problems.push(`${who}: has ${held}, in the intent ${wished}`);
          if (endpoint.mac !== mac) problems.push(`${who}: has ${mac}, in the intent ${endpoint.mac}`);
          if (endpoint.host !== host) problems.push(`${who}: is on ${endpoint.host} in the intent`);
          if (Object.keys(endpoint.status).length > 0)
            problems.push(`${who}: its status is ${JSON.stringify(endpoint.status)}`);
        }
      }
    }
    for (const { uuid, host, network, engine } of seen.endpoints)
      if (engine === null || !inUse.has(engine.endpointId))
        problems.push(
          `endpoint ${uuid} (${engine?.containerName}) of ${network.name} on ${host} is no running container's`,
        );
    const holders = new Map<string, string>();
    for (const { uuid, network, addresses } of seen.endpoints)
      for (const address of addresses) {
        const key = `${address} of ${network.name} (${network.uuid})`;
        const other = holders.get(key);
        if (other !== undefined) problems.push(`${key} is held by ${other} and ${uuid}`);
        holders.set(key, uuid);
      }
    return problems;
  },
};
