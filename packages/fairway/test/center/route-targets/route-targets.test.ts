import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { physicalNetworkSpec } from "../../../src/center/schemas/physical-network-spec.ts";
import { root, TestCenter } from "../../center.ts";
import { refused } from "../networks/asked.ts";

type Labels = Readonly<Record<string, string>>;

describe("route targets", () => {
  let center: TestCenter;
  before(async () => {
    center = await TestCenter.start();
    const office = physicalNetworkSpec.parse({ type: "vlan", ranges: ["1000-1010"] });
    await center.service.physicalNetworks.create("office", office, {}, root);
    await make("blue", { subnets: ["10.1.0.0/24", "fd01::/64"] });
    await make("green", { subnets: ["10.2.0.0/24", "fd02::/64"] });
    await make("red", { subnets: ["10.3.0.0/24"] });
    await make("twin", { subnets: ["10.2.0.0/16"] });
  });
  after(() => center[Symbol.asyncDispose]());

  const networks = () => center.service.networks;

  async function make(
    name: string,
    {
      subnets,
      ...more
    }: { readonly subnets: readonly string[]; readonly options?: Labels; readonly internal?: boolean },
  ) {
    center.now += 1_000;
    return networks().create({ name, subnets: subnets.map((cidr) => ({ cidr })), ...more }, {}, root);
  }

  /** Gives a network these labels alone. */
  const label = (name: string, labels: Labels = {}) =>
    networks().update(
      name,
      { labels: { rt: null, "rt.import": null, "rt.export": null, ...labels } },
      {},
      root,
    );

  const rt = (name: string) => networks().show(name, root).routeTargets;
  const status = (name: string) => networks().show(name, root).status["route targets"];
  const lists = (name: string) => [rt(name)?.reaches.networks, rt(name)?.reachedFrom.networks];

  async function clear(): Promise<void> {
    for (const { name } of networks().list({ limit: 100 }, root)) await label(name);
  }

  test("R07 a network shows its targets, and whom it reaches by them; the list of targets shows who has them", async () => {
    assert.equal(rt("blue"), null);
    await label("blue", { rt: "target:64512:100,64512:200" });
    assert.deepEqual(rt("blue"), {
      imports: ["64512:100", "64512:200"],
      exports: ["64512:100", "64512:200"],
      reaches: { count: 0, networks: [] },
      reachedFrom: { count: 0, networks: [] },
    });
    await label("green", { "rt.import": "64512:100" });
    await label("red", { rt: "64512:200" });
    assert.deepEqual(lists("blue"), [["red"], ["green", "red"]]);
    assert.deepEqual(lists("green"), [["blue"], []]);
    const list = (asked = {}) => center.service.routeTargets.list({ limit: 100, ...asked }, root);
    assert.deepEqual(list(), [
      { target: "64512:100", importedBy: ["blue", "green"], exportedBy: ["blue"] },
      { target: "64512:200", importedBy: ["blue", "red"], exportedBy: ["blue", "red"] },
    ]);
    assert.deepEqual(
      list({ target: "*:200" }).map(({ target }) => target),
      ["64512:200"],
    );
    assert.deepEqual(
      list({ after: "64512:100" }).map(({ target }) => target),
      ["64512:200"],
    );
    await clear();
    assert.deepEqual(list(), []);
  });

  test("R07 options say them, too, of networks that are there; what is wrong is refused, named, and changes nothing", async () => {
    const update = (patch: Parameters<ReturnType<typeof networks>["update"]>[1]) =>
      networks().update("blue", patch, {}, root);
    await update({ options: { rt: "64512:100" } });
    await label("blue", { "rt.import": "64512:7" });
    assert.deepEqual(rt("blue")?.imports, ["64512:100", "64512:7"]);
    assert.deepEqual(rt("blue")?.exports, ["64512:100"]);
    await update({ exportTargets: ["10.0.0.1:8"] });
    assert.deepEqual(rt("blue")?.exports, ["10.0.0.1:8", "64512:100"]);
    const { options } = networks().show("blue", root);
    assert.deepEqual(options, { rt: "64512:100", "rt.export": "10.0.0.1:8" });
    await assert.rejects(
      update({ options: { rt: "64512:100,x" } }),
      refused("invalid", /^option rt=64512:100,x is not valid; it takes .* each AS:NUMBER.*; "x" is none$/),
    );
    await assert.rejects(
      update({ labels: { "rt.export": "64512" } }),
      refused("invalid", /^label rt\.export takes .* each AS:NUMBER.*; "64512" is none$/),
    );
    await assert.rejects(
      networks().create({ name: "bad", labels: { rt: "0:1" } }, {}, root),
      refused("invalid", /^label rt takes .*; "0:1" is none$/),
    );
    await update({ options: { rt: null, "rt.export": null } });
    await clear();
    assert.equal(rt("blue"), null);
  });

  test("R07 a label that an engine tells counts as far as it is one, and the network's status says what is wrong", async () => {
    const { id, uuid } = await center.network("h1", "10.7.0.0/24");
    const labels = { rt: "64512:100,x" };
    await center.service.dockerNetworks.describe("h1", id, { name: "told", labels }, root);
    await label("blue", { rt: "64512:100" });
    assert.deepEqual(lists("told"), [["blue"], ["blue"]]);
    assert.match(status("told") ?? "", /^label rt takes .*; "x" is none$/);
    const troubles = center.service.status.show().troubles.filter(({ name }) => name === "told");
    assert.deepEqual(
      troubles.map(({ of }) => of),
      ["network"],
    );
    // What is wrong already hinders no other change.
    await networks().update("told", { labels: { team: "web" } }, {}, root);
    await networks().update(uuid, { labels: { rt: null } }, {}, root);
    assert.equal(status("told"), undefined);
    await clear();
  });

  test("R07 a network on which no router answers says so, and what would mend it; one that is isolated takes part", async () => {
    const options = { rt: "64512:100" };
    await make("shut", { subnets: ["10.11.0.0/24"], internal: true, options });
    await networks().create(
      { name: "bare", subnets: [{ cidr: "10.12.0.0/24", gateway: null }], options },
      {},
      root,
    );
    const lan = { name: "lan", options: { ...options, physicalnetwork: "office" } };
    await networks().create({ ...lan, subnets: [{ cidr: "10.50.0.0/24", gateway: "10.50.0.1" }] }, {}, root);
    await make("island", { subnets: ["10.13.0.0/24"], options: { ...options, mode: "isolated" } });
    await label("blue", { rt: "64512:100" });
    assert.match(status("shut") ?? "", /^an internal network reaches no other.*mode=isolated$/);
    assert.match(status("bare") ?? "", /^no subnet of the network has a gateway/);
    assert.match(status("lan") ?? "", /^on a wire .*fairway router attach$/);
    assert.equal(status("island"), undefined);
    assert.deepEqual(lists("blue"), [["island"], ["island"]]);
    const { routers } = center.service;
    await routers.create({ name: "r", routes: {}, labels: {}, options: {} }, {}, root);
    for (const name of ["lan", "bare"])
      await routers.attach(
        "r",
        name,
        { addresses: [name === "lan" ? "10.50.0.254" : "10.12.0.254"], options: {} },
        {},
        root,
      );
    assert.deepEqual([status("lan"), status("bare")], [undefined, undefined]);
    assert.deepEqual(lists("blue"), [
      ["bare", "island", "lan"],
      ["bare", "island", "lan"],
    ]);
    assert.deepEqual(
      lists("lan"),
      [
        ["blue", "island"],
        ["blue", "island"],
      ],
      "bare is on its router",
    );
    for (const name of ["lan", "bare"]) await routers.detach("r", name, {}, root);
    for (const name of ["shut", "bare", "lan", "island"]) await networks().remove(name, {}, root);
    await clear();
  });

  test("R07 of two networks with the same addresses the older one is reached; the other one's status says by whom not", async () => {
    for (const name of ["blue", "red", "green", "twin"]) await label(name, { rt: "64512:100" });
    assert.deepEqual(lists("blue"), [
      ["green", "red"],
      ["green", "red", "twin"],
    ]);
    assert.deepEqual(lists("twin"), [["blue", "red"], []]);
    assert.equal(status("green"), undefined);
    assert.equal(
      status("twin"),
      "it has addresses of 10.2.0.0/24 of network green, which is older; " +
        "10.2.0.0/16 has addresses of network green: not reached from blue, green, red",
    );
    await label("green");
    assert.equal(status("twin"), undefined);
    assert.deepEqual(lists("twin"), [
      ["blue", "red"],
      ["blue", "red"],
    ]);
    await clear();
  });

  test("R07 R02 a static route of a router comes before a subnet of the same prefix, and the network's status says so", async () => {
    const { routers } = center.service;
    await routers.create(
      { name: "r2", routes: { "10.2.0.0/24": "10.1.0.9" }, labels: {}, options: {} },
      {},
      root,
    );
    await routers.attach("r2", "blue", { addresses: [], options: {} }, {}, root);
    for (const name of ["blue", "green"]) await label(name, { rt: "64512:100" });
    assert.equal(status("blue"), "a static route of its router leads to 10.2.0.0/24 of network green");
    assert.deepEqual(lists("green"), [["blue"], ["blue"]], "in IPv6");
    await routers.detach("r2", "blue", {}, root);
    assert.equal(status("blue"), undefined);
    await clear();
  });
});
