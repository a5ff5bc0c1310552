import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { configure, initCenter, startFairway } from "../../lab/fairway.ts";
import { busyboxImage, type Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { addressOf, createNetwork, hasNetwork, ping, removeAll, startContainer } from "./docker-network.ts";
import { variant } from "./settings.ts";

describe(`the whole wish in one file, ${variant}`, () => {
  let text: string;
  let lab: Lab | undefined;
  before(async () => {
    text = await exportOfAnother();
  });
  before(async () => {
    lab = await Lab.start({ hosts: 2, variant });
    await startFairway(lab, { docker: { mirror: true } });
  });
  after(() => lab?.[Symbol.asyncDispose]());

  const write = (host: Host, text: string) => writeFile(join(host.rootPath, "root/net.yaml"), text);
  const refusedBy = async (host: Host, ...command: string[]) => {
    const { code, stderr } = await host.run(command, { check: false });
    assert.notEqual(code, 0, command.join(" "));
    return stderr;
  };

  /** What a cluster of one host exports: networks of its API and of its engine, and what is on them. */
  async function exportOfAnother(): Promise<string> {
    await using first = await Lab.start({ hosts: 1, variant });
    const h1 = first.host("h1");
    await configure(h1, { docker: { mirror: true } });
    await initCenter(h1);
    await until("the host to be known", async () => {
      const { code } = await h1.run(["fairway", "host", "show", "h1"], { check: false });
      return code === 0;
    });
    await h1.sh(`fairway physical-network create office --type vlan --range 1000-1030
      fairway network create blue --subnet 10.1.0.0/24 --ip-range 10.1.0.128/25 --label team=web --mtu 1400
      fairway network create wired --subnet 10.3.0.0/24 -o physicalnetwork=office -o vlanid=1005
      fairway address reserve blue 10.1.0.9 --note printer --label room=4
      fairway port create blue --name vm1 --ip 10.1.0.50 --label owner=ann
      fairway network create green --subnet 10.4.0.0/24
      fairway router create between --label floor=2
      fairway router attach between blue
      fairway router attach between green
      fairway principal create ci --role viewer --expires 30d`);
    await createNetwork(h1, "docked", "--subnet", "10.7.0.0/24", "--label", "made=there");
    await createNetwork(h1, "private", "--subnet", "10.8.0.0/24", "-o", "scope=host");
    await until("the engine's networks to have their names", async () => {
      const listed = await h1.sh("fairway network ls");
      return /^docked /m.test(listed) && /^private@h1 /m.test(listed);
    });
    const text = await h1.sh("fairway export");
    assert.doesNotMatch(text, /private|10\.8\.0\.0/);
    await write(h1, text);
    assert.match(await h1.sh("fairway apply -f /root/net.yaml --prune"), /^nothing to do: 9 documents/);
    return text;
  }

  it("A08 what one cluster exports makes an empty one the same: containers on two hosts reach each other, and the second time changes nothing", async () => {
    assert.ok(lab);
    const [h1, h2] = [lab.host("h1"), lab.host("h2")];
    await createNetwork(h2, "own", "--subnet", "10.99.0.0/24");
    await hasNetwork(h1, "own");
    await write(h1, text);
    const plan = await h1.sh("fairway apply -f /root/net.yaml --plan");
    assert.match(plan, /^\+ network blue$/m);
    assert.match(plan, /^9 to create, 0 to change, 0 to remove; 0 documents say/m);
    assert.doesNotMatch(await h1.sh("fairway network ls"), /blue/);
    const done = await h1.sh("fairway apply -f /root/net.yaml");
    assert.match(done, /^created principal ci: its token, which nothing shows again: fwp_/m);
    for (const host of [h1, h2]) for (const name of ["blue", "docked", "green"]) await hasNetwork(host, name);
    await startContainer(h1, "web", "blue");
    await startContainer(h2, "db", "blue");
    await startContainer(h2, "there", "docked");
    await startContainer(h2, "far", "green");
    const [web, db] = [await addressOf(h1, "web"), await addressOf(h2, "db")];
    for (const ip of [web, db]) assert.match(ip, /^10\.1\.0\.1[23]\d$/);
    assert.match(await addressOf(h2, "there"), /^10\.7\.0\./);
    await until("an answer", async () => (await ping(h1, "web", db).catch(() => "")) !== "");
    await ping(h2, "db", web);
    const far = await addressOf(h2, "far");
    const isFar = async () => (await ping(h1, "web", far).catch(() => "")) === "";
    await until("an answer by the router", async () => !(await isFar()));
    assert.match(
      await refusedBy(h2, "docker", "run", "--network", "blue", "--ip", "10.1.0.9", busyboxImage, "true"),
      /10\.1\.0\.9 is already in use by the reservation "printer"/,
    );
    const [, id] = /^id: (\S+)$/m.exec(text) ?? [];
    assert.match(await h1.sh("fairway port show vm1"), new RegExp(`^iface-id: +${id}$`, "m"));

    const before = await h1.sh("fairway export");
    assert.match(await h1.sh("fairway apply -f /root/net.yaml"), /^nothing to do: 9 documents/);
    assert.equal(await h1.sh("fairway export"), before);

    // A change of one document, and one that nobody says any more.
    const documents = before
      .split(/^---\n/m)
      .filter((each) => !/name: (vm1|wired|office|between)$/m.test(each));
    await write(h1, documents.join("---\n").replace("team: web", "team: ops"));
    const changed = await h1.sh("fairway apply -f /root/net.yaml --prune");
    for (const line of [
      "~ network blue",
      '    labels: {"team":"web"} → {"team":"ops"}',
      "- port vm1",
      "- network wired",
      "- router between",
      "removed network wired",
      "removed physical network office",
      "removed router between",
    ])
      assert.ok(changed.split("\n").includes(line), `${line}\n\n${changed}`);
    await ping(h1, "web", db);
    await until("the networks to be apart", isFar);
    const left = await h1.sh("fairway network ls");
    for (const name of ["blue", "docked", "own"]) assert.match(left, new RegExp(`^${name} `, "m"));
    await removeAll(h1, ["web"], []);
    await removeAll(h2, ["db", "far", "there"], []);
  });
});
