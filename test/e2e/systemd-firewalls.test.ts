import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { SystemdHost } from "../../lab/host/systemd-host.ts";
import { until } from "../../lab/until.ts";
import { askName } from "./ask.ts";
import { addressOf, hasNetwork, removeAll, startContainer } from "./docker-network.ts";
import { checkSays } from "./doctor-says.ts";
import { installFromMirror } from "./mirror-packages.ts";
import { variant } from "./settings.ts";
import { reaches, SystemdMachines } from "./systemd-machines.ts";

/** Where the agent answers, and a server in whose place it answers; that one says nothing itself. */
const servers = ["169.254.53.53", "10.200.0.254"];

const ourRules = `nft list ruleset 2>/dev/null | grep 'comment "fairway"' || true
  (iptables -S; ip6tables -S) | grep -w fairway || true`;

describe(`a center behind ufw and a host behind firewalld, ${variant}`, () => {
  let machines: SystemdMachines;
  let h1: SystemdHost;
  let h2: SystemdHost;
  let printed: string;

  before(async () => {
    machines = await SystemdMachines.start({ variant, hosts: 2 });
    [h1, h2] = machines.pair;
    await Promise.all([installFromMirror(h1, "ufw"), installFromMirror(h2, "firewalld")]);
    for (const host of [h1, h2]) {
      await host.install(machines.older);
      await host.sh("echo nameserver 10.200.0.254 >/etc/resolv.conf");
    }
    await h1.sh("ufw --force enable");
    // It has not known the user of polkit, without which firewalld answers nobody.
    await h2.sh("systemctl reload dbus; systemctl start polkit firewalld");
    await until(
      "firewalld",
      async () => (await h2.run(["firewall-cmd", "--state"], { check: false })).code === 0,
    );
  });
  after(() => machines?.[Symbol.asyncDispose]());

  const named = async (host: SystemdHost, container: string, name: string, address: string) => {
    for (const server of servers)
      for (const how of [[], ["tcp"]])
        await until(`${name} by ${server} ${how.join()}`, async () => {
          const { data } = await askName(host, container, server, name, "A", ...how);
          return data?.join() === address;
        });
  };

  it("O16 init and doctor name the ports that ufw drops; the line that they print lets hosts join", async () => {
    printed = await h1.sh("fairway init");
    const line = /^ {2}(ufw allow .*)$/m.exec(printed)?.[1] ?? assert.fail(printed);
    assert.match(printed, /ufw on this host drops what other hosts send to TCP 6640 .*TCP 6642 /);
    await checkSays(h1, "open ports", new RegExp(`^fail: .* → ${RegExp.escape(line)}$`));
    const [join = ""] = /fairway join .*/.exec(printed) ?? [];
    const refused = await h2.run(["sh", "-c", join], { check: false, timeoutMs: 60_000 });
    assert.notEqual(refused.code, 0);
    assert.match(refused.stderr, /no answer/);
    await h1.sh(line);
    await checkSays(h1, "open ports", /^ok: /);
    await h2.sh(join);
  });

  it("O16 names are known behind ufw and behind firewalld, and still after these have loaded their rules anew", async () => {
    await h1.docker("network", "create", "--driver", "fairway", "blue");
    await startContainer(h1, "web", "blue");
    await hasNetwork(h2, "blue");
    await startContainer(h2, "db", "blue");
    const [web, db] = [await addressOf(h1, "web"), await addressOf(h2, "db")];
    await named(h1, "web", "db", db);
    await named(h2, "db", "web", web);
    await reaches(h2, "db", web);
    await h1.sh("ufw reload");
    await h2.sh("firewall-cmd --reload");
    await named(h1, "web", "db", db);
    await named(h2, "db", "web", web);
    await checkSays(h2, "open ports", /^ok: /);
    assert.match(await h1.sh(ourRules), /-A INPUT .*fairway/);
  });

  it("O16 M08 the host that leaves takes its rules out of firewalld's chains, the center out of ufw's with its last network", async () => {
    await removeAll(h2, ["db"], []);
    await h2.sh("fairway leave");
    assert.equal(await h2.sh(ourRules), "");
    await removeAll(h1, ["web"], ["blue"]);
    await until("no rule", async () => (await h1.sh(ourRules)) === "");
    assert.match(await h1.sh("iptables -S"), /ufw-user-input .*--dport 6640 -j ACCEPT/);
  });
});
