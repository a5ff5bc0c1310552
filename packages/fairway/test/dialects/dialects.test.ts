import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { readNetworkOptions } from "../../src/center/docker/network-options.ts";
import {
  checkNeeded,
  type Here,
  ignoredOptions,
  type Options,
  translated,
} from "../../src/dialects/dialect.ts";
import { dialectOf, dialects } from "../../src/dialects/dialects.ts";
import { type DriverName, driverNames } from "../../src/driver-names.ts";
import { FairwayError } from "../../src/errors.ts";

/** A host whose eth2 is on the physical network lan, in the bridge ovsbr-docker0. */
const here: Here = {
  physicalNetworkOf: (nic) => (nic === "eth2" ? "lan" : undefined),
  physicalNetworkOn: (bridge) => (bridge === "ovsbr-docker0" ? "lan" : undefined),
};

const read = (name: DriverName, options: Options) => translated(dialectOf(name), options, here);
const ignored = (name: DriverName, options: Options) => ignoredOptions(dialectOf(name), options);
const bridge = (name: string, value: string): Options => ({ [`net.gopher.ovs.bridge.${name}`]: value });
const refused = (code: string, pattern: RegExp) => (error: unknown) =>
  error instanceof FairwayError && error.code === code && pattern.test(error.message);

test("B01 what Fairway knows by the same name is taken as it is, under every name, and so is what nobody knows", () => {
  const options = {
    physicalnetwork: "vxlan",
    vni: "`10001`",
    mtu: "1450",
    "subnet:host_routes": `[["10.9.0.0/16","192.168.1.7"]]`,
    "subnet:disablegateway": "`True`",
    "subnet:allocated_start": "192.168.1.100",
    rt: "64512:100,64512:200",
    name: "the front",
    site: "north",
  };
  for (const name of driverNames) {
    assert.deepEqual(read(name, options), options, name);
    assert.deepEqual(ignored(name, options), [], name);
  }
  assert.equal(readNetworkOptions(read("vlcp", options)).spec.mtu, 1450);
});

test("B01 docker-ovs-plugin's options say Fairway's", () => {
  const flat = bridge("mode", "flat");
  const cases: readonly (readonly [Options, Options])[] = [
    [bridge("mode", "nat"), { mode: "nat" }],
    [bridge("mtu", "1400"), { mtu: "1400" }],
    [flat, { mode: "flat" }],
    [
      { ...flat, ...bridge("bind_interface", "eth2") },
      { mode: "flat", physicalnetwork: "lan" },
    ],
    [
      { ...flat, ...bridge("name", "ovsbr-docker0") },
      { mode: "flat", physicalnetwork: "lan" },
    ],
    [
      { ...flat, ...bridge("name", "ovsbr-docker0"), ...bridge("bind_interface", "eth2") },
      { mode: "flat", physicalnetwork: "lan" },
    ],
    [{ ...flat, ...bridge("name", "other") }, { mode: "flat" }],
    [{ mode: "flat", ...bridge("bind_interface", "eth2") }, { physicalnetwork: "lan" }],
    [bridge("bind_interface", "eth9"), {}],
  ];
  for (const [options, says] of cases)
    assert.deepEqual(read("ovs", options), { ...options, ...says }, JSON.stringify(options));
  assert.deepEqual(
    ignored("ovs", { ...bridge("bind_interface", "eth9"), ...bridge("name", "br0") }).map(
      (text) => text.split(": ", 1)[0],
    ),
    ["net.gopher.ovs.bridge.bind_interface", "net.gopher.ovs.bridge.name"],
    "in nat mode they mean nothing, and that is said",
  );
  assert.deepEqual(ignored("ovs", { ...flat, ...bridge("name", "ovsbr-docker0") }), []);
});

const wrong: readonly (readonly [DriverName, Options, string, RegExp])[] = [
  ["ovs", bridge("mode", "bridged"), "invalid", /bridge\.mode=bridged is not valid; it takes nat or flat/],
  [
    "ovs",
    { ...bridge("mode", "flat"), ...bridge("bind_interface", "eth9") },
    "not_found",
    /interface eth9 on this host; make one: .* lan eth9/,
  ],
  [
    "ovs",
    { ...bridge("mode", "nat"), mode: "routed" },
    "invalid",
    /says mode=nat, and another one mode=routed; give one/,
  ],
  [
    "vlcp",
    { physicalnetwork: "vlan", "subnet:cidr": "10.1.0.0/24" },
    "unsupported",
    /subnet:cidr does not work: give the subnet by --subnet/,
  ],
  ["vlcp", { physicalnetwork: "vlan", "subnet:gateway": "10.1.0.1" }, "unsupported", /by --gateway/],
  [
    "nuage",
    { organization: "Enterprise" },
    "unsupported",
    /--ipam-driver nuage-ipam --ipam-opt organization=/,
  ],
];

for (const [name, options, code, pattern] of wrong)
  test(`B01 what would be dangerous to ignore is refused under ${name}: ${Object.keys(options).join(", ")}`, () => {
    assert.throws(() => read(name, options), refused(code, pattern));
  });

test("B01 a network of VLCP's is on a physical network, and of others on one or on none", () => {
  const check = (name: DriverName, options: Options) => checkNeeded(dialectOf(name), options);
  assert.throws(
    () => check("vlcp", { mtu: "1400" }),
    refused("invalid", /option physicalnetwork is missing: driver vlcp needs -o physicalnetwork=NAME/),
  );
  check("vlcp", { physicalnetwork: "vxlan" });
  for (const name of driverNames) if (name !== "vlcp") check(name, {});
});

test("B01 a handle and a mirror have what their network has, in whosever words", () => {
  const words = {
    ...bridge("mode", "bridged"),
    "subnet:cidr": "no",
    organization: "Enterprise",
    mtu: "much",
  };
  const mirror = "2f1f7a5e-0d3a-4a5c-9d0e-0a6a6a6a6a6a";
  for (const tie of [{ mirror }, { network: "blue" }])
    for (const name of driverNames) {
      assert.deepEqual(read(name, { ...words, ...tie }), { ...words, ...tie });
      assert.deepEqual(ignored(name, { ...words, ...tie, "subnet:lease_time": "1" }), []);
      checkNeeded(dialectOf(name), tie);
    }
  assert.equal(
    readNetworkOptions({ ...words, mirror }).handle.mirror,
    mirror,
    "a host without the name has it as its own driver's",
  );
});

test("B01 the page has a table for each dialect, with every option", async () => {
  const page = await readFile(new URL("../../../../docs/driver-names.md", import.meta.url), "utf8");
  for (const [name, { options }] of Object.entries(dialects)) {
    const section = page.split(`\n## ${name}\n`)[1]?.split("\n## ", 1)[0] ?? "";
    for (const option of options)
      assert.ok(section.includes(`\`${option.name}\``), `${name}: ${option.name}`);
  }
});
