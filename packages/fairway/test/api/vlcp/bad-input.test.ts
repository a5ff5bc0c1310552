import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { calls, kinds } from "../../../src/api/vlcp/calls.ts";
import { mostObjects } from "../../../src/api/vlcp/values.ts";
import { VlcpUnderTest } from "./vlcp-under-test.ts";

/** A right call for each; every parameter of it is made wrong in turn. Those that come first make what later ones need. */
const right = {
  createphysicalnetwork: { id: "p", type: "vlan", vlanrange: [[1, 9]], mtu: 1400 },
  createphysicalport: {
    physicalnetwork: "vlan",
    name: "eth1",
    vhost: "v",
    systemid: "system-h1",
    bridge: "br0",
  },
  createlogicalnetwork: { physicalnetwork: "vlan", id: "n", vlanid: 1005, mtu: 1400 },
  createsubnet: {
    logicalnetwork: "network_a",
    id: "s",
    cidr: "10.5.0.0/24",
    gateway: "10.5.0.1",
    allocated_start: "10.5.0.10",
    allocated_end: "10.5.0.20",
    host_routes: [["10.9.0.0/16", "10.5.0.7"]],
    dns_nameservers: ["192.0.2.53"],
  },
  createlogicalport: {
    logicalnetwork: "network_a",
    id: "l",
    subnet: "subnet_a",
    mac_address: "02:00:00:00:00:05",
    ip_address: "10.1.0.5",
  },
  updatephysicalnetwork: { id: "vlan", vlanrange: [[1000, 1200]], mtu: 1400 },
  updatephysicalport: { name: "trunk0", vhost: "", systemid: "%", bridge: "%" },
  updatelogicalnetwork: { id: "network_a", mtu: 1300 },
  updatesubnet: {
    id: "subnet_a",
    allocated_start: "10.1.0.10",
    allocated_end: "10.1.0.20",
    host_routes: [],
    dns_nameservers: [],
  },
  updatelogicalport: { id: "port_a", mac_address: "02:00:00:00:00:06", ip_address: "10.1.0.16" },
  deletelogicalport: { id: "port_a" },
  deletesubnet: { id: "subnet_z" },
  deletelogicalnetwork: { id: "network_z" },
  deletephysicalport: { name: "trunk0", vhost: "", systemid: "%", bridge: "%" },
  deletephysicalnetwork: { id: "lan" },
  createvirtualrouter: { id: "r", routes: [["10.9.0.0/16", "10.1.0.7"]] },
  updatevirtualrouter: { id: "router_a", routes: [["10.9.0.0/16", "10.1.0.7"]] },
  addrouterinterface: { router: "router_a", subnet: "subnet_a", id: "i", ip_address: "10.1.0.99" },
  removerouterinterface: { id: "interface_b" },
  deletevirtualrouter: { id: "router_z" },
} as const satisfies Record<string, Readonly<Record<string, unknown>>>;

/** What no parameter of VLCP's is. */
const wrongValues: readonly (readonly [what: string, value: unknown])[] = [
  ["an object", { a: 1 }],
  ["a fraction", 1.5],
  ["yes", true],
  ["a list in a list", [[["x"]]]],
  ["too long", "a".repeat(5_000)],
  ["NUL", "a\0b"],
  ["half a character", "a\ud83d"],
];

/** May be left out, and then `None` or an empty text says the same. */
const needed: Readonly<Record<string, readonly string[]>> = {
  createphysicalport: ["physicalnetwork", "name"],
  createlogicalnetwork: ["physicalnetwork"],
  createsubnet: ["logicalnetwork", "cidr"],
  createlogicalport: ["logicalnetwork"],
  updatephysicalport: ["name"],
  deletephysicalport: ["name"],
  addrouterinterface: ["router", "subnet"],
  removerouterinterface: [],
};
const neededBy = (name: string): readonly string[] =>
  needed[name] ?? (name.startsWith("create") ? [] : ["id"]);
const pathOf = (name: string): string => `${name.includes("router") ? "vrouterapi" : "viperflow"}/${name}`;

