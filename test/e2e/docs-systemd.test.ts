import { copyFile } from "node:fs/promises";
import { basename } from "node:path";
import { after, before, describe, it } from "node:test";
import { Typist } from "./docs/typist.ts";
import { SystemdMachines } from "./systemd-machines.ts";

describe("the pages that install, join and remove, as they stand, on three machines with systemd", () => {
  let machines: SystemdMachines;
  let typist: Typist;
  let words: Readonly<Record<string, string>>;

  before(async () => {
    machines = await SystemdMachines.start({ variant: "debian13", hosts: 3 });
    typist = new Typist(machines.lab);
    for (const host of machines.hosts) {
      await host.sh(`echo nameserver ${machines.lab.outside.address} >/etc/resolv.conf`);
      await host.docker("tag", "busybox:lab", "busybox");
      await copyFile(machines.older, `${host.rootPath}/root/${basename(machines.older)}`);
    }
    words = {
      ...Object.fromEntries(machines.hosts.map(({ address }, at) => [`192.0.2.${at + 1}`, address])),
      "./fairway_*.deb": `/root/${basename(machines.older)}`,
      "apt install": "apt-get install --yes -qq",
      "apt purge": "apt-get purge --yes -qq",
    };
  });
  after(() => machines?.[Symbol.asyncDispose]());

  it("O08 M01 README.md: three machines become a cluster by the lines of its quick start", async () => {
    await typist.types("README.md", { words });
  });

  it("M05 docs/names.md: each command prints what the page shows", async () => {
    const [h1] = machines.hosts;
    await typist.types("docs/names.md", {
      words,
      before: {
        "How it works": "h3# docker rm -f db",
        "Docker 28 and later": `h3# docker rm -f db
h3# fairway leave
h1# fairway token create`,
        "A host with a firewall": "h1# iptables -A INPUT -i fw-leg+ -j DROP",
      },
    });
    await h1?.sh("iptables -D INPUT -i fw-leg+ -j DROP");
    await typist.typeLines(
      "h3# fairway leave\nh1# fairway token create\nh3# fairway join 192.0.2.1 --token host.…",
    );
  });

  it("M08 O08 docs/uninstall.md: the hosts leave, the center last", async () => {
    const onH3 = "h3# docker run -d --name db --network blue busybox sleep 1000000";
    await typist.types("docs/uninstall.md", {
      words,
      before: { "A host": onH3, "The center": "h2# fairway leave" },
    });
  });
});
