import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { address6Of, addressOf, macOf, networksGone, removeAll, startContainer } from "./docker-network.ts";
import { pinged, reaches } from "./pings.ts";
import { variant } from "./settings.ts";
import { becomes, tracesOf } from "./traces.ts";

/** The document of Nuage's driver; absent in continuous integration. */
const seeds = process.env["FAIRWAY_SEEDS"] ?? resolve(import.meta.dirname, "../../../shared/seeds");
const document = join(seeds, "nuage-libnetwork.rst");

/** As it prints it, without what its lines are broken by. */
const printed =
  'docker network create --driver=nuage --ipam-driver=nuage-ipam --ipam-opt organization=Enterprise --ipam-opt domain=Domain --ipam-opt zone=Zone --ipam-opt subnet="Subnet 2" --ipam-opt user=admin --subnet=10.21.59.0/24 --gateway=10.21.59.1 MyNet';

/** The drivers' names are other words here; docs/coming-from.md. */
const asHere = printed
  .replace("--driver=nuage ", "--driver=fairway ")
  .replace("--ipam-driver=nuage-ipam", "--ipam-driver=fairway");

const zones = ["Enterprise/Domain/Zone", "Enterprise/Domain/Back", "Other/Domain/Zone"];
const networks: Readonly<Record<string, string>> = {
  "Enterprise/Domain/Zone/Subnet 2": "--subnet 10.21.59.0/24 --gateway 10.21.59.1",
  "Enterprise/Domain/Back/Both": "--subnet 10.21.60.0/24 --subnet fd21:60::/64",
  "Enterprise/Domain/Zone/Both": "--subnet 10.21.61.0/24 --subnet fd21:61::/64",
  "Other/Domain/Zone/Subnet 2": "--subnet 10.21.59.0/24 --gateway 10.21.59.1",
};
const containers = ["web", "db", "both", "back", "cam"];
const engineNetworks = ["MyNet", "Both", "Back", "Theirs", "wrong", "Guests"];

/** `docker network create` of a full name. */
function joining(fullName: string, name: string, ...flags: string[]): string {
  const [organization, domain, zone, subnet] = fullName.split("/");
  const levels = Object.entries({ organization, domain, zone, subnet, user: "admin" });
  const options = levels.map(([level, value]) => `--ipam-opt ${level}="${value}"`);
  return ["docker network create --driver fairway --ipam-driver fairway", ...options, ...flags, name].join(
    " ",
  );
}

