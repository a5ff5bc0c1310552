import type { Host } from "../../lab/host/host.ts";
import { busyboxImage } from "../../lab/host/host.ts";
import { until } from "../../lab/until.ts";

/** `docker network create` with both drivers; the id. */
export function createNetwork(host: Host, name: string, ...flags: string[]): Promise<string> {
  return host.docker("network", "create", "--driver", "fairway", "--ipam-driver", "fairway", ...flags, name);
}

/** `docker network create` that joins the network of a zone, `ORGANIZATION/DOMAIN/ZONE/NETWORK`, as Nuage's users write it; the id. */
export function joinNetworkInZone(
  host: Host,
  fullName: string,
  name: string,
  ...flags: string[]
): Promise<string> {
  const values = fullName.split("/");
  const levels = ["organization", "domain", "zone", "subnet"].flatMap((level, at) => [
    "--ipam-opt",
    `${level}=${values[at]}`,
  ]);
  return createNetwork(host, name, ...levels, ...flags);
}

/** A container that goes on until it is removed; its id. */
export function startContainer(
  host: Host,
  name: string,
  network: string,
  ...flags: string[]
): Promise<string> {
  const words = ["run", "--detach", "--name", name, "--network", network];
  return host.docker(...words, ...flags, busyboxImage, "sleep", "100000");
}

/** A container that says `text` to everybody who comes to its TCP port 80; its id. */
export function startSpeaker(
  host: Host,
  name: string,
  network: string,
  text: string,
  ...flags: string[]
): Promise<string> {
  const words = ["run", "--detach", "--name", name, "--network", network];
  // It answers many at once.
  const program = ["nc", "-ll", "-p", "80", "-e", "echo", text];
  return host.docker(...words, ...flags, busyboxImage, ...program);
}

/** What stands before a program of the host's, so that it runs in a container's network. */
export async function intoNetwork(host: Host, container: string): Promise<readonly string[]> {
  return ["nsenter", "--target", await inspect(host, container, "{{.State.Pid}}"), "--net"];
}

/** One ping from within a container; throws where no answer comes. */
export function ping(host: Host, from: string, address: string): Promise<string> {
  return host.docker("exec", from, "ping", "-c", "1", "-W", "5", address);
}

/** Waits until an address answers a ping from within a container. */
export function answers(
  host: Host,
  from: string,
  address: string,
  bound?: { readonly timeoutMs: number },
): Promise<true> {
  return until(
    `${address} from ${from}`,
    async () => (await ping(host, from, address).catch(() => "")) !== "",
    bound,
  );
}

/** The answer of `docker inspect` to a template. */
export function inspect(host: Host, name: string, template: string): Promise<string> {
  return host.docker("inspect", "--format", template, name);
}

export function addressOf(host: Host, container: string): Promise<string> {
  return inspect(host, container, "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}");
}

export function address6Of(host: Host, container: string): Promise<string> {
  return inspect(host, container, "{{range .NetworkSettings.Networks}}{{.GlobalIPv6Address}}{{end}}");
}

export function macOf(host: Host, container: string): Promise<string> {
  return inspect(host, container, "{{range .NetworkSettings.Networks}}{{.MacAddress}}{{end}}");
}

/** Waits until an engine has a network, by its own making or as a mirror. */
export function hasNetwork(host: Host, name: string): Promise<true> {
  return until(`network ${name} on ${host.name}`, async () => {
    const { code } = await host.run(["docker", "network", "inspect", name], { check: false });
    return code === 0;
  });
}

/** Waits until the cluster has none of these networks: the engines remove their mirrors one by one. */
export function networksGone(center: Host, ...names: string[]): Promise<true> {
  return until(`${names.join(", ")} to be gone`, async () => {
    const networks = JSON.parse(await center.sh("fairway -o json network ls")) as { name: string }[];
    return !networks.some(({ name }) => names.includes(name.split("@", 1)[0] ?? ""));
  });
}

/** Removes networks from every engine, wherever they were made; those that are not there, too. */
export async function removeNetworks(center: Host, ...names: string[]): Promise<void> {
  for (const name of names) await center.run(["fairway", "network", "rm", name], { check: false });
  await networksGone(center, ...names);
}

/** Removes containers and networks, those that are not there too. */
export async function removeAll(
  host: Host,
  containers: readonly string[],
  networks: readonly string[],
): Promise<void> {
  for (const name of containers) await host.run(["docker", "rm", "--force", name], { check: false });
  for (const name of networks) await host.run(["docker", "network", "rm", name], { check: false });
}
