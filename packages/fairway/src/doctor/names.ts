import { nameService } from "../agent/firewall/name-service.ts";
import { ConfiguredServers } from "../agent/names/configured-servers.ts";
import type { NetworkNames } from "../center/schemas/name.ts";
import { messageOf } from "../errors.ts";
import { dockerSettingsFile } from "../host/docker-settings.ts";
import { resolvConfFile } from "../host/resolv-conf.ts";
import { Blocked, type Check, type Finding, fail, firstFew, ok, warn } from "./finding.ts";
import { askName, isAnswered, type NameAnswer } from "./name-question.ts";
import { type RunningContainer, runningContainers } from "./running-containers.ts";
import type { Site } from "./site.ts";

/** Exists for such uses (RFC 2606 §3). */
const outsideName = "example.com";

const dockersResolver = "127.0.0.11";

export const names: Check = {
  name: "names",
  about:
    "Whether a container on a network of Fairway's resolves a container's name and an outside name, whether one on Docker's bridges resolves an outside name, and which containers ask servers that are not this host's any more",
  look: async (site) => {
    await site.fairway.need();
    const containers = await containersOf(site);
    const ours = await oursAmong(site, containers);
    const others = containers.find(
      ({ isApart, addresses }) => isApart && ![...addresses.keys()].some((id) => ours.ids.has(id)),
    );
    const servers = await serversOfHost();
    const found = await Promise.all([
      clusterName(site, ours),
      outside(ours.container, "on a network of Fairway's", servers),
      outside(others, "on Docker's bridge", servers),
    ]);
    const [fault, drawback] = (["fail", "warn"] as const).map((state) =>
      found.find((each) => each.state === state),
    );
    return (
      fault ??
      stale(containers, servers) ??
      drawback ??
      ok([...new Set(found.map(({ seen }) => seen))].join("; "))
    );
  },
};

async function containersOf({ config: { docker } }: Site): Promise<readonly RunningContainer[]> {
  try {
    return await runningContainers(docker.socket);
  } catch (cause) {
    throw new Blocked(`not looked at: Docker: ${messageOf(cause)}`, { cause });
  }
}

interface Ours {
  /** The engine's ids of the cluster's networks. */
  readonly ids: ReadonlySet<string>;
  /** One that asks by an uplink. */
  readonly container: RunningContainer | undefined;
  readonly network: string;
  readonly address: string;
}

/** A container on one network alone asks by that one's uplink. */
async function oursAmong(site: Site, containers: readonly RunningContainer[]): Promise<Ours> {
  const items = await site.hostItems.need();
  const leadingOut = new Set(items.flatMap((item) => (item.kind === "uplink" ? [item.network] : [])));
  const networks = new Map(
    items.flatMap((item) => (item.kind === "network" ? [[item.engineId, item.network]] : [])),
  );
  const found = containers.flatMap((container) => {
    const [[id, address] = ["", ""]] = [...container.addresses];
    const network = networks.get(id);
    const isOne = container.addresses.size === 1 && container.isApart && network !== undefined;
    return isOne && leadingOut.has(network) ? [{ container, network, address }] : [];
  });
  const [first = { container: undefined, network: "", address: "" }] = found;
  return { ids: new Set(networks.keys()), ...first };
}

async function serversOfHost(): Promise<readonly string[]> {
  return new ConfiguredServers({ resolvConf: resolvConfFile, except: nameService.address }).list();
}

