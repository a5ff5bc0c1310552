import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { after, before, beforeEach, describe, it } from "node:test";
import type { Host } from "../../lab/host/host.ts";
import { until } from "../../lab/until.ts";
import { createNetwork, hasNetwork, removeAll, startContainer } from "./docker-network.ts";
import { assertRefused, hostDirectory, Joining, settingsOf } from "./joining.ts";
import { variant } from "./settings.ts";

/** What of Fairway's a host has beside its containers' links: in routing, in firewalls, in Open vSwitch and on disk. */
const hostSide = `for family in -4 -6; do
    (ip $family rule; ip $family route show table all 2>/dev/null) | grep 'proto 250' || true
    ip -o $family address | grep -e fw- -e 169.254.53.53 -e fd66:6169: || true
  done
  ip -o link show | grep -o ' fw-[a-z0-9]*:' || true
  ovs-vsctl list-ports br-int | grep '^fw-' || true
  ls /var/lib/fairway/host-*.json 2>/dev/null || true
  nft list tables | grep 'fairway$' || true
  nft list ruleset 2>/dev/null | grep 'comment "fairway"' || true
  (iptables -S; ip6tables -S) | grep -w fairway || true`;

describe(`hosts of three engines stay in and leave a cluster of ${variant}`, () => {
  let cluster: Joining;
  let h1: Host;
  let h2: Host;
  let h3: Host;

  before(async () => {
    cluster = await Joining.start();
    [h1, h2, h3] = cluster.hosts;
  });
  after(() => cluster?.[Symbol.asyncDispose]());
  beforeEach(() => cluster.begin());

  it("a host that was off until its certificate had expired gets a new one by itself; OVN takes it too", async () => {
    await h2.daemon("fairway").stop();
    await expire(h2);
    await h2.daemon("ovn-controller").kill();
    await h2.daemon("ovn-controller").start();
    await h2.daemon("fairway").start();
    await until("a new certificate", async () => {
      const { code } = await h2.run(
        ["openssl", "x509", "-in", `${hostDirectory}/cert.pem`, "-noout", "-checkend", "3600"],
        { check: false },
      );
      return code === 0;
    });
    await until(
      "OVN to be connected with it",
      async () => (await h2.sh("ovn-appctl -t ovn-controller connection-status")) === "connected",
    );
    assert.deepEqual(await cluster.hostsKnown(), ["h1 up", "h2 up"]);
  });

  /** Gives a host a certificate of its own key that is over since an hour, by the cluster's authority. */
  async function expire(host: Host): Promise<void> {
    const read = (path: string) => readFile(`${h1.rootPath}/var/lib/fairway/authority/${path}`, "utf8");
    const directory = `${host.rootPath}${hostDirectory}`;
    const files = { "ca.crt": await read("hosts.crt"), "ca.key": await read("hosts.key") };
    for (const [name, content] of Object.entries(files))
      await writeFile(`${host.rootPath}/tmp/${name}`, content);
    await host.sh(`cd /tmp; openssl req -new -key ${hostDirectory}/key.pem -subj /CN=${host.name} -out request.pem
      touch index.txt; printf '[ca]\\ndefault_ca=it\\n[it]\\ndatabase=/tmp/index.txt\\nnew_certs_dir=/tmp\\nrand_serial=yes\\n' >ca.conf
      printf 'default_md=sha256\\npolicy=any\\n[any]\\ncommonName=supplied\\n' >>ca.conf
      openssl ca -batch -notext -config ca.conf -cert ca.crt -keyfile ca.key -in request.pem -out expired.pem \\
        -startdate 20260101000000Z -enddate 20260102000000Z 2>/dev/null; rm ca.key`);
    await writeFile(
      `${directory}/cert.pem`,
      `${await readFile(`${host.rootPath}/tmp/expired.pem`, "utf8")}${files["ca.crt"]}`,
    );
  }

  it("M08 a host with containers does not leave; without them it leaves clean, and may join again", async () => {
    await cluster.join(h3);
    const [before, sslBefore] = await settingsOf(h3);
    await createNetwork(h3, "blue");
    await startContainer(h3, "web", "blue");
    await assertRefused(
      h3,
      ["leave"],
      /^fairway: this host still has 1 endpoint on Fairway's networks; remove their containers/m,
    );
    await removeAll(h3, ["web"], []);
    await hasNetwork(h1, "blue");
    await createNetwork(h1, "green");
    await hasNetwork(h3, "green");
    assert.equal(await h3.sh("fairway leave"), "h3 is out of the cluster.");
    assert.deepEqual(await cluster.hostsKnown(), ["h1 up", "h2 up"]);
    assert.equal(await h3.sh("docker network ls --quiet --filter driver=fairway"), "");
    assert.equal(
      await h1.sh("docker network ls --format '{{.Name}}' --filter driver=fairway"),
      "blue\ngreen",
    );
    await until("its chassis to be gone", async () => !/\bh3\b/.test(await h1.sh("ovn-sbctl show")));
    const [left, ssl] = await settingsOf(h3);
    assert.ok(before !== undefined && left !== undefined && sslBefore !== "");
    assert.deepEqual([left["ovn-remote"], ssl], [undefined, ""]);
    assert.equal(
      await h3.sh(`ls -d ${hostDirectory} /run/docker/plugins/fairway.sock 2>/dev/null || true`),
      "",
    );
    assert.equal(await h3.sh(hostSide), "");
    const { settings }: { settings: readonly { key: string; from: string }[] } = JSON.parse(
      await h3.sh("fairway config check -o json"),
    );
    const set = settings.filter(({ from }) => from !== "default").map(({ key }) => key);
    assert.deepEqual(set, ["log.level", "log.format"], "the configuration is as it was before");
    assert.equal(await h3.sh("fairway leave"), "This machine is in no cluster.");
    await cluster.join(h3);
    assert.deepEqual(await cluster.hostsKnown(), ["h1 up", "h2 up", "h3 up"]);
  });

  it("M08 with a removed host's key the API, the databases and the Southbound each refuse", async (t) => {
    const line = await cluster.join(h3);
    await h3.sh(`cp -r ${hostDirectory} /tmp/old`);
    const tls = "-p /tmp/old/key.pem -c /tmp/old/cert.pem -C /tmp/old/ca.pem";
    const curl =
      "curl --silent --show-error --cacert /tmp/old/ca.pem --cert /tmp/old/cert.pem --key /tmp/old/key.pem";
    const state = `${curl} --no-buffer https://10.200.0.1:6640/v1/hosts/h3/state`;
    await using stream = h3.spawn(["sh", "-c", `${state}; echo the stream ended`]);
    const monitor = `ovsdb-client ${tls} monitor ssl:10.200.0.1:6642 OVN_Southbound SB_Global nb_cfg`;
    await using monitored = h3.spawn(["sh", "-c", `${monitor} 2>&1; echo the monitor ended`]);
    await until("both connections", () => /snapshot/.test(stream.log) && /initial/.test(monitored.log));
    const { stdout } = await h1.run(["fairway", "host", "rm", "h3"]);
    assert.match(stdout, /^host h3 is out of the cluster$/m);
    await until("the open stream to end", () => /the stream ended/.test(stream.log));
    await until("the open monitor to end", () => /the monitor ended/.test(monitored.log));
    const tries: Readonly<Record<string, string>> = {
      API: `${curl} --max-time 5 --fail-with-body https://10.200.0.1:6640/v1/hosts/h3`,
      intent: "ovsdb-client --timeout=5 list-dbs ssl:10.200.0.1:6639 " + tls,
      Northbound: `ovn-nbctl --db=ssl:10.200.0.1:6641 ${tls} --timeout=5 show`,
      Southbound: `ovn-sbctl --db=ssl:10.200.0.1:6642 ${tls} --timeout=5 show`,
    };
    for (const [what, script] of Object.entries(tries)) {
      const { code, stdout, stderr } = await h3.run(["sh", "-c", script], { check: false });
      t.diagnostic(
        `${what}: ${code === 0 ? "served" : "refused"}: ${(stdout + stderr).trim().split("\n").at(-1)}`,
      );
      assert.notEqual(code, 0, what);
    }
    await until("its chassis to be gone", async () => !/\bh3\b/.test(await h1.sh("ovn-sbctl show")));
    await assertRefused(
      h3,
      ["host", "show", "h3"],
      /the cluster has no host with the key of this certificate any more/,
    );
    assert.deepEqual(await cluster.hostsKnown(), ["h1 up", "h2 up"]);
    await assertRefused(h3, line, /^fairway: this center knows no such token: /m);
    assert.match(await h3.sh("fairway leave"), /^h3 is out of the cluster\./);
    await assertRefused(h3, line, /^fairway: this center knows no such token: /m);
    await cluster.join(h3);
    assert.deepEqual(await cluster.hostsKnown(), ["h1 up", "h2 up", "h3 up"]);
  });

  it("M05 what --dns wrote into Docker's configuration goes with the cluster; without it that is advice", async () => {
    await h3.sh("echo nameserver 192.0.2.9 >/etc/resolv.conf");
    const daemon = () => h3.sh("cat /etc/docker/daemon.json 2>/dev/null || true");
    const join = async (...flags: string[]) =>
      (await h3.run(["fairway", ...(await cluster.newLine()), ...flags])).stdout;
    assert.match(await join(), /^So that containers find .* put "dns": \["192\.0\.2\.9"\] into /m);
    assert.equal(await daemon(), "");
    await h3.sh("fairway leave");
    assert.match(
      await join("--dns"),
      /^\/etc\/docker\/daemon\.json names this host's servers \(192\.0\.2\.9\)/m,
    );
    assert.deepEqual(JSON.parse(await daemon()), { dns: ["192.0.2.9"] });
    assert.match(
      await h3.sh("fairway leave"),
      /\nFairway's servers are no longer in "dns" of .* Restart Docker /,
    );
    assert.equal(await daemon(), "");
    assert.equal(await h3.sh(hostSide), "");
  });

  it("M08 while Docker is stopped a host leaves by force alone, and says what Docker keeps", async () => {
    await createNetwork(h1, "blue");
    await hasNetwork(h2, "blue");
    await h2.daemon("dockerd").stop();
    await assertRefused(
      h2,
      ["leave"],
      /^fairway: Docker does not answer: .*; start it first \(systemctl start docker\), or leave with --force: then Docker keeps/m,
    );
    assert.deepEqual(await cluster.hostsKnown(), ["h1 up", "h2 up"]);
    assert.match(
      await h2.sh("fairway leave --force"),
      /^h2 is out of the cluster\.\nDocker did not answer and keeps Fairway's networks, .* remove them: docker network rm /,
    );
    assert.equal(await h2.sh(hostSide), "");
    await h2.daemon("dockerd").start();
    const networks = () => h2.sh("docker network ls --format '{{.Name}}' --filter driver=fairway");
    assert.equal(await networks(), "blue");
    await cluster.join(h2);
    await h2.sh("fairway leave");
    assert.equal(await networks(), "", "the next leave finds it");
  });

  it("M08 where the center does not answer a host leaves by force alone, and says what is left to do there", async () => {
    for (const name of ["blue", "green"]) {
      await createNetwork(h1, name);
      await hasNetwork(h2, name);
    }
    await startContainer(h2, "web", "blue");
    assert.notEqual(await h2.sh(hostSide), "");
    await h1.daemon("fairway").stop();
    await assertRefused(h2, ["leave"], /^fairway: the center does not answer: .*`fairway leave --force`/m);
    assert.equal(
      await h2.sh("fairway leave --force"),
      [
        "h2 is out of the cluster.",
        "The center did not hear of it; there: fairway host rm h2 --dead",
        "Docker keeps blue, green, which nothing serves any more.",
      ].join("\n"),
    );
    assert.equal(await h2.sh(hostSide), "");
    assert.equal(await h2.sh(`ls -d ${hostDirectory} 2>/dev/null || true`), "");
  });
});
