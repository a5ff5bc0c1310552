import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import { busyboxImage, type Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { inspect, networksGone } from "./docker-network.ts";
import { variant } from "./settings.ts";
import { becomes, tracesOf } from "./traces.ts";

const service = `image: ${busyboxImage}
    command: sleep 100000`;

/** Files as people have them for these drivers, with nothing of Fairway. */
const files = {
  // VLCP's networks are on a physical network, and its IPAM driver gives the addresses.
  vlcp: `version: "2.4"
services:
  web:
    ${service}
    networks:
      front: {ipv4_address: 192.168.1.10}
      back: {}
  db:
    ${service}
    networks:
      back: {ipv4_address: 192.168.2.20, aliases: [database]}
networks:
  front:
    driver: vlcp
    driver_opts: {physicalnetwork: vxlan, mtu: "1400", "subnet:allocated_end": 192.168.1.99}
    ipam: {driver: vlcp, config: [{subnet: 192.168.1.0/24, gateway: 192.168.1.1}]}
  back:
    driver: vlcp
    driver_opts: {physicalnetwork: vxlan, vni: "10500"}
    ipam: {driver: vlcp, config: [{subnet: 192.168.2.0/24, gateway: 192.168.2.1}]}
`,
  // Nuage's subnets are made beforehand; one network is the project's, the other was made by hand.
  nuage: `version: "2.4"
services:
  app:
    ${service}
    networks:
      MyNet: {ipv4_address: 10.21.59.30}
      store: {aliases: [application]}
  cache:
    ${service}
    networks:
      store: {ipv4_address: 10.21.60.40}
networks:
  MyNet: {external: true}
  store:
    driver: nuage
    ipam:
      driver: nuage-ipam
      options: {organization: Enterprise, domain: Domain, zone: Zone, subnet: "Subnet 3", user: admin}
      config: [{subnet: 10.21.60.0/24, gateway: 10.21.60.1}]
`,
  // OpenContrail's networks have Docker's own IPAM driver and route targets; beside them one of docker-ovs-plugin's.
  opencontrail: `version: "2.4"
services:
  one:
    ${service}
    networks:
      net4: {ipv4_address: 192.168.4.14, aliases: [first]}
      ovsnet: {}
  two:
    ${service}
    networks: {net4: {}, net5: {ipv4_address: 192.168.5.15}}
  three:
    ${service}
    networks: {ovsnet: {aliases: [third]}}
networks:
  net4:
    driver: opencontrail
    labels: {rt: "64512:100,64512:200"}
    ipam: {config: [{subnet: 192.168.4.0/24}]}
  net5:
    driver: opencontrail
    labels: {rt: "64512:200"}
    ipam: {config: [{subnet: 192.168.5.0/24}]}
  ovsnet: {external: true}
`,
} as const;
type Project = keyof typeof files;

describe(`Compose files of other drivers, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let clean: string;

  before(async () => {
    lab = await Lab.start({ hosts: 1, variant });
    h1 = lab.host("h1");
    await startFairway(lab, {
      "driver-names": ["fairway", "vlcp", "nuage", "nuage-ipam", "ovs", "opencontrail"],
    });
    for (const [name, content] of Object.entries(files)) {
      const project = join(h1.rootPath, "srv", name);
      await mkdir(project, { recursive: true });
      await writeFile(join(project, "docker-compose.yml"), content);
    }
    clean = await tracesOf(h1);
  });
  after(() => lab[Symbol.asyncDispose]());

  const compose = (project: Project, command: string) =>
    h1.sh(
      `cd /srv/${project}; if command -v docker-compose >/dev/null; then docker-compose ${command}
      else docker compose ${command}; fi 2>&1`,
      { timeoutMs: 120_000 },
    );
  /** Compose's own commands take seconds. */
  const container = async (project: Project, service: string) => {
    const labels = [`project=${project}`, `service=${service}`].flatMap((label) => [
      "--filter",
      `label=com.docker.compose.${label}`,
    ]);
    return (await h1.docker("ps", "-q", ...labels)).trim();
  };
  const inService = async (project: Project, service: string, ...command: readonly string[]) =>
    h1.docker("exec", await container(project, service), ...command);
  const pings = async (project: Project, service: string, names: readonly string[]) => {
    for (const name of names)
      await until(`${service} reaches ${name}`, () =>
        inService(project, service, "ping", "-c", "1", "-W", "5", name).then(
          () => true,
          () => false,
        ),
      );
  };
  const address = async (project: Project, service: string, network: string) =>
    inspect(
      h1,
      await container(project, service),
      `{{(index .NetworkSettings.Networks "${network}").IPAddress}}`,
    );
  const driver = (network: string) =>
    h1.docker("network", "inspect", "-f", "{{.Driver}} {{.IPAM.Driver}}", network);

  it("B01 VLCP's: two networks on a physical network, fixed addresses, an alias", async () => {
    await h1.sh("fairway physical-network create vxlan --type vxlan --range 10000-11000");
    await compose("vlcp", "up -d");
    assert.equal(await driver("vlcp_front"), "vlcp vlcp");
    assert.equal(await address("vlcp", "web", "vlcp_front"), "192.168.1.10");
    assert.equal(await address("vlcp", "db", "vlcp_back"), "192.168.2.20");
    await pings("vlcp", "web", ["database", "db", "192.168.2.20"]);
    assert.match(await inService("vlcp", "web", "ip", "link"), /mtu 1400/);
    assert.match(await h1.sh("fairway network show vlcp_back"), /10500/);
    await compose("vlcp", "down -t 0");
    await networksGone(h1, "vlcp_front", "vlcp_back");
    await h1.sh("fairway physical-network rm vxlan");
  });

  it("B01 Nuage's: subnets that were made beforehand, one of them by an external network", async () => {
    await h1.sh(`fairway organization create Enterprise; fairway domain create Domain --organization Enterprise
      fairway zone create Enterprise/Domain/Zone
      fairway network create "Enterprise/Domain/Zone/Subnet 2" --subnet 10.21.59.0/24 --gateway 10.21.59.1
      fairway network create "Enterprise/Domain/Zone/Subnet 3" --subnet 10.21.60.0/24 --gateway 10.21.60.1
      docker network create --driver=nuage --ipam-driver=nuage-ipam --ipam-opt organization=Enterprise --ipam-opt domain=Domain \
        --ipam-opt zone=Zone --ipam-opt subnet="Subnet 2" --ipam-opt user=admin --subnet=10.21.59.0/24 --gateway=10.21.59.1 MyNet`);
    await compose("nuage", "up -d");
    assert.equal(await driver("nuage_store"), "nuage nuage-ipam");
    assert.equal(await address("nuage", "app", "MyNet"), "10.21.59.30");
    assert.equal(await address("nuage", "cache", "nuage_store"), "10.21.60.40");
    await pings("nuage", "cache", ["application", "app"]);
    await pings("nuage", "app", ["cache"]);
    await compose("nuage", "down -t 0");
    assert.equal(await driver("MyNet"), "nuage nuage-ipam");
    await h1.docker("network", "rm", "MyNet");
    await h1.sh(`fairway network rm "Enterprise/Domain/Zone/Subnet 2"; fairway network rm "Enterprise/Domain/Zone/Subnet 3"
      fairway zone rm Enterprise/Domain/Zone; fairway domain rm Enterprise/Domain; fairway organization rm Enterprise`);
  });

  it("B01 OpenContrail's: labels for route targets, Docker's own addresses, beside an external network of docker-ovs-plugin's", async () => {
    await h1.docker("network", "create", "-d", "ovs", "--subnet", "172.18.40.0/24", "ovsnet");
    await compose("opencontrail", "up -d");
    assert.equal(await driver("opencontrail_net4"), "opencontrail default");
    assert.equal(await driver("ovsnet"), "ovs default");
    assert.equal(await address("opencontrail", "one", "opencontrail_net4"), "192.168.4.14");
    await pings("opencontrail", "two", ["first", "one"]);
    await pings("opencontrail", "one", ["third", "two", "192.168.5.15"]);
    await compose("opencontrail", "down -t 0");
    await networksGone(h1, "opencontrail_net4", "opencontrail_net5");
    await h1.docker("network", "rm", "ovsnet");
    await networksGone(h1, "ovsnet");
  });

  it("B01 nothing is left", () => becomes(h1, clean));
});
