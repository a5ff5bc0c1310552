import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { askName, nameServer } from "./ask.ts";
import {
  addressOf,
  createNetwork,
  hasNetwork,
  ping,
  removeAll,
  removeNetworks,
  startContainer,
} from "./docker-network.ts";
import { variant } from "./settings.ts";

const dockersOwn = "127.0.0.11";
const [NOERROR, SERVFAIL, NXDOMAIN] = [0, 2, 3];

describe(`names, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant });
    [h1, h2] = [lab.host("h1"), lab.host("h2")];
    // As `fairway init` offers it: every container of this engine asks Fairway for what Docker does not know.
    await h2.sh(`mkdir -p /etc/docker; echo '{"dns":["${nameServer}"]}' >/etc/docker/daemon.json`);
    await h2.daemon("dockerd").stop();
    await h2.daemon("dockerd").start();
    await startFairway(lab);
  });
  after(() => lab[Symbol.asyncDispose]());
  afterEach(async () => {
    for (const host of [h1, h2]) await removeAll(host, ["web", "db", "spy"], []);
    await removeNetworks(h1, "blue", "red");
  });

  const shared = async () => {
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    await hasNetwork(h2, "blue");
  };
  const pingByName = (host: Host, from: string, name: string) =>
    until(`an answer from ${name}`, async () => (await ping(host, from, name).catch(() => "")) !== "");

  it("D01 containers of one engine ping each other by name", async () => {
    await createNetwork(h1, "blue");
    await startContainer(h1, "web", "blue");
    await startContainer(h1, "db", "blue");
    await ping(h1, "db", "web");
    await ping(h1, "web", "db");
  });

  it("M05 a container of another host is found by name, alias, short id and name.network, both ways", async () => {
    await shared();
    const id = await startContainer(h1, "web", "blue", "--network-alias", "www", "--dns", nameServer);
    await startContainer(h2, "db", "blue", "--network-alias", "store");
    const [web, db] = [await addressOf(h1, "web"), await addressOf(h2, "db")];
    for (const name of ["web", "www", id.slice(0, 12), "web.blue"]) await pingByName(h2, "db", name);
    for (const name of ["db", "store"]) await pingByName(h1, "web", name);
    const found = { rcode: NOERROR, data: [web], edns: false };
    assert.deepEqual(await askName(h2, "db", dockersOwn, "www", "A"), found);
    assert.deepEqual(await askName(h2, "db", nameServer, "www", "A", "tcp"), found);
    assert.deepEqual(await askName(h2, "db", nameServer, "WWW", "A", "edns"), { ...found, edns: true });
    assert.deepEqual(await askName(h2, "db", dockersOwn, "www", "A", "tcp"), found);
    const backwards = await askName(
      h2,
      "db",
      nameServer,
      `${web.split(".").toReversed().join(".")}.in-addr.arpa`,
      "PTR",
    );
    assert.deepEqual(backwards, { rcode: NOERROR, data: ["web.blue"], edns: false });

    assert.equal((await askName(h2, "db", nameServer, "nosuch", "A")).rcode, NXDOMAIN);
    await h1.docker("rm", "--force", "web");
    await until(
      "the name to be gone",
      async () => (await askName(h2, "db", nameServer, "www", "A")).rcode === NXDOMAIN,
    );
    assert.notEqual(db, web);
  });

  it("M05 nobody else is asked, and waited for, about what a container's name has not", async () => {
    await shared();
    await startContainer(h1, "web", "blue");
    await startContainer(h2, "db", "blue");
    await pingByName(h2, "db", "web");
    // The host's own server hears every question and never answers.
    await using _silent = h2.spawn(["socat", "-u", `UDP4-RECV:53,bind=${h2.address}`, "CREATE:/tmp/asked"]);
    await until("the server", async () => (await h2.sh("cat /proc/net/udp")).includes(":0035 "));
    await h2.sh(`echo nameserver ${h2.address} >/etc/resolv.conf`);
    try {
      for (const server of [nameServer, dockersOwn])
        assert.deepEqual(await askName(h2, "db", server, "web", "AAAA"), {
          rcode: NOERROR,
          data: [],
          edns: false,
        });
      const asked = () => h2.sh("tr -cd 'a-z' </tmp/asked");
      assert.equal(await asked(), "");
      assert.equal((await askName(h2, "db", nameServer, "elsewhere.example", "A")).rcode, SERVFAIL);
      assert.match(await asked(), /elsewhere/);
    } finally {
      await h2.sh(": >/etc/resolv.conf");
    }
  });

  it("M05 names of other networks are not told, although their addresses are the same", async () => {
    await shared();
    await createNetwork(h2, "red", "--subnet", "10.1.0.0/24");
    await startContainer(h1, "web", "blue");
    await startContainer(h2, "db", "blue");
    const { stdout: address } = await h2.run([
      "docker",
      "inspect",
      "--format",
      "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}",
      "db",
    ]);
    await startContainer(h2, "spy", "red", "--ip", address.trim());
    await pingByName(h2, "db", "web");
    for (const name of ["web", "web.blue"])
      assert.deepEqual((await askName(h2, "spy", nameServer, name, "A")).data, []);
    assert.deepEqual((await askName(h2, "db", nameServer, "spy", "A")).data, []);
  });

  it("names that were asked for stay known while the center is away", async () => {
    await shared();
    await startContainer(h1, "web", "blue");
    await startContainer(h2, "db", "blue");
    await pingByName(h2, "db", "web");
    await h1.daemon("fairway").kill();
    const web = await addressOf(h1, "web");
    for (let round = 0; round < 3; round++)
      assert.deepEqual((await askName(h2, "db", nameServer, "web", "A")).data, [web]);
    await h1.daemon("fairway").start();
  });
});
