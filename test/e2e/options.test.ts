import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { busyboxImage } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import {
  addressOf,
  createNetwork,
  hasNetwork,
  inspect,
  ping,
  removeAll,
  removeNetworks,
  startContainer,
} from "./docker-network.ts";
import { variant } from "./settings.ts";

/** What h2's underlay carries, bytes; h1's carries 1,500. */
const smallest = 1_450;
const geneve = 58;

describe(`options of networks, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;

  before(async () => {
    lab = await Lab.start({ hosts: 2, outside: true, variant });
    [h1, h2] = [lab.host("h1"), lab.host("h2")];
    await h2.sh(`ovs-vsctl set Interface br-phy mtu_request=${smallest}; ip link set eth0 mtu ${smallest}`);
    await until("the smaller underlay", async () =>
      (await h2.sh("cat /sys/class/net/br-phy/mtu")).startsWith(String(smallest)),
    );
    await startFairway(lab);
  });
  after(() => lab[Symbol.asyncDispose]());
  afterEach(async () => {
    for (const host of [h2, h1]) await removeAll(host, ["web", "db"], []);
    await removeNetworks(h1, "blue", "red");
  });

  const shown = async (network: string) => {
    const text = await until(`the name ${network}`, async () => {
      const { stdout, code } = await h1.run(["fairway", "network", "show", network, "-o", "json"], {
        check: false,
      });
      return code === 0 && stdout;
    });
    return JSON.parse(text);
  };
  const routesOf = (container: string) => h1.docker("exec", container, "ip", "route");
  const mtuOf = (host: Host, container: string) =>
    host.docker("exec", container, "cat", "/sys/class/net/eth0/mtu");

  it("D02 options are listed, the subnet's on the subnet; a slip is refused with the right spelling", async () => {
    await createNetwork(h1, "blue", "-o", "team=web", "-o", "subnet:rack=7", "-o", "x-mdoe=nat");
    const { options, subnets } = await shown("blue");
    assert.deepEqual(options, { team: "web", "x-mdoe": "nat" });
    assert.deepEqual(subnets[0].options, { rack: "7" });
    const text = await h1.sh("fairway network show blue");
    assert.match(text, /team=web/);
    assert.match(text, /rack=7/);
    for (const [slip, meant] of [
      ["physicalnetwrok=x", "physicalnetwork"],
      ["subnet:host_route=x", "subnet:host_routes"],
    ] as const)
      await assert.rejects(createNetwork(h1, "red", "-o", slip), new RegExp(`did you mean ${meant}\\?`));
  });

  it("D05 the MTU is the smallest underlay's of the network's hosts less the overhead; more than fits is lowered; full-size TCP crosses hosts", async () => {
    const fits = smallest - geneve;
    const own = 1_500 - geneve;
    for (const [asked, effective] of [
      [1_300, 1_300],
      [1_450, own],
    ] as const) {
      await createNetwork(h1, "blue", "-o", `mtu=${asked}`);
      await startContainer(h1, "web", "blue");
      assert.equal(await mtuOf(h1, "web"), String(effective));
      assert.deepEqual((await shown("blue")).mtu, { asked, effective });
      await removeAll(h1, ["web"], []);
      await removeNetworks(h1, "blue");
    }
    assert.match(await h1.sh("fairway host show h2"), new RegExp(`MTU ${smallest}`));

    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    assert.deepEqual((await shown("blue")).mtu, { asked: null, effective: own });
    await hasNetwork(h2, "blue");
    await startContainer(h1, "web", "blue");
    assert.equal(await mtuOf(h1, "web"), String(own));
    await startContainer(h2, "db", "blue");
    assert.deepEqual((await shown("blue")).mtu, { asked: null, effective: fits });
    await until(
      "the container that ran before follows",
      async () => (await mtuOf(h1, "web")) === String(fits),
    );
    assert.equal(await mtuOf(h2, "db"), String(fits));
    const web = await addressOf(h1, "web");
    await until("the first answer", async () => (await ping(h2, "db", web).catch(() => "")) !== "");
    const largest = fits - 28;
    await h2.docker("exec", "db", "ping", "-c", "1", "-W", "5", "-s", String(largest), web);

    const serve =
      "mkdir /www; head -c 16777216 /dev/urandom >/www/data; httpd -p 5000 -h /www; md5sum </www/data";
    const sent = await h1.docker("exec", "web", "sh", "-c", serve);
    // From the container's namespace: busybox's wget crashes now and then.
    const pid = await inspect(h2, "db", "{{.State.Pid}}");
    const fetch = `nsenter -t ${pid} -n curl --silent --fail --max-time 60 http://${web}:5000/data | md5sum`;
    assert.equal(await h2.sh(fetch), sent);
  });

  it("D14 host routes are in the container's table, with a next hop and on its own link", async () => {
    const routes = '`[["10.9.0.0/16","192.168.1.7"],["10.8.0.1/32","0.0.0.0"]]`';
    await createNetwork(h1, "blue", "--subnet", "192.168.1.0/24", "-o", `subnet:host_routes=${routes}`);
    await startContainer(h1, "web", "blue");
    const table = await routesOf("web");
    assert.match(table, /^10\.9\.0\.0\/16 via 192\.168\.1\.7 dev eth0/m);
    assert.match(table, /^10\.8\.0\.1 dev eth0 scope link/m);
    assert.match(table, /^default via 192\.168\.1\.1 dev eth0/m);
    await assert.rejects(
      createNetwork(
        h1,
        "red",
        "--subnet",
        "10.3.0.0/24",
        "-o",
        'subnet:host_routes=[["10.9.0.0/16","10.4.0.1"]]',
      ),
      /subnet:host_routes.*next hops inside the network's subnet \(10\.3\.0\.0\/24\), not 10\.4\.0\.1/,
    );
  });

  it("D15 without a gateway Docker's own bridge is the way out, -p works through it, and host routes still lead to the router", async () => {
    const routes = '[["10.9.0.0/16","192.168.1.1"]]';
    await createNetwork(
      h1,
      "blue",
      "--subnet",
      "192.168.1.0/24",
      "-o",
      "subnet:disablegateway=true",
      "-o",
      `subnet:host_routes=${routes}`,
    );
    const serve = "mkdir /www; echo hello >/www/index.html; exec httpd -f -h /www";
    const flags = ["--name", "web", "--network", "blue", "--publish", "8080:80"];
    await h1.docker("run", "--detach", ...flags, busyboxImage, "sh", "-c", serve);
    const table = await routesOf("web");
    assert.doesNotMatch(table, /^default via 192\.168\.1\.1/m);
    assert.match(table, /^default via \S+ dev eth1/m);
    assert.match(table, /^10\.9\.0\.0\/16 via 192\.168\.1\.1 dev eth0/m);
    await ping(h1, "web", "192.168.1.1");
    const page = await until("the page from outside", async () => {
      const { stdout } = await lab.outside.run(["curl", "-s", "-m", "2", `http://${h1.address}:8080/`], {
        check: false,
      });
      return stdout.trim();
    });
    assert.equal(page, "hello");

    await createNetwork(h1, "red", "--subnet", "192.168.2.0/24", "-o", "subnet:disablegateway=false");
    await startContainer(h1, "db", "red");
    assert.match(await routesOf("db"), /^default via 192\.168\.2\.1 dev eth0/m);
    assert.doesNotMatch(await h1.docker("exec", "db", "ls", "/sys/class/net"), /eth1/);
  });

  it("I03 automatic addresses lie between allocated_start and allocated_end", async () => {
    const [start, end] = ["-o subnet:allocated_start=10.1.0.100", "-o subnet:allocated_end=10.1.0.101"];
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24", ...`${start} ${end}`.split(" "));
    await startContainer(h1, "web", "blue");
    await startContainer(h1, "db", "blue");
    assert.deepEqual([await addressOf(h1, "web"), await addressOf(h1, "db")], ["10.1.0.100", "10.1.0.101"]);
    await assert.rejects(
      h1.docker("run", "--rm", "--network", "blue", busyboxImage, "true"),
      /10\.1\.0\.0\/24.*has no free address/,
    );
    await h1.docker("run", "--rm", "--network", "blue", "--ip", "10.1.0.7", busyboxImage, "true");
  });

  it("N11 an engine's defaults are its networks' options", async () => {
    const file = "/etc/fairway/fairway.yaml";
    const before = await h1.sh(`cat ${file}`);
    const configure = async (defaults: object) => {
      const text = before.replace(/^\{/, `{ "defaults": ${JSON.stringify(defaults)},`);
      assert.notEqual(text, before);
      await h1.sh(`cat >${file} <<'END'\n${text}\nEND`);
    };
    await configure({ mode: "flat" });
    const refused = await h1.run(["fairway", "config", "check"], { check: false });
    assert.notEqual(refused.code, 0);
    assert.match(refused.stdout + refused.stderr, /defaults\.physical-network is missing; it must name/);
    await configure({ mode: "isolated", mtu: 1_280 });
    await h1.daemon("fairway").stop();
    await h1.daemon("fairway").start();
    await createNetwork(h1, "blue");
    await startContainer(h1, "web", "blue");
    assert.equal(await mtuOf(h1, "web"), "1280");
    const { mode, mtu } = await shown("blue");
    assert.deepEqual({ mode, mtu }, { mode: "isolated", mtu: { asked: 1_280, effective: 1_280 } });
    await createNetwork(h1, "red", "-o", "mtu=1300", "-o", "mode=nat");
    const red = await shown("red");
    assert.deepEqual([red.mode, red.mtu.asked], ["nat", 1_300]);
    await removeAll(h1, ["web"], ["blue"]);
    await configure({ mode: "flat", "physical-network": "lan" });
    await h1.daemon("fairway").stop();
    await h1.daemon("fairway").start();
    await h1.sh("fairway physical-network create lan --type flat");
    await createNetwork(h1, "blue", "--subnet", "10.60.0.0/24");
    const flat = await shown("blue");
    assert.equal(flat.mode, "flat");
    assert.match(await h1.sh("fairway physical-network show lan -o json"), /"name": ?"blue"/);
    await removeAll(h1, [], ["blue"]);
    await h1.sh("fairway physical-network rm lan");
    await h1.sh(`cat >${file} <<'END'\n${before}\nEND`);
    await h1.daemon("fairway").stop();
    await h1.daemon("fairway").start();
  });
});
