import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { engineDriverOptions } from "../../../src/center/docker/engine-driver-options.ts";
import { readNetworkOptions } from "../../../src/center/docker/network-options.ts";
import { readPoolOptions } from "../../../src/center/docker/pool-options.ts";
import { FairwayError } from "../../../src/errors.ts";
import { engineId, root, TestCenter } from "../../center.ts";
import { make } from "./made-with-options.ts";
import { tableOf } from "./options-page.ts";

type Options = Record<string, string>;

const bridge = (name: string) => `com.docker.network.bridge.${name}`;
const refused = (code: string, pattern: RegExp) => (error: unknown) =>
  error instanceof FairwayError && error.code === code && pattern.test(error.message);

/** Values of each option that say what Fairway does anyway, or what an option of its own says: the network's mode. */
const taken: readonly (readonly [string, string, string])[] = [
  [bridge("enable_ip_masquerade"), "true", "nat"],
  [bridge("enable_ip_masquerade"), "", "nat"],
  [bridge("enable_ip_masquerade"), "false", "routed"],
  [bridge("gateway_mode_ipv4"), "nat", "nat"],
  [bridge("gateway_mode_ipv4"), "", "nat"],
  [bridge("gateway_mode_ipv4"), "routed", "routed"],
  [bridge("gateway_mode_ipv6"), "routed", "routed"],
  [bridge("gateway_mode_ipv6"), "isolated", "isolated"],
  [bridge("host_binding_ipv4"), "0.0.0.0", "nat"],
  [bridge("host_binding_ipv4"), "", "nat"],
  [bridge("inhibit_ipv4"), "false", "nat"],
  [bridge("default_bridge"), "false", "nat"],
  ["encrypted", "false", "nat"],
];

/** Values that mean something to their driver and nothing here, with what the message advises. */
const wrong: readonly (readonly [string, string, RegExp])[] = [
  [bridge("name"), "br-blue", /bridge driver .*: leave it out; .*integration bridge/],
  [bridge("enable_ip_masquerade"), "perhaps", /true, which says mode=nat, or false/],
  [bridge("host_binding_ipv4"), "127.0.0.1", /-p 127\.0\.0\.1:8080:80/],
  [bridge("gateway_mode_ipv4"), "nat-unprotected", /mode=routed others reach all ports/],
  [bridge("gateway_mode_ipv6"), "Nat", /take nat, routed or isolated/],
  [bridge("inhibit_ipv4"), "true", /disablegateway=true/],
  [bridge("default_bridge"), "true", /stays Docker's/],
  [bridge("trusted_host_interfaces"), "eth0", /mode=routed/],
  ["com.docker.network.container_iface_prefix", "lan", /endpoint\.ifname/],
  ["com.docker.network.host_ipv4", "192.0.2.1", /leave it out/],
  ["com.docker.network.host_ipv6", "2001:db8::1", /leave it out/],
  ["encrypted", "", /^option encrypted of Docker's overlay driver .*fairway join --address/],
  ["encrypted", "true", /WireGuard/],
  ["com.docker.network.driver.overlay.vxlanid_list", "4097", /by itself/],
  ["com.docker.network.driver.overlay.bind_interface", "eth0", /fairway join --address/],
  ["com.docker.network.driver.overlay.neighbor_ip", "192.0.2.1", /leave it out/],
  ["parent", "eth0.20", /macvlan and ipvlan driver .*physicalnetwork=NAME/],
  ["macvlan_mode", "bridge", /port-security=off/],
  ["ipvlan_mode", "l3", /mode=routed/],
  ["ipvlan_flag", "private", /leave it out/],
  ["vlan", "20", /physicalnetwork=NAME and vlanid=/],
];

test("D17 options of Docker's own drivers are refused with what to use instead, or do what they say", () => {
  for (const [name, value, mode] of taken) {
    const { spec } = readNetworkOptions({ [name]: value });
    assert.deepEqual([spec.mode, spec.options[name]], [mode, value], `${name}=${value}`);
  }
  for (const [name, value, pattern] of wrong)
    assert.throws(() => readNetworkOptions({ [name]: value }), refused("unsupported", pattern), name);
  const tried = new Set([...taken, ...wrong].map(([name]) => name));
  assert.deepEqual([...tried].sort(), engineDriverOptions.map(({ name }) => name).sort());
});

test("D17 options that contradict each other are refused; one that says the same twice is not", () => {
  const both = (options: Options) => () => readNetworkOptions(options);
  assert.throws(
    both({ [bridge("gateway_mode_ipv4")]: "nat", [bridge("gateway_mode_ipv6")]: "routed" }),
    refused("invalid", /gateway_mode_ipv4=nat and .*gateway_mode_ipv6=routed contradict .*mode=routed/),
  );
  assert.throws(
    both({ mode: "isolated", [bridge("enable_ip_masquerade")]: "true" }),
    refused("invalid", /mode=isolated and .*enable_ip_masquerade=true contradict/),
  );
  const { spec } = readNetworkOptions({ mode: "`routed`", [bridge("gateway_mode_ipv4")]: "routed" });
  assert.equal(spec.mode, "routed");
});

test("D17 a name of Docker's that nobody knows is refused; a slip is told the right spelling; what Docker, Compose and Portainer write is taken", () => {
  assert.throws(
    () => readNetworkOptions({ "com.docker.network.windowsshim.networkname": "x" }),
    refused("unsupported", /windowsshim\.networkname looks like one of Docker's own drivers.*leave it out/),
  );
  assert.throws(
    () => readNetworkOptions({ "com.docker.network.bridge.enable_icd": "true" }),
    refused("invalid", /did you mean com\.docker\.network\.bridge\.enable_icc\?/),
  );
  const portainers = {
    [bridge("enable_icc")]: "true",
    [bridge("enable_ip_masquerade")]: "true",
    [bridge("host_binding_ipv4")]: "0.0.0.0",
    "com.docker.network.driver.mtu": "1400",
  };
  assert.equal(readNetworkOptions(portainers).spec.mtu, 1400);
  assert.doesNotThrow(() =>
    readNetworkOptions({ "x-com.docker.network.y": "1", "rec.gw": "1", team: "web" }),
  );
});

test("M02 D17 a handle is not refused for options that its network has kept", async () => {
  await using center = await TestCenter.start();
  const { network } = await make(center, { team: "web" });
  const kept = { parent: "eth0", "com.docker.network.bridge.name": "x", mirror: network.uuid };
  assert.doesNotThrow(() => readNetworkOptions(kept));
  assert.doesNotThrow(() => readPoolOptions({ organization: "x", mirror: network.uuid }));
  await center.service.dockerNetworks.describe(
    "h1",
    network.engines[0]?.engineId ?? "",
    { name: "blue" },
    root,
  );
  await center.service.hosts.register("h2", { systemId: "s2" }, root);
  const joined = { subnets: [], options: { network: "blue", parent: "eth0" } };
  const { uuid } = await center.service.dockerNetworks.create("h2", engineId(), joined, root);
  assert.equal(uuid, network.uuid);
});

test("D17 an organization is said by --ipam-opt, and by -o beside a shared network alone", () => {
  assert.throws(
    () => readNetworkOptions({ organization: "E" }),
    refused("invalid", /organization .*-o network=.*--ipam-opt/),
  );
});

test("the page's table of Docker's options names each", async () => {
  const page = await readFile(new URL("../../../../../docs/network-options.md", import.meta.url), "utf8");
  const known = engineDriverOptions.map(({ name }) => name);
  assert.deepEqual([...tableOf(page, "## Options of Docker's own drivers").keys()].sort(), known.sort());
});
