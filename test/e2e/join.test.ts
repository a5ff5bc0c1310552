import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { after, before, describe, it } from "node:test";
import type { CommandResult } from "../../lab/command.ts";
import { configure, leavePlainSouthbound } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { createNetwork, hasNetwork, removeAll, startContainer } from "./docker-network.ts";
import { variant } from "./settings.ts";

/** What `fairway init` and `fairway token create` print. */
const joinLine = /^ *fairway join (\S+) --token (\S+)$/m;

const dayMs = 86_400_000;

const hostDirectory = "/var/lib/fairway/host";

describe(`hosts of three engines join a center of ${variant} by one line each`, { timeout: 300_000 }, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;
  let h3: Host;
  let line: readonly string[];
  /** The token by which h2 joined. */
  let used: string;

  before(async () => {
    lab = await Lab.start({
      variant,
      hosts: [
        { name: "h1", center: true },
        { name: "h2", variant: "debian13" },
        { name: "h3", variant: "docker28" },
      ],
    });
    [h1, h2, h3] = [lab.host("h1"), lab.host("h2"), lab.host("h3")];
    for (const host of lab.hosts) await configure(host, {});
    for (const host of [h2, h3]) await leavePlainSouthbound(host);
  });
  after(() => lab[Symbol.asyncDispose]());

  /** The words of the line that makes another machine a host. */
  async function newLine(...flags: string[]): Promise<readonly string[]> {
    return wordsOf(await h1.sh(["fairway token create", ...flags].join(" ")));
  }

  function wordsOf(printed: string): readonly string[] {
    const [, center, token] = joinLine.exec(printed) ?? [];
    assert.ok(center !== undefined && token !== undefined, printed);
    return ["join", center, "--token", token];
  }

  const fairway = (
    host: Host,
    words: readonly string[],
    env: NodeJS.ProcessEnv = {},
  ): Promise<CommandResult> => host.run(["fairway", ...words], { check: false, env });

  async function assertRefused(
    host: Host,
    words: readonly string[],
    message: RegExp,
    env: NodeJS.ProcessEnv = {},
  ): Promise<void> {
    const { code, stderr } = await fairway(host, words, env);
    assert.equal(code, 1, stderr);
    assert.match(stderr, message);
  }

  async function hostsKnown(): Promise<readonly string[]> {
    const hosts: readonly { name: string; state: string }[] = JSON.parse(
      await h1.sh("fairway host ls -o json"),
    );
    return hosts.map(({ name, state }) => `${name} ${state}`);
  }

  it("M01 fairway init prints a line; typed on another machine it makes that a host, ready, with TLS both ways", async (t) => {
    const { stdout } = await h1.run(["fairway", "init", "--address", h1.address]);
    assert.match(stdout, /^h1 is a center at 10\.200\.0\.1, and a host, after /);
    line = wordsOf(stdout);
    const joined = await h2.run(["fairway", ...line]);
    assert.match(
      joined.stdout,
      /^h2 is a host of the center at 10\.200\.0\.1:6640, ready after \d+\.\d s\.$/m,
    );
    t.diagnostic(joined.stdout.split("\n")[0] ?? "");
    assert.deepEqual(await hostsKnown(), ["h1 up", "h2 up"]);
    assert.deepEqual((await h1.sh("ovn-sbctl --bare --columns=name list Chassis")).split(/\s+/).sort(), [
      "h1",
      "h2",
      "h3",
    ]);

    const remote = await h2.sh("ovs-vsctl get open_vswitch . external_ids:ovn-remote");
    assert.equal(remote, '"ssl:10.200.0.1:6642"');
    assert.equal(await h2.sh("ovn-appctl -t ovn-controller connection-status"), "connected");
    const subject = await h2.sh(
      `openssl x509 -in ${hostDirectory}/cert.pem -noout -subject -ext subjectAltName`,
    );
    assert.match(subject, /CN ?= ?h2\b/);
    assert.match(subject, /DNS:h2\b/);
    assert.equal(await h2.sh(`stat -c '%a %U' ${hostDirectory}/key.pem`), "600 root");
  });

  it("nothing listens off the machine without TLS, but for the lab's own plain port", async () => {
    const sockets = await h1.sh("ss --listening --tcp --numeric --no-header | awk '{print $4}'");
    const offMachine = sockets.split("\n").filter((each) => !/^(127\.|\[::1\])/.test(each));
    assert.deepEqual(offMachine.sort(), ["0.0.0.0:16642", "10.200.0.1:6640", "10.200.0.1:6642"]);
    for (const port of [6640, 6642]) {
      const { code } = await h2.run(
        ["curl", "--silent", "--max-time", "5", `http://10.200.0.1:${port}/v1/status`],
        { check: false },
      );
      assert.notEqual(code, 0, `${port} answers in clear text`);
      await h2.sh(`openssl s_client -connect 10.200.0.1:${port} -CAfile ${hostDirectory}/ca.pem -verify_return_error \
        -cert ${hostDirectory}/cert.pem -key ${hostDirectory}/key.pem </dev/null`);
    }
  });

  it("the same lines once more change nothing", async () => {
    const before = await settingsOf(h2);
    await h2.run(["fairway", ...line]);
    used = line[3] ?? "";
    const { stdout } = await h1.run(["fairway", "init", "--address", h1.address]);
    line = wordsOf(stdout);
    assert.deepEqual(await settingsOf(h2), before);
    assert.deepEqual(await hostsKnown(), ["h1 up", "h2 up"]);
    const connections = await h1.sh("ovn-sbctl --bare --columns=target,role list Connection");
    assert.deepEqual(connections.split("\n").filter(Boolean), ["pssl:6642:10.200.0.1", "ovn-controller"]);
  });

  it("a join that was done half is finished by the same line", async () => {
    await h2.daemon("fairway").kill();
    await leavePlainSouthbound(h2);
    await configure(h2, {});
    const words = ["join", h1.address, "--token", used];
    assert.match((await h2.run(["fairway", ...words])).stdout, /^h2 is a host of the center/);
    assert.equal(await h2.sh("ovn-appctl -t ovn-controller connection-status"), "connected");
    assert.deepEqual(await hostsKnown(), ["h1 up", "h2 up"]);
  });

  it("A06 a token that is wrong, used, expired or removed is refused, each in its own words", async () => {
    const [, center = "", , token = ""] = line;
    const [role, authority, secret = ""] = token.split(".");
    const other = ["join", center, "--token", `${role}.${authority}.${secret.slice(1)}x`];
    await assertRefused(
      h3,
      other,
      /^fairway: this center knows no such token: .*`fairway token create` on the center$/m,
    );
    await assertRefused(
      h3,
      ["join", center, "--token", token.slice(0, -1)],
      /is not a whole token; it must be copied as/,
    );
    const short = await newLine("--ttl", "1s");
    await until("the token to expire", async () => / expired /.test(await h1.sh("fairway token ls")));
    await assertRefused(h3, short, /^fairway: this token expired at .* UTC; make another by/m);
    const removed = await newLine();
    const tokens: readonly { uuid: string }[] = JSON.parse(await h1.sh("fairway token ls -o json"));
    await h1.sh(`fairway token rm ${tokens.at(-1)?.uuid}`);
    await assertRefused(h3, removed, /^fairway: this center knows no such token/m);
    assert.deepEqual(await hostsKnown(), ["h1 up", "h2 up"]);
  });

  it("another center, a closed port, a taken name, a clock that is off: each is named with its mend, and the token stays good", async () => {
    const [, , , token = ""] = line;
    const [role, authority = "", secret] = token.split(".");
    const foreign = `${role}.${authority.slice(1)}x.${secret}`;
    await assertRefused(
      h3,
      ["join", h1.address, "--token", foreign],
      /^fairway: 10\.200\.0\.1:6640 is not the center that made this token: .* Nothing was sent to it/m,
    );
    await assertRefused(
      h3,
      ["join", `${h1.address}:6999`, "--token", token],
      /^fairway: cannot reach the center at 10\.200\.0\.1:6999: nobody listens on that port; was `fairway init` run there/m,
    );
    await assertRefused(
      h3,
      [...line, "--name", "h2"],
      /^fairway: there is a host h2 already; join with another name \(--name\), or, .*`fairway host rm h2`/m,
    );
    await assertRefused(
      h3,
      line,
      /^fairway: this machine's clock is 864\d\d s ahead of the center's.*timedatectl/m,
      clockOffBy(dayMs),
    );
    await assertRefused(
      h3,
      line,
      /^fairway: the center's certificate is valid from .* and this machine's clock says .*timedatectl/m,
      clockOffBy(-dayMs),
    );
    await h3.sh("ovs-vsctl set open_vswitch . 'external_ids:ovn-remote=\"tcp:192.0.2.1:6642\"'");
    await assertRefused(
      h3,
      line,
      /^fairway: Open vSwitch's external_ids:ovn-remote is "tcp:192\.0\.2\.1:6642" and must be .*ovs-vsctl remove/m,
    );
    await leavePlainSouthbound(h3);
  });

  it("M01 a host whose ovn-controller does not run starts it by joining", async () => {
    await h3.daemon("ovn-controller").kill();
    const { stdout } = await h3.run(["fairway", ...line]);
    assert.match(stdout, /^h3 is a host of the center/);
    assert.deepEqual(await hostsKnown(), ["h1 up", "h2 up", "h3 up"]);
    await assertRefused(
      h2,
      [...line, "--name", "h2"],
      /^fairway: this token was used already, by host h3 at /m,
    );
  });

  it("A06 over the network nobody does anything without a certificate that the center gave", async () => {
    await h3.sh(`cd /tmp; openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj '/CN=h2' \
      -addext subjectAltName=DNS:h2 -keyout foreign.key -out foreign.pem 2>/dev/null`);
    const curl = (...flags: string[]) =>
      h3.sh(
        ["curl --silent --cacert", `${hostDirectory}/ca.pem`, "--write-out '\\n%{http_code}'", ...flags].join(
          " ",
        ),
      );
    const url = "https://10.200.0.1:6640";
    assert.match(await curl(`${url}/v1/status`), /this center knows hosts by their certificate.*\n401$/s);
    assert.match(
      await curl("--cert /tmp/foreign.pem --key /tmp/foreign.key", `${url}/v1/hosts/h2`),
      /not given by this cluster's authority.*\n401$/s,
    );
    const own = `--cert ${hostDirectory}/cert.pem --key ${hostDirectory}/key.pem`;
    assert.match(await curl(own, `${url}/v1/hosts/h3`), /\n200$/);
    assert.match(await curl(own, `${url}/v1/hosts/h2`), /may not GET .*\n403$/s);
    assert.match(await curl(own, `${url}/v1/networks`), /may not GET .*\n403$/s);
    assert.match(await curl(own, "--request POST --json '{}'", `${url}/v1/tokens`), /may not POST .*\n403$/s);
  });

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
    assert.deepEqual(await hostsKnown(), ["h1 up", "h2 up", "h3 up"]);
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
    const [before, sslBefore] = await settingsOf(h3);
    await createNetwork(h3, "blue");
    await startContainer(h3, "web", "blue");
    await assertRefused(
      h3,
      ["leave"],
      /^fairway: this host still has 1 endpoints on Fairway's networks; remove their containers/m,
    );
    await removeAll(h3, ["web"], []);
    await hasNetwork(h1, "blue");
    await createNetwork(h1, "green");
    await hasNetwork(h3, "green");
    assert.equal(await h3.sh("fairway leave"), "h3 is out of the cluster.");
    assert.deepEqual(await hostsKnown(), ["h1 up", "h2 up"]);
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
    const { settings }: { settings: readonly { key: string; from: string }[] } = JSON.parse(
      await h3.sh("fairway config check -o json"),
    );
    const set = settings.filter(({ from }) => from !== "default").map(({ key }) => key);
    assert.deepEqual(set, ["log.level", "log.format"], "the configuration is as it was before");
    assert.equal(await h3.sh("fairway leave"), "This machine is no host of any cluster.");
    await h3.run(["fairway", ...(await newLine())]);
    assert.deepEqual(await hostsKnown(), ["h1 up", "h2 up", "h3 up"]);
  });

  it("M08 with a removed host's key the API, the databases and the Southbound each refuse", async (t) => {
    await h2.sh(`cp -r ${hostDirectory} /tmp/old`);
    const tls = "-p /tmp/old/key.pem -c /tmp/old/cert.pem -C /tmp/old/ca.pem";
    const curl =
      "curl --silent --show-error --cacert /tmp/old/ca.pem --cert /tmp/old/cert.pem --key /tmp/old/key.pem";
    const state = `${curl} --no-buffer https://10.200.0.1:6640/v1/hosts/h2/state`;
    await using stream = h2.spawn(["sh", "-c", `${state}; echo the stream ended`]);
    const monitor = `ovsdb-client ${tls} monitor ssl:10.200.0.1:6642 OVN_Southbound SB_Global nb_cfg`;
    await using monitored = h2.spawn(["sh", "-c", `${monitor} 2>&1; echo the monitor ended`]);
    await until("both connections", () => /snapshot/.test(stream.log) && /initial/.test(monitored.log));
    const { stdout } = await h1.run(["fairway", "host", "rm", "h2"]);
    assert.match(stdout, /^host h2 is out of the cluster$/m);
    await until("the open stream to end", () => /the stream ended/.test(stream.log));
    // Its packets are refused from now on; the monitor ends when it next has something to say or to hear.
    await until("the open monitor to end", async () => {
      await h1.sh("ovn-nbctl --wait=sb sync");
      return /the monitor ended/.test(monitored.log);
    });
    const tries: Readonly<Record<string, string>> = {
      API: `${curl} --max-time 5 --fail-with-body https://10.200.0.1:6640/v1/hosts/h2`,
      intent: "ovsdb-client --timeout=5 list-dbs ssl:10.200.0.1:6639 " + tls,
      Northbound: `ovn-nbctl --db=ssl:10.200.0.1:6641 ${tls} --timeout=5 show`,
      Southbound: `ovn-sbctl --db=ssl:10.200.0.1:6642 ${tls} --timeout=5 show`,
    };
    for (const [what, script] of Object.entries(tries)) {
      const { code, stdout, stderr } = await h2.run(["sh", "-c", script], { check: false });
      t.diagnostic(
        `${what}: ${code === 0 ? "served" : "refused"}: ${(stdout + stderr).trim().split("\n").at(-1)}`,
      );
      assert.notEqual(code, 0, what);
    }
    await until("its chassis to be gone", async () => !/\bh2\b/.test(await h1.sh("ovn-sbctl show")));
    await assertRefused(
      h2,
      ["host", "show", "h2"],
      /the cluster has no host with the key of this certificate any more/,
    );
    assert.deepEqual(await hostsKnown(), ["h1 up", "h3 up"]);
    await assertRefused(
      h2,
      ["join", h1.address, "--token", used],
      /^fairway: this center knows no such token: /m,
    );
    assert.match(await h2.sh("fairway leave"), /^h2 is out of the cluster\./);
    await assertRefused(
      h2,
      ["join", h1.address, "--token", used],
      /^fairway: this center knows no such token: /m,
    );
    await h2.run(["fairway", ...(await newLine())]);
    assert.deepEqual(await hostsKnown(), ["h1 up", "h2 up", "h3 up"]);
  });

  it("M08 where the center does not answer a host leaves by force alone, and says what is left to do there", async () => {
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
    assert.equal(await h2.sh(`ls -d ${hostDirectory} 2>/dev/null || true`), "");
    await h1.daemon("fairway").start();
  });
});

/** What this machine's Open vSwitch says of the cluster, and its TLS files. */
async function settingsOf(host: Host): Promise<readonly [Readonly<Record<string, string>>, string]> {
  const json = await host.sh("ovs-vsctl --format=json --columns=external_ids list Open_vSwitch");
  const { data }: { data: [[["map", [string, string][]]]] } = JSON.parse(json);
  return [Object.fromEntries(data[0][0][1]), await host.sh("ovs-vsctl get-ssl")];
}

/** Node with another clock. */
function clockOffBy(ms: number): NodeJS.ProcessEnv {
  const script = `const Real=Date;globalThis.Date=class extends Real{constructor(...a){a.length?super(...a):super(Real.now()+${ms})}static now(){return Real.now()+${ms}}}`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}` };
}
