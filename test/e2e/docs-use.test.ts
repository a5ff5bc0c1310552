import { after, afterEach, before, describe, it } from "node:test";
import { Stage } from "./docs/stage.ts";

const create = "docker network create -d fairway --ipam-driver fairway";
const run = "docker run -d --network";
const sleep = "busybox sleep 1000000";

describe("the pages on networks, addresses, ports and Compose, as they stand, on hosts of the kinds that they show", () => {
  let stage: Stage;

  before(async () => {
    stage = await Stage.set({ nics: ["eth1"] });
  });
  after(() => stage?.[Symbol.asyncDispose]());
  afterEach(() => stage.clear());

  it("I11 docs/addresses.md: each command prints what the page shows", async () => {
    const [, h2] = stage.hosts;
    await stage.typist.types("docs/addresses.md", {
      before: {
        "Who has which address": `h1# docker network rm wide
h1# ${create} --subnet 10.1.0.0/24 blue
h1# fairway address reserve blue 10.1.0.9 --note printer --label room=4
h1# fairway address reserve blue --note 'meeting room' --expires 30d
h1# ${run} blue --name web -p 8080:80 ${sleep}
h1# fairway port create blue --name vm1 --ip 10.1.0.50
h2# ${run} blue --name db --ip 10.1.0.20 ${sleep}
h2# docker rm -f db`,
        "Keep an address": "h1# fairway address release 10.1.0.9\nh1# fairway address release 10.1.0.2",
        "Who had it": `h1# ${run} blue --name cache --ip 10.1.0.20 ${sleep}`,
        "Subnets that hide something real": `h2# ip route add 10.50.0.0/16 dev br-phy
h1# ${create} --subnet 10.48.0.0/12 big`,
      },
    });
    await h2.sh("ip route del 10.50.0.0/16 dev br-phy");
  });

  it("D19 A03 docs/networks.md: each command prints what the page shows", async () => {
    await stage.typist.types("docs/networks.md", {
      before: {
        "Change one": [`h2# ${run} blue --name web ${sleep}`],
        "Names for people": async () => {
          await stage.clear();
          await stage.typist.typeLines(`h1# fairway network create blue --subnet 10.1.0.0/24
h1# fairway network create red --subnet 10.2.0.0/24
h2# ${run} blue --name web ${sleep}
h1# ${run} blue --name db ${sleep}
h1# ${run} red --name shop ${sleep}`);
        },
        "Remove one": "h1# docker rm -f db",
      },
    });
  });

  it("R01 R02 docs/routers.md: each command prints what the page shows", async () => {
    await stage.typist.types("docs/routers.md", {
      before: {
        "Virtual routers": [
          `h1# ${create} --subnet 10.1.0.0/24 blue\nh1# ${create} --subnet 10.2.0.0/24 green`,
          `h1# ${create} --subnet 10.1.0.0/16 red`,
        ],
        "VLANs and flat networks": `h1# fairway physical-network create vlans --type vlan --range 1000-1030
h1# fairway physical-port create vlans eth1
h1# ${create} --subnet 10.50.0.0/24 --gateway 10.50.0.1 -o physicalnetwork=vlans lan`,
        "Beside Docker's own bridge": async () => {
          await stage.clear();
          await stage.typist.typeLines("h1# fairway router create office");
        },
      },
    });
  });

  it("R07 docs/route-targets.md: each command prints what the page shows", async () => {
    await stage.typist.types("docs/route-targets.md");
  });

  it("R05 R06 docs/tenancy.md: each command prints what the page shows", async () => {
    await stage.typist.types("docs/tenancy.md");
  });

  it("S01 S06 docs/security-groups.md: each command prints what the page shows", async () => {
    await stage.typist.types("docs/security-groups.md", {
      before: { "Security groups": `h1# ${create} --subnet 10.1.0.0/24 blue` },
    });
  });

  it("S10 docs/policies.md: each command prints what the page shows", async () => {
    await stage.typist.types("docs/policies.md", {
      before: { Policies: `h1# ${create} --subnet 10.1.0.0/24 blue` },
    });
  });

  it("A08 docs/apply.md: each command prints what the page shows", async () => {
    const wrong = (from: string, to: string) =>
      `h1# cp right.yaml net.yaml || cp net.yaml right.yaml\nh1# sed -i 's/${from}/${to}/' net.yaml`;
    await stage.typist.types("docs/apply.md", {
      before: {
        Export: `h1# fairway network create blue --subnet 10.1.0.0/24 --label team=web
h1# fairway address reserve blue 10.1.0.2 --note 'meeting room' --expires 30d
h1# fairway port create blue --name vm2 --ip 10.1.0.60 --label team=ops`,
        Errors: [wrong("isolated", "isolatd"), wrong("10.3.0.9", "10.4.0.9")],
      },
    });
  });

  it("A05 docs/ports.md: each command prints what the page shows", async () => {
    await stage.typist.types("docs/ports.md", {
      before: {
        "Create a port": `h1# ${create} --ipv6 --subnet 10.1.0.0/24 --subnet fd00:1::/64 blue`,
        "Plug a virtual machine": "h2# ip tuntap add vnet0 mode tap",
        "Plug a network namespace": `h2# ovs-vsctl del-port br-int vnet0
h1# until fairway port show vm2 | grep -q 'plugged: *no'; do sleep 0.3; done
h1# ip netns add lab`,
      },
    });
  });

  it("N02 N16 docs/limits.md: each command prints what the page shows", async () => {
    const [h1] = stage.hosts;
    await stage.typist.types("docs/limits.md", {
      words: stage.addresses,
      before: {
        "Docker shows no published ports": `h1# ${create} blue`,
        "A container's own name on Docker 28": `h3# ${run} blue --name web ${sleep}`,
        "The gateway's address":
          "h1# setsid socat TCP-LISTEN:7000,fork,reuseaddr SYSTEM:'echo from-the-host' >/dev/null 2>&1 &",
        Swarm: "h1# docker swarm init --advertise-addr 192.0.2.1 >/dev/null",
      },
    });
    await h1.sh("docker swarm leave --force; docker network rm docker_gwbridge");
  });

  it("D12 docs/compose.md: each project comes up, and each command prints what the page shows", async () => {
    await stage.typist.types("docs/compose.md");
  });

  it("D01 docs/migration.md: the networks of other drivers are made as the page says", async () => {
    await stage.typist.types("docs/migration.md");
  });
});
