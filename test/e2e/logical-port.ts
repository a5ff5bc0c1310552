import { resolve } from "node:path";
import type { Host } from "../../lab/host/host.ts";
import { until } from "../../lab/until.ts";
import type { Port } from "../../packages/fairway/src/center/schemas/port.ts";

const checkout = resolve(import.meta.dirname, "../..");

/** What udhcpc calls its script with, one line each; it sets the address and the routes as clients do. */
const script = `#!/bin/sh
case $1 in bound | renew)
  set >/tmp/lease-$interface
  ip addr replace $ip/$mask dev $interface
  set -- $staticroutes
  while [ $# -ge 2 ]; do
    if [ $2 = 0.0.0.0 ]; then ip route replace $1 dev $interface; else ip route replace $1 via $2 dev $interface; fi
    shift 2
  done ;;
esac`;

/** Creates a port by the command line of any host that may; its `iface-id`. */
export async function createPort(
  host: Host,
  network: string,
  name: string,
  ...flags: string[]
): Promise<string> {
  const { stdout } = await host.run(["fairway", "port", "create", network, "--name", name, ...flags]);
  return stdout.trim();
}

/** A port as the API shows it. */
export async function showPort(host: Host, name: string): Promise<Port> {
  return JSON.parse(await host.sh(`fairway -o json port show ${name}`)) as Port;
}

export async function portNames(host: Host): Promise<readonly string[]> {
  return (JSON.parse(await host.sh("fairway -o json port ls")) as readonly Port[]).map(({ name }) => name);
}

/** What was plugged in a namespace that has ended goes within half a minute. */
const goneBoundMs = 90_000;

/** Waits until the center has seen a port on a host, or on none. */
export function isSeenOn(center: Host, name: string, host: string | null): Promise<true> {
  return until(`${name} on ${host}`, async () => (await showPort(center, name)).host === host, {
    timeoutMs: goneBoundMs,
  });
}

/** A network namespace, as `ip netns` makes it. */
export async function addNamespace(host: Host, name: string): Promise<void> {
  await host.sh(`ip netns add ${name}; nsenter --net=/run/netns/${name} ip link set lo up`);
}

/** Runs a program in a namespace. */
export async function inside(host: Host, namespace: string, ...words: string[]): Promise<string> {
  const { stdout } = await host.run(["nsenter", `--net=/run/netns/${namespace}`, ...words]);
  return stdout;
}

/** Waits for an answer from an address to somebody in a namespace. */
export function reaches(host: Host, namespace: string, address: string): Promise<true> {
  return until(`an answer from ${address} in ${namespace}`, async () => {
    const words = ["nsenter", `--net=/run/netns/${namespace}`, "ping", "-c", "1", "-W", "2", address];
    return (await host.run(words, { check: false })).code === 0;
  });
}

/** What busybox's DHCP client learns in a namespace, by the names of its script. */
export async function lease(
  host: Host,
  namespace: string,
  device: string,
): Promise<ReadonlyMap<string, string>> {
  await host.run(["sh", "-c", 'printf "%s" "$1" >/tmp/udhcpc; chmod +x /tmp/udhcpc', "sh", script]);
  const asked = ["mtu", "dns", "router", "staticroutes", "subnet"].flatMap((option) => ["-O", option]);
  await inside(host, namespace, "busybox", "udhcpc", "-n", "-q", "-i", device, "-s", "/tmp/udhcpc", ...asked);
  const lines = (await host.sh(`cat /tmp/lease-${device}`)).split("\n");
  return new Map(
    lines.map((line) => {
      const [name = "", ...value] = line.split("=");
      return [name, value.join("=").replaceAll("'", "")];
    }),
  );
}

/** What a DHCPv6 client learns on a link: see dhcpv6-client.ts. */
export async function lease6(host: Host, namespace: string, device: string) {
  // The kernel lets nobody bind an address before it knows that nobody else has it (RFC 4862 §5.4).
  const linkLocal = ["ip", "-6", "address", "show", "dev", device, "scope", "link"];
  await until(`${device}'s link-local address`, async () => {
    const shown = await inside(host, namespace, ...linkLocal);
    return shown.includes("fe80::") && !shown.includes("tentative");
  });
  const program = [`${checkout}/node_modules/node/bin/node`, `${checkout}/test/e2e/dhcpv6-client.ts`];
  return JSON.parse(await inside(host, namespace, ...program, device)) as {
    readonly addresses: readonly string[];
    readonly dns: readonly string[];
  };
}