/** A name that Docker's resolver does not know by itself, if there is one. */
async function clusterName({ api, config }: Site, { container, network, address }: Ours): Promise<Finding> {
  if (container === undefined) return ok("no container runs here on a network of Fairway's with an uplink");
  if (!config.names.intercept)
    return ok("names.intercept is false: containers' names are answered at 169.254.53.53 alone");
  const known = await api.listNames({ host: config.host.name, network });
  const bearer = bearerFor(known, address);
  const [name] = bearer?.names ?? [];
  if (bearer === undefined || name === undefined) return ok("no other container bears a name");
  const answer = await askName({ server: dockersResolver, name, pid: container.pid });
  const [wanted = ""] = bearer.addresses;
  if (answer?.addresses.some((each) => bearer.addresses.includes(each)) === true)
    return ok(`${container.name} finds ${name} at ${answer.addresses.join(", ")}`);
  const isPast = container.asked.some(({ isFromHost }) => isFromHost);
  return fail(
    `container ${container.name} asks for ${name}, which is ${wanted}, and gets ${told(answer)}${isPast ? ": Docker asks from the host, past Fairway" : ""}`,
    isPast
      ? `name this host's servers in "dns" of ${dockerSettingsFile} (init and join do it with --dns), systemctl restart docker, docker restart ${container.name}`
      : "let UDP and TCP port 53 in from fw-leg*; if that is so: systemctl restart fairway, and the container if its host's servers have changed",
  );
}

function bearerFor({ bearers }: NetworkNames, own: string): NetworkNames["bearers"][number] | undefined {
  return bearers.findLast(
    ({ addresses }) => !addresses.includes(own) && addresses.some((each) => !each.includes(":")),
  );
}

/** @param container undefined: there is none, and this host asks the servers that Docker would give it. */
async function outside(
  container: RunningContainer | undefined,
  where: string,
  servers: readonly string[],
): Promise<Finding> {
  const server = container === undefined ? servers[0] : (container.server ?? servers[0]);
  if (server === undefined) return ok("no name server is configured");
  const [first = server] = servers;
  const [answer, hosts] = await Promise.all([
    askName({ server, name: outsideName, pid: container?.pid }),
    askName({ server: first, name: outsideName }),
  ]);
  const who = container === undefined ? "this host" : `container ${container.name} ${where}`;
  if (isAnswered(answer)) return ok(`${who} gets an answer about ${outsideName}`);
  const seen = `${who} asks ${server} about ${outsideName} and gets ${told(answer)}`;
  // Nothing of Fairway's or Docker's is in the way; a site without the world has such servers.
  if (hosts !== undefined && hosts.rcode === answer?.rcode) return ok(`${seen}, as this host does`);
  if (!isAnswered(hosts))
    return warn(
      `${seen}; this host gets ${told(hosts)} from ${first}`,
      `mend the name server ${first}, or name another one in ${resolvConfFile}`,
    );
  return fail(
    seen,
    `look what ${dockerSettingsFile} and the container's --dns name, and whether a firewall drops UDP port 53 from the container`,
  );
}

/** Containers that began while this host had other servers; undefined where there are none. */
function stale(containers: readonly RunningContainer[], servers: readonly string[]): Finding | undefined {
  const old = containers.flatMap(({ name, hasOwnServers, asked }) => {
    const others = asked
      .map(({ server }) => server)
      .filter((server) => !isLocal(server) && !servers.includes(server));
    return hasOwnServers || others.length === 0 ? [] : [{ name, others }];
  });
  if (old.length === 0) return undefined;
  return warn(
    firstFew(
      old.map(
        ({ name, others }) =>
          `container ${name} asks ${others.join(", ")}, which this host is not configured with (any more)`,
      ),
    ),
    `systemctl restart docker if ${dockerSettingsFile} has changed since it started, then docker restart ${old.map(({ name }) => name).join(" ")}`,
  );
}

/** A stub of the host's: who stands behind it the stub knows. */
const isLocal = (server: string): boolean => /^127\.|^::1$/.test(server);

function told(answer: NameAnswer): string {
  if (answer === undefined) return "no answer";
  if (answer.rcode === 0) return answer.addresses.length === 0 ? "no address" : answer.addresses.join(", ");
  return answer.rcode === 3 ? "that there is no such name" : `the error ${answer.rcode}`;
}