describe(`organizations, domains and zones, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;
  let clean: readonly string[];

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant });
    [h1, h2] = [lab.host("h1"), lab.host("h2")];
    await startFairway(lab);
    clean = [await tracesOf(h1), await tracesOf(h2)];
    for (const [organization, domain] of [
      ["Enterprise", "Domain"],
      ["Other", "Domain"],
    ]) {
      await fairway(`organization create ${organization}`);
      await fairway(`domain create ${domain} --organization ${organization}`);
    }
    for (const zone of zones) await fairway(`zone create ${zone}`);
    for (const [name, flags] of Object.entries(networks)) await fairway(`network create "${name}" ${flags}`);
  });
  after(() => lab[Symbol.asyncDispose]());
  afterEach(async () => {
    for (const host of [h1, h2]) await removeAll(host, containers, engineNetworks);
  });

  const fairway = (words: string) => h1.sh(`fairway ${words}`);
  const isThere = async (host: Host, name: string) =>
    (await host.run(["docker", "network", "inspect", name], { check: false })).code === 0;

  it("R05 Nuage's command joins on two hosts the subnet that was made beforehand, and its containers talk", async () => {
    if (existsSync(document)) {
      const text = readFileSync(document, "utf8").replaceAll(/\s+/g, " ");
      assert.ok(text.includes(printed), printed);
    }
    await h1.sh(asHere);
    assert.equal(await isThere(h2, "MyNet"), false, "no other engine gets it before somebody asks for it");
    await h2.sh(asHere);
    await startContainer(h1, "web", "MyNet");
    await startContainer(h2, "db", "MyNet");
    const [web, db] = [await addressOf(h1, "web"), await addressOf(h2, "db")];
    assert.notEqual(web, db);
    for (const address of [web, db]) assert.match(address, /^10\.21\.59\./);
    await reaches(h1, "web", db);
    await reaches(h2, "db", web);
    await reaches(h1, "web", "10.21.59.1");
    assert.equal(await h1.docker("network", "inspect", "-f", "{{.IPAM.Options.user}}", "MyNet"), "admin");
    assert.match(
      await fairway('network show "Enterprise/Domain/Zone/Subnet 2"'),
      /^zone: +Enterprise\/Domain\/Zone$/m,
    );
  });

  it("R05 subnets of both families, in two zones of a domain, reach each other across hosts", async () => {
    for (const [host, zone, name] of [
      [h1, "Zone", "Both"],
      [h2, "Zone", "Both"],
      [h2, "Back", "Back"],
    ] as const) {
      const third = zone === "Zone" ? "61" : "60";
      const subnets = ["--ipv6", `--subnet 10.21.${third}.0/24`, `--subnet fd21:${third}::/64`];
      await host.sh(joining(`Enterprise/Domain/${zone}/Both`, name, ...subnets));
    }
    await startContainer(h1, "web", "Both");
    await startContainer(h2, "both", "Both");
    await startContainer(h2, "back", "Back");
    for (const to of ["both", "back"])
      for (const address of [await addressOf(h2, to), await address6Of(h2, to)])
        await reaches(h1, "web", address);
    await reaches(h2, "back", await address6Of(h1, "web"));
  });

  it("R05 two domains have equal CIDRs and equal addresses, and do not reach each other", async () => {
    await h1.sh(asHere);
    await h2.sh(joining("Enterprise/Domain/Back/Both", "Back", "--subnet 10.21.60.0/24"));
    await h2.sh(joining("Other/Domain/Zone/Subnet 2", "Theirs", "--subnet 10.21.59.0/24"));
    await startContainer(h1, "web", "MyNet", "--ip", "10.21.59.7");
    await startContainer(h1, "db", "MyNet", "--ip", "10.21.59.8");
    await startContainer(h2, "back", "Back");
    await startContainer(h2, "cam", "Theirs", "--ip", "10.21.59.7");
    const back = await addressOf(h2, "back");
    for (const to of ["10.21.59.8", back]) await reaches(h1, "web", to);
    await reaches(h2, "back", "10.21.59.7");
    await reaches(h2, "cam", "10.21.59.1");
    for (const to of ["10.21.59.8", back]) assert.equal(await pinged(h2, "cam", to), "", to);
  });

  it("R05 what differs from the subnet, and a level that is not there, are refused, and nothing is left", async () => {
    const subnet = "Enterprise/Domain/Zone/Subnet 2";
    const cases: readonly [string, RegExp][] = [
      [
        joining(subnet, "wrong", "--subnet 10.21.60.0/24"),
        /network Enterprise\/Domain\/Zone\/Subnet 2 has 10\.21\.59\.0\/24, not 10\.21\.60\.0\/24; name its CIDR by --subnet, or none/,
      ],
      [
        joining(subnet, "wrong", "--subnet 10.21.59.0/24 --gateway 10.21.59.254"),
        /the gateway of subnet 10\.21\.59\.0\/24 is 10\.21\.59\.1, not 10\.21\.59\.254/,
      ],
      [
        joining("Enterprize/Domain/Zone/Subnet 2", "wrong"),
        /no organization "Enterprize"; did you mean "Enterprise"\?/,
      ],
      [
        joining("Enterprise/Domian/Zone/Subnet 2", "wrong"),
        /no domain "Domian" in Enterprise; did you mean "Domain"\?/,
      ],
      [
        joining("Enterprise/Domain/Zome/Subnet 2", "wrong"),
        /no zone "Zome" in Enterprise\/Domain; did you mean "Zone"\?/,
      ],
      [
        joining("Enterprise/Domain/Zone/Subnet 3", "wrong"),
        /no subnet "Subnet 3" in Enterprise\/Domain\/Zone; did you mean "Subnet 2"\?/,
      ],
      [
        asHere.replace("--ipam-opt zone=Zone ", ""),
        /IPAM option zone is missing: organization, domain, zone and subnet name a subnet together/,
      ],
    ];
    for (const [command, said] of cases) {
      await assert.rejects(h2.sh(command), said, command);
      assert.equal(await isThere(h2, "wrong"), false);
    }
    await h2.sh(asHere);
  });

  it("R06 a container's port shows its address, MAC, host, network, zone and organization", async () => {
    await h2.sh(asHere);
    await startContainer(h2, "web", "MyNet");
    const [address, mac] = [await addressOf(h2, "web"), await macOf(h2, "web")];
    for (const noun of ["port", "endpoint"]) {
      const shown = await fairway(`${noun} show web`);
      for (const field of [
        /^network: +Enterprise\/Domain\/Zone\/Subnet 2 /m,
        /^organization: +Enterprise$/m,
        /^domain: +Domain$/m,
        /^zone: +Zone$/m,
        /^host: +h2$/m,
        new RegExp(`^mac: +${mac}$`, "m"),
        new RegExp(`^addresses: +${address}/24$`, "m"),
      ])
        assert.match(shown, field);
    }
  });

  it("R11 an organization has no more networks and addresses than its quotas say, and what it has goes on", async () => {
    for (const host of [h1, h2]) await host.sh(asHere);
    await startContainer(h1, "web", "MyNet");
    const shown = await fairway("organization update Enterprise --quota networks=3 --quota addresses=1");
    assert.match(shown, /^networks: +3 of 3\naddresses: +1 of 1\nports: +1\n/m);
    await assert.rejects(
      fairway("network create Enterprise/Domain/Zone/More --subnet 10.21.62.0/24"),
      /organization Enterprise has 3 of 3 networks: quota networks; an administrator can raise it/,
    );
    await assert.rejects(
      startContainer(h2, "db", "MyNet"),
      /organization Enterprise has 1 of 1 addresses: quota addresses; an administrator can raise it/,
    );
    await h2.docker("rm", "-f", "db");
    await h1.docker("restart", "-t", "0", "web");
  });

  it("R11 containers of two organizations talk on a network that one shares with the other, until that ends", async () => {
    const lan = "Enterprise/Domain/Zone/Subnet 2";
    const said = ["-o", "--ipam-opt"].map((flag) => `${flag} network="${lan}" ${flag} organization=Other`);
    const joiningTheirs = `docker network create -d fairway --ipam-driver fairway ${said.join(" ")} Guests`;
    const notShared =
      /network Enterprise\/Domain\/Zone\/Subnet 2 is not shared with organization Other: fairway organization share/;
    await assert.rejects(h2.sh(joiningTheirs), notShared);
    assert.match(await fairway(`organization share "${lan}" --with Other`), /^shared with: +Other$/m);
    await h1.sh(asHere);
    await startContainer(h1, "web", "MyNet");
    await h2.sh(joiningTheirs);
    // The owner's quota, of the test before, is used up by its own container.
    await startContainer(h2, "cam", "Guests");
    await reaches(h2, "cam", await addressOf(h1, "web"));
    await reaches(h1, "web", await addressOf(h2, "cam"));
    assert.match(await fairway("port show cam"), /^organization: +Enterprise\n[^]*^for: +Other$/m);
    assert.match(
      await fairway("organization show Other"),
      /^shared with it: +Enterprise\/Domain\/Zone\/Subnet 2\n[^]*^addresses: +1\nports: +1$/m,
    );
    await assert.rejects(
      fairway(`organization unshare "${lan}" --with Other`),
      /organization Other on network .* has the port cam on h2; remove it first/,
    );
    await h2.docker("rm", "-f", "cam");
    await fairway(`organization unshare "${lan}" --with Other`);
    await assert.rejects(startContainer(h2, "cam", "Guests"), notShared);
    await reaches(h1, "web", "10.21.59.1");
  });

  it("R05 levels are removed from within, what is not empty stays, and nothing is left", async () => {
    await assert.rejects(
      fairway("zone rm Enterprise/Domain/Back"),
      /zone Enterprise\/Domain\/Back has the network Enterprise\/Domain\/Back\/Both; remove it first/,
    );
    for (const name of Object.keys(networks)) await fairway(`network rm "${name}"`);
    await networksGone(h1, ...Object.keys(networks));
    await assert.rejects(fairway("domain rm Enterprise/Domain"), /has the zones /);
    for (const zone of zones) await fairway(`zone rm ${zone}`);
    for (const organization of ["Enterprise", "Other"]) {
      await assert.rejects(fairway(`organization rm ${organization}`), /has the domain /);
      await fairway(`domain rm ${organization}/Domain`);
      await fairway(`organization rm ${organization}`);
    }
    for (const [at, host] of [h1, h2].entries()) await becomes(host, clean[at] ?? "");
  });
});
