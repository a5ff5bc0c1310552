import assert from "node:assert/strict";
import { after, before, beforeEach, describe, it } from "node:test";
import { configure, leavePlainSouthbound } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { until } from "../../lab/until.ts";
import { assertRefused, hostDirectory, Joining, settingsOf } from "./joining.ts";
import { variant } from "./settings.ts";

const dayMs = 86_400_000;

describe(`hosts of three engines join a center of ${variant} by one line each`, () => {
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

  it("M01 fairway init prints a line; typed on another machine it makes that a host, ready, with TLS both ways", async (t) => {
    const { init, join } = cluster.printed;
    assert.match(init, /^h1 is the center at 10\.200\.0\.1 and a host, ready after /);
    assert.match(join, /^h2 is a host of the center at 10\.200\.0\.1:6640, ready after \d+\.\d s\.$/m);
    t.diagnostic(join.split("\n")[0] ?? "");
    const chassis = (await h1.sh("ovn-sbctl --bare --columns=name list Chassis")).split(/\s+/);
    for (const name of ["h1", "h2"]) assert.ok(chassis.includes(name), name);

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
    const line = await cluster.join(h3);
    const before = await settingsOf(h3);
    await h3.run(["fairway", ...line]);
    await h1.run(["fairway", "init", "--address", h1.address]);
    assert.deepEqual(await settingsOf(h3), before);
    assert.deepEqual(await cluster.hostsKnown(), ["h1 up", "h2 up", "h3 up"]);
    const connections = await h1.sh("ovn-sbctl --bare --columns=target,role list Connection");
    assert.deepEqual(connections.split("\n").filter(Boolean), ["pssl:6639:127.0.0.1", "ovn-controller"]);
  });

  it("a join that was done half is finished by the same line", async () => {
    const line = await cluster.join(h3);
    await h3.daemon("fairway").kill();
    await leavePlainSouthbound(h3);
    await configure(h3, {});
    // Nobody reads a token off the process list that comes by standard input.
    const [, center = "", , token = ""] = line;
    const { stdout } = await h3.run(["fairway", "join", center, "--token", "-"], { input: `${token}\n` });
    assert.match(stdout, /^h3 is a host of the center/);
    assert.equal(await h3.sh("ovn-appctl -t ovn-controller connection-status"), "connected");
    assert.deepEqual(await cluster.hostsKnown(), ["h1 up", "h2 up", "h3 up"]);
  });

  it("A06 a token that is wrong, used, expired or removed is refused, each in its own words", async () => {
    const [, center = "", , token = ""] = await cluster.newLine();
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
    const short = await cluster.newLine("--ttl", "1s");
    await until("the token to expire", async () => / expired /.test(await h1.sh("fairway token ls")));
    await assertRefused(h3, short, /^fairway: this token expired at .* UTC; make another by/m);
    const removed = await cluster.newLine();
    const tokens: readonly { uuid: string }[] = JSON.parse(await h1.sh("fairway token ls -o json"));
    await h1.sh(`fairway token rm ${tokens.at(-1)?.uuid}`);
    await assertRefused(h3, removed, /^fairway: this center knows no such token/m);
    assert.deepEqual(await cluster.hostsKnown(), ["h1 up", "h2 up"]);
  });

  it("another center, a closed port, a taken name, a clock that is off: each is named with its mend, and the token stays good", async () => {
    const line = await cluster.newLine();
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
    assert.match((await h3.run(["fairway", ...line])).stdout, /^h3 is a host of the center/);
  });

  it("M01 a host whose ovn-controller does not run starts it by joining", async () => {
    const line = await cluster.newLine();
    await h3.daemon("ovn-controller").kill();
    const { stdout } = await h3.run(["fairway", ...line]);
    assert.match(stdout, /^h3 is a host of the center/);
    assert.deepEqual(await cluster.hostsKnown(), ["h1 up", "h2 up", "h3 up"]);
    await assertRefused(
      h2,
      [...line, "--name", "h2"],
      /^fairway: this token was used already, by host h3 at /m,
    );
  });

  it("A06 over the network nobody does anything without a certificate that the center gave", async () => {
    await cluster.join(h3);
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
    for (const nouns of ["hosts", "networks", "endpoints", "addresses", "status"])
      assert.match(await curl(own, `${url}/v1/${nouns}`), /\n200$/, nouns);
    assert.match(await curl(own, `${url}/v1/tokens`), /may not GET .*\n403$/s);
    assert.match(await curl(own, `${url}/v1/hosts/h1/state`), /may not GET .*\n403$/s);
    assert.match(await curl(own, "--request DELETE", `${url}/v1/hosts/h1`), /may not DELETE .*\n403$/s);
    assert.match(await curl(own, "--request POST --json '{}'", `${url}/v1/tokens`), /may not POST .*\n403$/s);
  });
});

/** Node with another clock. */
function clockOffBy(ms: number): NodeJS.ProcessEnv {
  const script = `const Real=Date;globalThis.Date=class extends Real{constructor(...a){a.length?super(...a):super(Real.now()+${ms})}static now(){return Real.now()+${ms}}}`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}` };
}