describe("bad input of VLCP's calls", () => {
  let vlcp: VlcpUnderTest;
  before(async () => {
    vlcp = await VlcpUnderTest.start();
    const { service } = vlcp.center;
    await service.hosts.register(
      "h1",
      { systemId: "system-h1" },
      { caller: { kind: "root" }, request: "test", signal: new AbortController().signal },
    );
    await vlcp.result("viperflow/createphysicalnetworks", {
      networks: [
        { id: "vlan", type: "vlan", vlanrange: [[1000, 1100]] },
        { id: "lan", type: "native" },
      ],
    });
    await vlcp.result("viperflow/createphysicalport", { physicalnetwork: "vlan", name: "trunk0" });
    for (const id of ["network_a", "network_z"])
      await vlcp.result("viperflow/createlogicalnetwork", { physicalnetwork: "vlan", id });
    await vlcp.result("viperflow/createsubnets", {
      subnets: [
        { logicalnetwork: "network_a", id: "subnet_a", cidr: "10.1.0.0/24" },
        { logicalnetwork: "network_a", id: "subnet_z", cidr: "10.2.0.0/24" },
      ],
    });
    await vlcp.result("viperflow/createlogicalport", {
      logicalnetwork: "network_a",
      subnet: "subnet_a",
      id: "port_a",
      ip_address: "10.1.0.15",
    });
    await vlcp.result("viperflow/createlogicalnetwork", { physicalnetwork: "vlan", id: "network_b" });
    await vlcp.result("viperflow/createsubnet", {
      logicalnetwork: "network_b",
      id: "subnet_b",
      cidr: "10.3.0.0/24",
      gateway: "10.3.0.1",
    });
    for (const id of ["router_a", "router_z"]) await vlcp.result("vrouterapi/createvirtualrouter", { id });
    await vlcp.result("vrouterapi/addrouterinterface", {
      router: "router_a",
      subnet: "subnet_b",
      id: "interface_b",
    });
  });
  after(() => vlcp[Symbol.asyncDispose]());

  /** @param names that the error must have one of. */
  async function isRefused(
    name: string,
    parameters: object,
    what: string,
    names: readonly string[],
  ): Promise<void> {
    const before = vlcp.rows();
    const { status, error } = await vlcp.call(pathOf(name), parameters);
    assert.equal(status, 500, `${name} ${what}: ${error}`);
    assert.ok(
      names.some((each) => error.includes(each)),
      `${name} ${what} names ${names.join(" or ")}: ${error}`,
    );
    assert.doesNotMatch(error, /something went wrong that should not/, `${name} ${what}`);
    assert.ok(error.length < 1_000, `${name} ${what}: ${error.length} characters`);
    assert.equal(vlcp.rows(), before, `${name} ${what} left nothing behind`);
  }

  it("every call has a right example", () => {
    const own = [...calls.keys()].filter((path) => !path.includes("/list") && !path.endsWith("s"));
    assert.deepEqual(own.sort(), Object.keys(right).map(pathOf).sort());
  });

  for (const [name, parameters] of Object.entries(right) as [string, Readonly<Record<string, unknown>>][]) {
    it(`A02 ${name} refuses each wrong parameter, names it, and changes nothing`, async () => {
      for (const [parameter, value] of Object.entries(parameters)) {
        for (const [what, wrong] of wrongValues)
          await isRefused(name, { ...parameters, [parameter]: wrong }, `${parameter} is ${what}`, [
            parameter,
          ]);
        if (Array.isArray(value))
          await isRefused(name, { ...parameters, [parameter]: 7 }, `${parameter} is a number`, [parameter]);
      }
      for (const parameter of neededBy(name)) {
        const { [parameter]: _gone, ...rest } = parameters;
        await isRefused(name, rest, `without ${parameter}`, [`${parameter} is missing`]);
        await isRefused(name, { ...parameters, [parameter]: "" }, `${parameter} is empty`, [parameter]);
      }
      const [first = ""] =
        neededBy(name).length > 0 ? neededBy(name) : [name.includes("router") ? "routes" : "vlanrange"];
      const slip = `${first.slice(0, -1)}x`;
      await isRefused(name, { ...parameters, [slip]: "1" }, `with ${slip}`, [slip]);
      if (/^(delete|remove)/.test(name))
        await isRefused(name, { ...parameters, colour: "red" }, "with an unknown parameter", ["colour"]);
      else {
        await isRefused(name, { ...parameters, ["k".repeat(300)]: "1" }, "with an over-long name", ["kkk"]);
        await isRefused(name, { ...parameters, note: "v".repeat(5_000) }, "with an over-long value", [
          "note",
        ]);
        await isRefused(name, { ...parameters, "a\0b": "1" }, "with NUL in a name", ["a\\u0000b"]);
        const many = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`x-${at}`, ""]));
        await isRefused(name, { ...parameters, ...many }, "with 300 unknown parameters", ["at most"]);
      }
      const list = kinds.find(({ noun }) => name.endsWith(noun))?.list ?? "";
      const plural = `${name}s`;
      await isRefused(
        plural,
        { [list]: [parameters, parameters] },
        "the same twice",
        ["is named twice"].concat(name.startsWith("create") ? ["twice"] : []),
      );
      await isRefused(plural, { [list]: [7] }, "a number for an object", [`${list}[0]`]);
      await isRefused(plural, { [list]: "text" }, "a text for a list", [list]);
      await isRefused(
        plural,
        { [list]: Array.from({ length: mostObjects + 1 }, () => parameters) },
        "too many",
        [list],
      );
      await isRefused(plural, parameters, "what is for one", Object.keys(parameters));
      await isRefused(plural, {}, "nothing", [`${list} is missing`]);
      await vlcp.result(pathOf(name), parameters);
      if (name.startsWith("create")) await isRefused(name, parameters, "again", ["already"]);
      if (/^(delete|remove)/.test(name)) await isRefused(name, parameters, "again", ["no "]);
    });
  }

  it("A02 lists answer every filter", async () => {
    for (const { noun } of kinds)
      for (const [what, value] of [...wrongValues, ["nothing", null], ["a number", 7]] as const) {
        if (what === "NUL" || what === "half a character") continue;
        for (const filter of [
          "id",
          "name",
          "physicalnetwork",
          "logicalnetwork",
          "constructor",
          "__proto__",
          "x",
        ]) {
          const { status, error } = await vlcp.call(pathOf(`list${noun}`), { [filter]: value });
          // The interfaces of one router are listed, and there is none of such an id.
          if (noun === "routerinterface") assert.match(error, /^(no virtual router|id must be)/);
          else assert.equal(status, 200, `list${noun} ${filter} is ${what}: ${error}`);
        }
      }
  });
});
