import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { eventually } from "../../lab/eventually.ts";
import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { uplinkName } from "../../packages/fairway/src/agent/ports/interface-names.ts";
import { type Breakage, breakages, breakagesOfJoinedHost } from "./breakages.ts";
import { createNetwork, hasNetwork, startContainer } from "./docker-network.ts";
import { doctorSays, examine } from "./doctor-says.ts";
import { variant } from "./settings.ts";

/** A lab's datapath, in userspace, is slower and past the machine's firewall; and its hosts have no name server: usual-name-server.test.ts has. */
const ofTheLab: readonly string[] = ["datapath", "tunnel port", "names"];

/** What is not as it should be, in short. */
async function troubles(host: Host, ...flags: string[]): Promise<readonly string[]> {
  const found = (await examine(host, ...flags)).filter(
    ({ check, state }) => (state === "warn" || state === "fail") && !ofTheLab.includes(check),
  );
  return found.map(({ check, state, seen, mend }) => `${state} ${check}: ${seen} → ${mend}`);
}

/** Waits until doctor names one trouble and no other. */
function oneTrouble(host: Host, named: RegExp, ...flags: string[]): Promise<void> {
  return eventually(
    () => troubles(host, ...flags),
    ([trouble = "", ...others]) => {
      assert.match(trouble, named);
      assert.deepEqual(others, []);
    },
  );
}

/** Waits until doctor names no trouble. */
function isWell(host: Host): Promise<void> {
  return eventually(
    () => troubles(host),
    (found) => assert.deepEqual(found, []),
  );
}

/** A test that doctor names something broken, and nothing else. */
function namesIt({ what, breaks, mends, named }: Breakage, hostOf: () => Host): void {
  it(`O03 ${what}: doctor names it and its mend, and nothing else`, async () => {
    const host = hostOf();
    await breaks(host);
    try {
      await oneTrouble(host, named);
    } finally {
      await mends(host);
    }
    await isWell(host);
  });
}

describe(`fairway doctor beside the engine of ${variant}`, () => {
  let lab: Lab;
  let h1: Host;

  before(async () => {
    lab = await Lab.start({ hosts: 1, variant });
    h1 = lab.host("h1");
    await startFairway(lab);
    await createNetwork(h1, "blue");
    await startContainer(h1, "web", "blue");
  });
  after(() => lab[Symbol.asyncDispose]());

  it("O03 a healthy machine: every check is ok, but for the datapath that the lab has, and the name server that it lacks", async () => {
    await eventually(
      async () => (await examine(h1)).map(({ check, state }) => `${state} ${check}`),
      (found) =>
        assert.deepEqual(
          found.filter((line) => !line.startsWith("ok ")),
          ["warn datapath", "warn names"],
        ),
    );
    const { stdout } = await h1.run(["fairway", "doctor"]);
    assert.match(stdout, /^ok {4}ovn-northd +version .*, active$/m);
    assert.match(stdout, /Nothing fails, 2 warnings\.\n$/);
  });

  for (const breakage of breakages) namesIt(breakage, () => h1);

  it("O03 a network whose way out cannot be made is one: doctor and its status say why, and the others' ways go on", async () => {
    await createNetwork(h1, "red");
    const { uuid } = JSON.parse(await h1.sh("fairway -o json network show red"));
    const name = uplinkName({ kind: "uplink", network: uuid });
    await h1.sh(`ovs-vsctl add-port br-int ${name} -- set Interface ${name} type=internal`);
    try {
      await startContainer(h1, "lost", "red");
      await oneTrouble(
        h1,
        /^fail host's parts: network .*the way out: A foreign port of Open vSwitch is in the way/,
      );
      await until("the network's status", async () =>
        /on h1: the way out: A foreign port of Open vSwitch/.test(await h1.sh("fairway network ls")),
      );
      await startContainer(h1, "found", "blue", "--publish", "8088:80");
      await h1.docker("exec", "found", "ping", "-c", "1", "-W", "3", h1.address);
    } finally {
      await h1.sh(`ovs-vsctl --if-exists del-port br-int ${name}`);
    }
    await isWell(h1);
    await h1.docker("exec", "lost", "ping", "-c", "1", "-W", "3", h1.address);
    assert.doesNotMatch(await h1.sh("fairway network ls"), /on h1/);
  });

  it("O03 a wrong configuration is named, and the rest is looked at with the defaults", async () => {
    await h1.sh("printf 'log:\\n  level: loud\\n' >/tmp/wrong.yaml");
    await oneTrouble(
      h1,
      /^fail configuration: \/tmp\/wrong\.yaml:2:10: log\.level must be one of/,
      "-c",
      "/tmp/wrong.yaml",
    );
  });
});

describe(`fairway doctor where nothing runs, ${variant}`, () => {
  it("O03 on a machine where nothing runs doctor says so at once", async () => {
    await using lab = await Lab.start({ hosts: 1, variant });
    const h1 = lab.host("h1");
    await startFairway(lab);
    for (const name of ["fairway", "dockerd", "ovn-controller", "ovs-vswitchd", "ovsdb-server"] as const)
      await h1.daemon(name).kill();
    const failing = (await examine(h1)).filter(({ state }) => state === "fail").map(({ check }) => check);
    assert.deepEqual(failing, [
      "fairway",
      "docker",
      "Open vSwitch database",
      "ovs-vswitchd",
      "ovn-controller",
    ]);
  });
});

describe(`fairway doctor on a host whose center is elsewhere, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant });
    [h1, h2] = [lab.host("h1"), lab.host("h2")];
    await startFairway(lab);
    await createNetwork(h1, "blue");
    await hasNetwork(h2, "blue");
  });
  after(() => lab[Symbol.asyncDispose]());

  it("O03 a healthy pair: nothing to complain of on either", async () => {
    for (const host of [h1, h2]) await isWell(host);
    const names = (await examine(h2)).map(({ check }) => check);
    for (const name of ["certificates", "clock"]) assert.ok(names.includes(name), `${name} is looked at`);
    assert.ok(!names.includes("OVN Northbound"), "what a center has is not looked at elsewhere");
  });

  for (const breakage of breakagesOfJoinedHost) namesIt(breakage, () => h2);

  it("O03 the center is away: doctor names it, and nothing else", async () => {
    await h1.daemon("fairway").kill();
    await oneTrouble(h2, /^fail center: .*https:\/\/10\.200\.0\.1:6640/);
    await h1.daemon("fairway").start();
    await isWell(h2);
  });

  it("O03 a certificate of another authority: doctor names its file", async () => {
    await h2.sh(`cd /var/lib/fairway/host; cp cert.pem cert.good; cp key.pem key.good
      openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj '/CN=h2' \
        -keyout key.pem -out cert.pem 2>/dev/null`);
    await doctorSays(h2, /^fail +certificates +.*cert\.pem was not given by the authority/m);
    await h2.sh("cd /var/lib/fairway/host; mv cert.good cert.pem; mv key.good key.pem");
    await isWell(h2);
  });
});
