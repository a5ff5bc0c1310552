import { copyFile, mkdtempDisposable, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import type { SystemdHost } from "../../lab/host/systemd-host.ts";
import { Lab } from "../../lab/lab.ts";
import { parseVariant } from "../../lab/trees/tree.ts";
import { until } from "../../lab/until.ts";
import { makeDebianPackage } from "../../scripts/debian-package.ts";
import { walkthroughPage } from "./page.ts";
import { Transcript } from "./transcript.ts";

/**
 * `make walk`: what a newcomer types on three machines with systemd, from the package to its removal, with what each command really prints, here and in
 * `docs/walkthrough.md`. It ends with 1 where a command does not end as it must, and leaves the page as it was.
 */
const variant = parseVariant(process.env["VARIANT"] ?? "debian12");
const image = "busybox:lab";
const page = resolve(import.meta.dirname, "../../docs/walkthrough.md");
const walk = new Transcript();

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
  await writeFile(page, walkthroughPage(walk.sections));
}

async function install(hosts: readonly SystemdHost[], file: string): Promise<void> {
  walk.section(
    "Install",
    "The package brings Fairway, and its dependencies bring Open vSwitch and OVN. It starts nothing.",
  );
  for (const host of hosts) {
    await copyFile(file, `${host.rootPath}/root/${basename(file)}`);
    await walk.type(host, `apt install --yes -qq ./${basename(file)}`);
  }
}

async function makeCluster(h1: SystemdHost, h2: SystemdHost, h3: SystemdHost): Promise<void> {
  walk.section(
    "A center, and two hosts",
    "One machine becomes the center, which is a host, too. Each other machine joins by a line of its own.",
  );
  const printed = await walk.type(h1, "fairway init");
  await walk.type(h1, "systemctl status --no-pager --lines=0 fairway");
  await walk.type(h2, joinLine(printed));
  await walk.type(h3, joinLine(await walk.type(h1, "fairway token create")));
  await walk.type(h1, "fairway host ls");
}

async function useNetwork(lab: Lab, h1: SystemdHost, h2: SystemdHost, h3: SystemdHost): Promise<void> {
  walk.section(
    "A network, and containers on it",
    "A network that one engine makes is there on all of them a moment later.",
  );
  await walk.type(h1, "docker network create -d fairway --ipam-driver fairway blue");
  await walk.type(h1, `docker run -d --name web --network blue ${image} sleep 100000`);
  await mirrored(h2, "blue");
  await walk.type(h2, `docker run -d --name db --network blue ${image} sleep 100000`);
  const address = "docker inspect -f '{{.NetworkSettings.Networks.blue.IPAddress}}' web";
  const web = (await walk.type(h1, address)).trim();
  await answered(h2, "db", web);
  await walk.type(h2, `docker exec db ping -c 3 ${web}`);

  walk.section("By name", "Docker's own resolver answers names of containers on other hosts.");
  await answered(h2, "db", "web");
  await walk.type(h2, "docker exec db ping -c 3 web");
  await walk.type(h2, "docker exec db nslookup web");

  walk.section(
    "To the outside, and from there",
    "Containers reach the outside by their host, and the outside reaches published ports with the client's address kept.",
  );
  await walk.type(h1, `docker exec web ping -c 3 ${lab.outside.address}`);
  await mirrored(h3, "blue");
  const server = "sh -c 'mkdir -p /www; echo hello >/www/index.html; httpd -f -h /www'";
  await walk.type(h3, `docker run -d --name site --network blue -p 8080:80 ${image} ${server}`);
  await until("the published port", async () => {
    const { code } = await lab.outside.run(["curl", "-sf", `http://${h3.address}:8080/`], { check: false });
    return code === 0;
  });
  await walk.type(lab.outside, `curl -s http://${h3.address}:8080/`);

  await walk.type(h1, "fairway network ls");
  await walk.type(h1, "fairway endpoint ls");
  await walk.type(h1, "fairway network show blue");
}

async function compose(host: SystemdHost): Promise<void> {
  const { code } = await host.run(["sh", "-c", "command -v docker-compose"], { check: false });
  if (code !== 0) return;
  walk.section("Compose", "Compose makes a network of its own on the same driver.");
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
  await walk.type(host, "cat shop/docker-compose.yml");
  await walk.type(host, "cd shop && docker-compose --ansi never up -d");
  await walk.type(host, "cd shop && docker-compose exec -T api ping -c 2 cache");
  await walk.type(host, "cd shop && docker-compose --ansi never down");
}

async function breakAndMend(host: SystemdHost): Promise<void> {
  walk.section(
    "When it does not work",
    "`fairway doctor` names what is broken and how to mend it. Three parts are broken here on purpose, one after the other. The warnings are\nthose of these machines: they have no kernel module and no name server.",
  );
  await walk.type(host, "fairway doctor");
  await walk.type(host, "systemctl stop ovn-controller");
  await walk.type(host, "fairway doctor", { code: 1 });
  await walk.type(host, "systemctl start ovn-controller");
  await walk.type(host, "systemctl stop fairway");
  await walk.type(host, "fairway doctor", { code: 1 });
  await walk.type(host, "systemctl start fairway");
  await walk.type(host, "ovs-vsctl remove Open_vSwitch . external_ids ovn-encap-ip");
  await walk.type(host, "fairway doctor", { code: 1 });
  await walk.type(host, `ovs-vsctl set Open_vSwitch . external_ids:ovn-encap-ip=${host.address}`);
  const isWell = async () => (await host.run(["fairway", "doctor"], { check: false })).code === 0;
  await until("doctor to be content", isWell, { timeoutMs: 60_000 });
}

async function loseHost(center: SystemdHost, host: SystemdHost): Promise<void> {
  walk.section(
    "A host dies",
    "The power of h3 goes. Its containers are shown as they were until somebody says that it will not come back.",
  );
  await host.powerOff();
  const isDown = async () => new RegExp(`^${host.name} +down`, "m").test(await center.sh("fairway host ls"));
  await until(`${host.name} to be down`, isDown, { timeoutMs: 60_000 });
  await walk.type(center, "fairway host ls");
  await walk.type(center, "fairway endpoint ls");
  await walk.type(center, `fairway host rm ${host.name} --dead`);
  await walk.type(center, "fairway endpoint ls");
}

async function leave(center: SystemdHost, host: SystemdHost): Promise<void> {
  walk.section("A host leaves", "It refuses while a container needs it.");
  await walk.type(host, "fairway leave", { code: 1 });
  await walk.type(host, "docker rm -f db");
  await walk.type(host, "fairway leave");
  await walk.type(host, "apt purge --yes -qq fairway");

  walk.section("The center, too", "When the last package goes, nothing of Fairway's is left.");
  await walk.type(center, "docker rm -f web");
  await walk.type(center, "docker network rm blue");
  await walk.type(center, "apt purge --yes -qq fairway");
  await walk.type(center, "docker network ls");
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
