import { copyFile, mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { SystemdHost } from "../../lab/host/systemd-host.ts";
import { Lab } from "../../lab/lab.ts";
import { parseVariant } from "../../lab/trees/tree.ts";
import { until } from "../../lab/until.ts";
import { makeDebianPackage } from "../../scripts/debian-package.ts";
import { heading, typed } from "./transcript.ts";

/**
 * `make walk`: what a newcomer types on three machines with systemd, from the package to its removal, with what each command really prints. It ends
 * with 1 where a command does not end as it must.
 */
const variant = parseVariant(process.env["VARIANT"] ?? "debian12");
const image = "busybox:lab";

async function main(): Promise<void> {
  await using scratch = await mkdtempDisposable(join(tmpdir(), "fairway-walk-"));
  const architecture = process.arch === "arm64" ? "arm64" : "amd64";
  const file = await makeDebianPackage({ architecture, directory: scratch.path });
  await using lab = await Lab.start({ hosts: 3, machines: "systemd", variant, outside: true });
  const [h1, h2, h3] = [lab.systemdHost("h1"), lab.systemdHost("h2"), lab.systemdHost("h3")];
  await install([h1, h2, h3], file);
  await makeCluster(h1, h2, h3);
  await useNetwork(lab, h1, h2, h3);
  await compose(h2);
  await breakAndMend(h2);
  await loseHost(h1, h3);
  await leave(h1, h2);
}

async function install(hosts: readonly SystemdHost[], file: string): Promise<void> {
  heading("Install");
  for (const host of hosts) {
    await copyFile(file, `${host.rootPath}/root/${basename(file)}`);
    await typed(host, `apt install --yes -qq ./${basename(file)}`);
  }
}

async function makeCluster(h1: SystemdHost, h2: SystemdHost, h3: SystemdHost): Promise<void> {
  heading("A center, and two hosts");
  const printed = await typed(h1, "fairway init");
  await typed(h1, "systemctl status --no-pager --lines=0 fairway");
  await typed(h2, joinLine(printed));
  await typed(h3, joinLine(await typed(h1, "fairway token create")));
  await typed(h1, "fairway host ls");
}

async function useNetwork(lab: Lab, h1: SystemdHost, h2: SystemdHost, h3: SystemdHost): Promise<void> {
  heading("A network, and containers on it");
  await typed(h1, "docker network create -d fairway --ipam-driver fairway blue");
  await typed(h1, `docker run -d --name web --network blue ${image} sleep 100000`);
  await mirrored(h2, "blue");
  await typed(h2, `docker run -d --name db --network blue ${image} sleep 100000`);
  const address = "docker inspect -f '{{.NetworkSettings.Networks.blue.IPAddress}}' web";
  const web = (await typed(h1, address)).trim();
  await answered(h2, "db", web);
  await typed(h2, `docker exec db ping -c 3 ${web}`);

  heading("By name");
  await answered(h2, "db", "web");
  await typed(h2, "docker exec db ping -c 3 web");
  await typed(h2, "docker exec db nslookup web");

  heading("To the outside, and from there");
  await typed(h1, `docker exec web ping -c 3 ${lab.outside.address}`);
  await mirrored(h3, "blue");
  const server = "sh -c 'mkdir -p /www; echo hello >/www/index.html; httpd -f -h /www'";
  await typed(h3, `docker run -d --name site --network blue -p 8080:80 ${image} ${server}`);
  await until("the published port", async () => {
    const { code } = await lab.outside.run(["curl", "-sf", `http://${h3.address}:8080/`], { check: false });
    return code === 0;
  });
  await typed(lab.outside, `curl -s http://${h3.address}:8080/`);

  await typed(h1, "fairway network ls");
  await typed(h1, "fairway endpoint ls");
  await typed(h1, "fairway network show blue");
}

async function compose(host: SystemdHost): Promise<void> {
  const { code } = await host.run(["sh", "-c", "command -v docker-compose"], { check: false });
  if (code !== 0) return;
  heading("Compose");
  const project = `version: "3.5"
services:
  api:
    image: ${image}
    command: sleep 100000
    stop_signal: KILL
    networks: [shop]
  cache:
    image: ${image}
    command: sleep 100000
    stop_signal: KILL
    networks: [shop]
networks:
  shop:
    driver: fairway
    ipam:
      driver: fairway
`;
  await host.sh("mkdir -p /root/shop");
  await writeFile(`${host.rootPath}/root/shop/docker-compose.yml`, project);
  await typed(host, "cat shop/docker-compose.yml");
  await typed(host, "cd shop && docker-compose --ansi never up -d");
  await typed(host, "cd shop && docker-compose exec -T api ping -c 2 cache");
  await typed(host, "cd shop && docker-compose --ansi never down");
}

async function breakAndMend(host: SystemdHost): Promise<void> {
  heading("When it does not work");
  await typed(host, "fairway doctor");
  await typed(host, "systemctl stop ovn-controller");
  await typed(host, "fairway doctor", { code: 1 });
  await typed(host, "systemctl start ovn-controller");
  await typed(host, "systemctl stop fairway");
  await typed(host, "fairway doctor", { code: 1 });
  await typed(host, "systemctl start fairway");
  await typed(host, "ovs-vsctl remove Open_vSwitch . external_ids ovn-encap-ip");
  await typed(host, "fairway doctor", { code: 1 });
  await typed(host, `ovs-vsctl set Open_vSwitch . external_ids:ovn-encap-ip=${host.address}`);
  const isWell = async () => (await host.run(["fairway", "doctor"], { check: false })).code === 0;
  await until("doctor to be content", isWell, { timeoutMs: 60_000 });
}

async function loseHost(center: SystemdHost, host: SystemdHost): Promise<void> {
  heading("A host dies");
  await host.powerOff();
  const isDown = async () => new RegExp(`^${host.name} +down`, "m").test(await center.sh("fairway host ls"));
  await until(`${host.name} to be down`, isDown, { timeoutMs: 60_000 });
  await typed(center, "fairway host ls");
  await typed(center, "fairway endpoint ls");
  await typed(center, `fairway host rm ${host.name} --dead`);
  await typed(center, "fairway endpoint ls");
}

async function leave(center: SystemdHost, host: SystemdHost): Promise<void> {
  heading("A host leaves");
  await typed(host, "fairway leave", { code: 1 });
  await typed(host, "docker rm -f db");
  await typed(host, "fairway leave");
  await typed(host, "apt purge --yes -qq fairway");

  heading("The center, too");
  await typed(center, "docker rm -f web");
  await typed(center, "docker network rm blue");
  await typed(center, "apt purge --yes -qq fairway");
  await typed(center, "docker network ls");
}

function joinLine(printed: string): string {
  const line = /^ *(fairway join .*)$/m.exec(printed)?.[1];
  if (line === undefined) throw new Error(`No line to join by in:\n${printed}`);
  return line;
}

/** A person looks whether the network is there before using it. */
const mirrored = (host: SystemdHost, network: string) =>
  until(`network ${network} on ${host.name}`, async () => {
    const { code } = await host.run(["docker", "network", "inspect", network], { check: false });
    return code === 0;
  });

/** The first packet between two hosts waits for the tunnel's neighbour in vain. */
const answered = (host: SystemdHost, container: string, target: string) =>
  until(`${container} to reach ${target}`, async () => {
    const words = ["docker", "exec", container, "ping", "-c", "1", "-W", "1", target];
    const { code } = await host.run(words, { check: false });
    return code === 0;
  });

await main();
