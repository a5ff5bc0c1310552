import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import { busyboxImage, type Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { addressOf, hasNetwork, inspect, networksGone, removeAll } from "./docker-network.ts";
import { reaches } from "./pings.ts";
import { variant } from "./settings.ts";
import { becomes, tracesOf } from "./traces.ts";

/** The documents of the plugins; absent in continuous integration. */
const seeds = process.env["FAIRWAY_SEEDS"] ?? resolve(import.meta.dirname, "../../../shared/seeds");

/** Commands as the documents print them, without what their lines are broken by. */
const printed = {
  "vlcp-docker-plugin-readme.md": {
    physicalNetwork:
      "curl -g 'http://localhost:8081/viperflow/createphysicalnetwork?type=vxlan&vnirange=`[[10000,11000]]`&id=vxlan'",
    physicalPort:
      "curl -g 'http://localhost:8081/viperflow/createphysicalport?physicalnetwork=vxlan&name=vxlan0'",
  },
  "vlcp-docker-quick-guide.rst": {
    network:
      "docker network create -d vlcp -o physicalnetwork=vxlan -o mtu=1450 --ipam-driver vlcp --subnet 192.168.1.0/24 --gateway 192.168.1.1 test_network_a",
    run: "docker run -it -d --network test_network_a --name test_vlcp_1 centos",
    ping: "docker run -it -d --network test_network_a centos ping test_vlcp_1",
  },
  "nuage-libnetwork.rst": {
    network:
      'docker network create --driver=nuage --ipam-driver=nuage-ipam --ipam-opt organization=Enterprise --ipam-opt domain=Domain --ipam-opt zone=Zone --ipam-opt subnet="Subnet 2" --ipam-opt user=admin --subnet=10.21.59.0/24 --gateway=10.21.59.1 MyNet',
    run: "docker run -it --net MyNet nginx /bin/bash",
  },
  "opencontrail-libnetwork-readme.md": {
    net4: "docker network create -d opencontrail --label rt=64512:100,64512:200 --subnet 192.168.4.0/24 net4",
    net2: "docker network create -d opencontrail --subnet 192.168.10.0/24 --subnet 2002:1::0/64 --label rt=64512:100 net2",
    ub6: "docker run -itd --name ub6 --net net4 ubuntu:latest",
    ub1: "docker run -itd --name ub1 --net net2 ubuntu:latest",
    ub2: "docker run -itd --name ub2 --net net2 ubuntu:latest",
  },
} as const;

/** What the lab has of images, and a container that goes on without its terminal. */
function inLab(command: string): string {
  return command
    .replace("-it --net MyNet nginx /bin/bash", "-it -d --net MyNet nginx")
    .replace(/\b(centos|nginx|ubuntu:latest)\b/, busyboxImage);
}

const names = ["fairway", "vlcp", "nuage", "nuage-ipam", "ovs", "opencontrail"];
const networks = ["test_network_a", "MyNet", "net2", "net4", "ovsnet"];

describe(`names of other drivers, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;
  let clean: readonly string[];

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant });
    [h1, h2] = [lab.host("h1"), lab.host("h2")];
    await startFairway(lab, { "driver-names": names, api: { vlcp: 8081 } });
    clean = [await tracesOf(h1), await tracesOf(h2)];
  });
  after(() => lab[Symbol.asyncDispose]());
  afterEach(async () => {
    for (const host of [h2, h1])
      await host.sh(`docker ps -aq | xargs -r docker rm -f || true
        docker network rm ${networks.join(" ")} 2>/dev/null || true`);
    await networksGone(h1, ...networks);
  });

  const driversOf = (host: Host, name: string) =>
    host.docker("network", "inspect", "-f", "{{.Driver}} {{.IPAM.Driver}}", name);

  it("B01 the commands are those that the plugins' documents print", (t) => {
    if (!existsSync(seeds)) return t.skip(`skipped: no documents in ${seeds}`);
    for (const [document, commands] of Object.entries(printed)) {
      const text = readFileSync(join(seeds, document), "utf8").replaceAll(/[\s\\]+/g, " ");
      for (const command of Object.values(commands))
        assert.ok(text.includes(command), `${document}: ${command}`);
    }
  });

  it("B01 VLCP's commands, from the physical network to the ping by name, run on two hosts as they are printed", async () => {
    const { physicalNetwork, physicalPort } = printed["vlcp-docker-plugin-readme.md"];
    const { network, run, ping } = printed["vlcp-docker-quick-guide.rst"];
    await until(
      "VLCP's calls",
      async () => (await h1.run(["bash", "-c", physicalNetwork], { check: false })).code === 0,
    );
    await h1.sh(physicalPort);
    await assert.rejects(
      h1.sh("docker network create -d vlcp --ipam-driver vlcp bad"),
      /option physicalnetwork is missing: driver vlcp needs -o physicalnetwork=NAME/,
    );
    await h1.sh(network.replace("-o mtu", "-o 'subnet:lease_time=`60`' -o mtu"));
    await hasNetwork(h2, "test_network_a");
    for (const host of [h1, h2]) assert.equal(await driversOf(host, "test_network_a"), "vlcp vlcp");
    await h1.sh(inLab(run));
    const pinging = (await h2.sh(inLab(ping))).trim();
    await until("pings", async () => {
      if (/64 bytes from /.test(await h2.docker("logs", pinging))) return true;
      // It ends at once where the other host's name is not known here yet.
      await h2.docker("start", pinging);
      return false;
    });
    const shown = await h1.sh("fairway network show test_network_a");
    assert.match(shown, /driver: +vlcp\n/);
    assert.match(shown, /ignored: +subnet:lease_time: containers ask no DHCP server\n/);
    assert.match(await h1.sh("cat /var/log/fairway.log"), /options of the network mean nothing here/);
    await removeAll(h2, [pinging], []);
    await removeAll(h1, ["test_vlcp_1"], ["test_network_a"]);
    await networksGone(h1, "test_network_a");
    await h1.sh("fairway physical-port rm vxlan vxlan0; fairway physical-network rm vxlan");
  });

  it("B01 M11 Nuage's command, typed on each node, joins the subnet that was made beforehand", async () => {
    await h1.sh(`fairway organization create Enterprise; fairway domain create Domain --organization Enterprise
      fairway zone create Enterprise/Domain/Zone
      fairway network create "Enterprise/Domain/Zone/Subnet 2" --subnet 10.21.59.0/24 --gateway 10.21.59.1`);
    const { network, run } = printed["nuage-libnetwork.rst"];
    for (const host of [h1, h2]) {
      await host.sh(network);
      assert.equal(await driversOf(host, "MyNet"), "nuage nuage-ipam");
    }
    const [web, db] = [(await h1.sh(inLab(run))).trim(), (await h2.sh(inLab(run))).trim()];
    await reaches(h1, web, await addressOf(h2, db));
    await reaches(h2, db, await addressOf(h1, web));
    assert.match(await addressOf(h2, db), /^10\.21\.59\./);
    assert.match(await h1.docker("network", "ls"), /MyNet +nuage +/);
    for (const host of [h1, h2]) await host.sh("docker ps -aq | xargs docker rm -f; docker network rm MyNet");
    await h1.sh(`fairway network rm "Enterprise/Domain/Zone/Subnet 2"; fairway zone rm Enterprise/Domain/Zone
      fairway domain rm Enterprise/Domain; fairway organization rm Enterprise`);
  });

  it("B01 OpenContrail's commands run on two hosts as they are printed, and its networks talk by their target", async () => {
    const { net4, net2, ub6, ub1, ub2 } = printed["opencontrail-libnetwork-readme.md"];
    for (const command of [net4, net2]) await h1.sh(command);
    await hasNetwork(h2, "net2");
    assert.match(await driversOf(h2, "net2"), /^opencontrail /);
    for (const command of [ub6, ub1]) await h1.sh(inLab(command));
    await h2.sh(inLab(ub2));
    const address = await addressOf(h2, "ub2");
    assert.match(address, /^192\.168\.10\./);
    for (const from of ["ub1", "ub6"]) await reaches(h1, from, address);
    await reaches(h2, "ub2", await addressOf(h1, "ub6"));
    assert.equal(await h2.docker("network", "inspect", "-f", "{{.Labels.rt}}", "net2"), "64512:100");
  });

  it("B01 two names at once are one list, docker-ovs-plugin's options are understood, and a name that leaves takes its socket along", async () => {
    const { net4 } = printed["opencontrail-libnetwork-readme.md"];
    await h1.sh(net4);
    await h2.sh(`docker network create -d ovs --subnet 172.18.40.0/24 --gateway 172.18.40.1 \
      -o net.gopher.ovs.bridge.mode=nat -o net.gopher.ovs.bridge.mtu=1400 ovsnet`);
    await hasNetwork(h1, "ovsnet");
    await hasNetwork(h2, "net4");
    for (const host of [h1, h2]) {
      const listed = await host.docker("network", "ls", "--format", "{{.Name}} {{.Driver}}");
      for (const line of ["net4 opencontrail", "ovsnet ovs"])
        assert.ok(listed.split("\n").includes(line), listed);
    }
    for (const [host, name] of [
      [h1, "web"],
      [h2, "db"],
    ] as const)
      await host.docker("run", "-d", "--name", name, "--network", "ovsnet", busyboxImage, "sleep", "1000");
    await reaches(h1, "web", await addressOf(h2, "db"));
    assert.match(await h1.docker("exec", "web", "ip", "link", "show", "eth0"), /mtu 1400/);
    assert.match(await h1.docker("exec", "web", "ip", "route"), /default via 172\.18\.40\.1 /);
    assert.equal(await inspect(h1, "web", "{{.State.Running}}"), "true");
    await until("doctor", async () =>
      /plugin socket .*answers, and so do vlcp, nuage, nuage-ipam, ovs, opencontrail\n/.test(
        await h1.sh("fairway doctor || true"),
      ),
    );
    await removeAll(h1, ["web"], []);
    await removeAll(h2, ["db"], ["ovsnet"]);
    await networksGone(h1, "ovsnet");
    // The other host's original stays what it is; here it is Fairway's own driver's from now on.
    const file = "/etc/fairway/fairway.yaml";
    const configured = await h2.sh(`cat ${file}`);
    const shorter = configured.replace(/,\s*"opencontrail"/, "");
    assert.notEqual(shorter, configured);
    await h2.sh(`cat >${file} <<'END'\n${shorter}\nEND`);
    await h2.daemon("fairway").stop();
    await h2.daemon("fairway").start();
    assert.ok(!(await h2.sh("ls /run/docker/plugins")).includes("opencontrail"));
    await until(
      "the mirror",
      async () => (await driversOf(h2, "net4").catch(() => "")) === "fairway fairway",
    );
    assert.match(await driversOf(h1, "net4"), /^opencontrail /);
  });

  it("B01 nothing is left", async () => {
    for (const [at, host] of [h1, h2].entries()) await becomes(host, clean[at] ?? "");
  });
});
