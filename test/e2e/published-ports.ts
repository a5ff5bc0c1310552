import { startFairway } from "../../lab/fairway.ts";
import type { BackgroundProcess } from "../../lab/host/background.ts";
import { busyboxImage, type Host } from "../../lab/host/host.ts";
import type { Machine } from "../../lab/host/machine.ts";
import type { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { intoNetwork } from "./docker-network.ts";

export const hostV6 = "fd00:200::1";
/** Of the machine outside: one client may, the other may not. */
export const friend = { 4: "10.200.0.254", 6: "fd00:200::254" };
export const stranger = { 4: "10.200.0.253", 6: "fd00:200::253" };
export const friends = `${friend[4]},fd00:200::254/127`;
/** What `get` says where nobody lets the client in. */
export const refused = "curl 7";

/** Starts Fairway on the host, and gives the machine outside both clients' addresses. */
export async function startPublishing(lab: Lab): Promise<void> {
  await addClients(lab);
  await startFairway(lab);
  // No flow of UDP may end by itself while a test looks.
  await lab
    .host("h1")
    .sh(
      "sysctl -q net.netfilter.nf_conntrack_udp_timeout=3600 net.netfilter.nf_conntrack_udp_timeout_stream=3600",
    );
}

/** Gives the machine outside both clients' addresses, and the host one of IPv6. */
async function addClients(lab: Lab): Promise<void> {
  const [h1, outside] = [lab.host("h1"), lab.outside];
  await outside.sh(`ip address add ${stranger[4]}/24 dev eth0`);
  for (const address of [friend[6], stranger[6]])
    await outside.sh(`ip address add ${address}/64 dev eth0 nodad`);
  await h1.sh(`ip address add ${hostV6}/64 dev br-phy nodad`);
}

/** A container whose web server says its name. */
export function serve(host: Host, name: string, network: string, ...flags: string[]): Promise<string> {
  const script = `mkdir /www; echo ${name} >/www/index.html; exec httpd -f -p 80 -h /www`;
  const words = ["run", "--detach", "--name", name, ...flags, "--network", network];
  return host.docker(...words, busyboxImage, "sh", "-c", script);
}

/** Answers every datagram to port 53 of a container with itself. */
export async function echo(host: Host, name: string): Promise<BackgroundProcess> {
  const inside = await intoNetwork(host, name);
  const echoing = host.spawn([...inside, "socat", "UDP4-RECVFROM:53,fork", "EXEC:cat"]);
  await until("the echo", async () => /:53\s/.test((await host.run([...inside, "ss", "-lunH"])).stdout));
  return echoing;
}

/** Who answers, or how curl failed: 7 is a connection that was refused. */
export async function get(machine: Machine, place: string, from?: string): Promise<string> {
  const by = from === undefined ? [] : ["--interface", from];
  const words = ["curl", "--silent", "--globoff", "--max-time", "10", ...by, `http://${place}/`];
  const { code, stdout } = await machine.run(words, { check: false });
  return code === 0 ? stdout.trim() : `curl ${code}`;
}

/** Waits until `get` says this. */
export function becomes(expected: string, machine: Machine, place: string, from?: string): Promise<true> {
  const goal = async () => (await get(machine, place, from)) === expected;
  return until(`${expected} at ${place} for ${from ?? machine.name}`, goal);
}

export async function restartFairway(host: Host): Promise<void> {
  await host.daemon("fairway").stop();
  await host.daemon("fairway").start();
}

/** Waits until a client that never stops gets no answer for a second. */
export function falls(asking: BackgroundProcess): Promise<true> {
  return until("its end", async () => {
    const before = asking.log.length;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    return asking.log.length === before;
  });
}
