import assert from "node:assert/strict";
import { resolve } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { askName } from "./ask.ts";
import {
  addressOf,
  createNetwork,
  hasNetwork,
  ping,
  removeAll,
  removeNetworks,
  startContainer,
} from "./docker-network.ts";
import { checkSays } from "./doctor-says.ts";
import { hasDocker28, variant } from "./settings.ts";

const checkout = resolve(import.meta.dirname, "../..");
const dockersOwn = "127.0.0.11";
/** A name server that no host is configured with. */
const other = "10.200.0.253";
/** Engines whose resolver asks from the host, unless they are told a server. */
const asksFromHost = hasDocker28;

describe(`names with nothing but the usual name server, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;
  let usual: string;

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant, outside: true });
    [h1, h2] = [lab.host("h1"), lab.host("h2")];
    usual = lab.outside.address;
    const program = `${checkout}/packages/fairway/test/agent/names/own-address-server.ts`;
    await lab.outside.sh(`ip address add ${other}/32 dev lo`);
    const server = lab.outside.spawn([`${checkout}/node_modules/node/bin/node`, program, usual, other]);
    await until("the usual name server", async () => server.log.includes("serving"));
    for (const host of [h1, h2]) {
      await host.sh(`echo nameserver ${usual} >/etc/resolv.conf`);
      if (!asksFromHost) continue;
      await host.sh(`mkdir -p /etc/docker; echo '{"dns":["${usual}"]}' >/etc/docker/daemon.json`);
      await host.daemon("dockerd").stop();
      await host.daemon("dockerd").start();
    }
    await startFairway(lab);
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    await hasNetwork(h2, "blue");
    await startContainer(h1, "web", "blue", "--network-alias", "www");
  });
  after(() => lab[Symbol.asyncDispose]());
  afterEach(async () => {
    await removeAll(h2, ["db", "plain", "red1", "own"], []);
    await removeAll(h1, ["shop"], []);
    await removeNetworks(h1, "red", "green");
  });

  const asks = async (container: string, name: string, ...how: string[]) =>
    (await askName(h2, container, dockersOwn, name, "A", ...how)).data;

  it("M05 a container of another host is found by Docker's resolver; all else is answered by the usual server", async () => {
    await startContainer(h2, "db", "blue");
    const web = await addressOf(h1, "web");
    for (const name of ["web", "www", "web.blue"])
      await until(`the name ${name}`, async () => (await asks("db", name))?.join() === web);
    await until("an answer from web", async () => (await ping(h2, "db", "web").catch(() => "")) !== "");
    assert.deepEqual(await asks("db", "web", "tcp"), [web]);
    assert.deepEqual(await asks("db", "elsewhere.example"), [usual]);
    assert.deepEqual(await asks("db", "elsewhere.example", "tcp"), [usual]);
    assert.deepEqual((await askName(h2, "db", usual, "web", "A")).data, [web], "asked by itself");
  });

  it("M05 a container with a name server of its own finds containers of other hosts, too; nobody else does by that one", async () => {
    await startContainer(h2, "db", "blue");
    const asked = async (container: string, name: string) =>
      (await askName(h2, container, other, name, "A")).data?.join();
    assert.equal(await asked("db", "web"), other, "nobody is configured with it");
    await startContainer(h2, "own", "blue", "--dns", other);
    const web = await addressOf(h1, "web");
    await until("the name", async () => (await asks("own", "web"))?.join() === web);
    assert.deepEqual(await asks("own", "elsewhere.example"), [other]);
    await removeAll(h2, ["own"], []);
    await until("the server to be nobody's again", async () => (await asked("db", "web")) === other);
  });

  it("M05 what is not on a network of Fairway's asks as it always did, and hears of no container", async () => {
    await h2.docker("run", "--detach", "--name", "plain", "busybox:lab", "sleep", "10000");
    assert.deepEqual((await askName(h2, "plain", usual, "web", "A")).data, [usual]);
    await createNetwork(h2, "red", "--subnet", "10.2.0.0/24");
    await startContainer(h2, "red1", "red");
    assert.deepEqual(
      (await askName(h2, "red1", usual, "web", "A")).data,
      [usual],
      "web is on another network",
    );
  });

  it("M05 on a network with dns=off questions go to the usual server, and Fairway's own address answers all the same", async () => {
    await createNetwork(h1, "green", "--subnet", "10.3.0.0/24", "-o", "dns=off");
    await hasNetwork(h2, "green");
    await startContainer(h1, "shop", "green");
    await startContainer(h2, "db", "green");
    const shop = await addressOf(h1, "shop");
    const asked = async (server: string) => (await askName(h2, "db", server, "shop", "A")).data?.join();
    await until("the name", async () => (await asked("169.254.53.53")) === shop);
    assert.equal(await asked(usual), usual);
    assert.deepEqual(await asks("db", "shop"), [usual]);
  });

  it("M05 a host's servers that change are stood in for at once", async () => {
    await startContainer(h2, "db", "blue");
    const web = await addressOf(h1, "web");
    const asked = async () => (await askName(h2, "db", other, "web", "A")).data?.join();
    assert.equal(await asked(), other);
    await h2.sh(
      `printf 'nameserver %s\\n' ${usual} ${other} >/etc/resolv.conf.new && mv /etc/resolv.conf.new /etc/resolv.conf`,
    );
    // It looks every 10 s without an occasion.
    await until("the name at the new server", async () => (await asked()) === web, { timeoutMs: 5_000 });
    await h2.sh(`echo nameserver ${usual} >/etc/resolv.conf`);
    await until("the server to be nobody's again", async () => (await asked()) === other, {
      timeoutMs: 5_000,
    });
  });

  it("O03 doctor resolves names as a container of Fairway's and one of Docker's bridge do, and says what fails", async () => {
    await startContainer(h2, "db", "blue");
    await h2.docker("run", "--detach", "--name", "plain", "busybox:lab", "sleep", "10000");
    const web = await addressOf(h1, "web");
    const says = (expected: RegExp) => checkSays(h2, "names", expected);
    await says(
      new RegExp(
        `^ok: db finds web at ${web}; container db on a network of Fairway's gets an answer about example\\.com; ` +
          "container plain on Docker's bridge gets an answer about example\\.com → $",
      ),
    );
    await h2.sh(`nft 'add table inet site; add chain inet site in { type filter hook input priority 0; };
      add rule inet site in iifname "fw-leg*" udp dport 53 drop'`);
    try {
      await says(
        new RegExp(
          `^fail: container db asks for web, which is ${web}, and gets .* → let UDP and TCP port 53 in from fw-leg`,
        ),
      );
    } finally {
      await h2.sh("nft delete table inet site");
    }
    await h2.sh(`nft 'add table inet site; add chain inet site out { type filter hook forward priority 0; };
      add rule inet site out iifname docker0 udp dport 53 drop'`);
    try {
      await says(
        /^fail: container plain on Docker's bridge asks \S+ about example\.com and gets no answer → look what .*firewall/,
      );
    } finally {
      await h2.sh("nft delete table inet site");
    }
  });

  it("M05 with Fairway dead, questions reach the usual server, and with it back, names are known again", async () => {
    await startContainer(h2, "db", "blue");
    const web = await addressOf(h1, "web");
    const asked = async () => (await askName(h2, "db", usual, "web", "A")).data?.join();
    await until("the name", async () => (await asked()) === web);
    await h2.daemon("fairway").kill();
    assert.equal(await asked(), usual, "it flows past at once");
    await h2.daemon("fairway").start();
    await until("the name again", async () => (await asked()) === web);
  });
});
