import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ApiClient } from "../../src/api/client.ts";
import { registry } from "../../src/api/registry.ts";
import { createApi } from "../../src/api/server.ts";
import { physicalNetworkSpec } from "../../src/center/schemas/physical-network-spec.ts";
import { carryOut } from "../../src/cli/manifest/carry-out.ts";
import { planManifest } from "../../src/cli/manifest/plan.ts";
import { readManifests } from "../../src/cli/manifest/read-manifest.ts";
import { silent } from "../bad-input/api-under-test.ts";
import { root, TestCenter } from "../center.ts";
import { certifier } from "../cli/manifest-runs.ts";
import { Admitted, Authority } from "./certificates.ts";
import type { Asked } from "./foreign-references.ts";
import { ask, makeOwned, type Owned, ofOrganization } from "./owned.ts";

const member = ofOrganization("red", "member");
const refused = { code: "forbidden", message: /gateway is for an administrator of all organizations to say/ };
const plain = { routes: {}, labels: {}, options: {} };

describe("the gateway of an organization's domain", () => {
  let center: TestCenter;
  let red: Owned;
  let blue: Owned;
  const stack = new AsyncDisposableStack();
  before(async () => {
    center = stack.use(await TestCenter.start({ certifier }));
    [red, blue] = [await makeOwned(center, "red", 5), await makeOwned(center, "blue", 6)];
    const { physicalNetworks, physicalPorts, networks, routers } = center.service;
    const spec = physicalNetworkSpec.parse({ type: "vlan", ranges: ["1000-1010"] });
    await physicalNetworks.create("office", spec, {}, root);
    const port = { interface: "eth1", host: blue.host, takeAddress: false, options: {} };
    await physicalPorts.add("office", port, {}, root);
    const subnets = [{ cidr: "10.50.0.0/24", gateway: "10.50.0.1" }];
    await networks.create({ name: "lan", subnets, options: { physicalnetwork: "office" } }, {}, root);
    await routers.update(red.domain, { gateway: by("lan") }, {}, root);
  });
  after(() => stack.disposeAsync());

  const by = (network: string) => ({ network, hosts: [blue.host], addresses: [], snat: true });
  const now = () => JSON.stringify(center.service.routers.list({}, root));
  const tries = (operation: string, asked: Asked) => {
    const route = registry.find((each) => each.operation === operation) ?? assert.fail(operation);
    return ask(center, route, asked, member);
  };

  test("R04 R05 a member neither gives, changes nor takes it, whatever it names, also in a transaction", async () => {
    const before = now();
    const name = "red/new";
    const router = red.domain;
    const gateways = ["lan", red.network, blue.network, "none"].map(by);
    const given = gateways.flatMap((gateway): [string, Record<string, string>, object][] => [
      ["createRouter", {}, { name, gateway }],
      ["putRouter", { router: name }, { gateway }],
      ["putRouter", { router }, { gateway }],
      ["updateRouter", { router }, { gateway }],
    ]);
    const changed = [null, { snat: false }, {}].map((gateway): [string, Record<string, string>, object] => [
      "updateRouter",
      { router },
      { gateway },
    ]);
    for (const [operation, params, body] of [...given, ...changed]) {
      await assert.rejects(tries(operation, { params, body }), refused, JSON.stringify([operation, body]));
      const changes = [{ operation, ...("router" in params && { parameters: params }), body }];
      await assert.rejects(tries("transact", { body: { changes } }), refused);
    }
    assert.equal(now(), before);
  });

  test("R04 R05 a domain with a gateway stays until an administrator has taken that", async () => {
    const { routers } = center.service;
    await routers.create({ name: "red/led", ...plain, gateway: by("lan") }, {}, root);
    await assert.rejects(routers.remove("red/led", {}, member), refused);
    await routers.update("red/led", { gateway: null }, {}, root);
    assert.equal((await routers.remove("red/led", {}, member)).name, "red/led");
  });

  test("R04 R05 a member sees it as everybody does, changes what else its domain is, and finds its network nowhere", async () => {
    const { routers, networks, subnets } = center.service;
    const shown = routers.show(red.domain, member);
    assert.deepEqual(shown.gateway?.addresses, ["10.50.0.2/24"]);
    assert.deepEqual(shown, routers.show(red.domain, root));
    assert.deepEqual(
      routers.list({}, member).map(({ gateway }) => gateway?.network.name),
      ["lan"],
    );
    for (const reference of ["lan", shown.gateway?.network.uuid ?? ""]) {
      assert.throws(() => networks.show(reference, member), { code: "not_found" });
      assert.throws(() => subnets.list({ network: reference }, member), { code: "not_found" });
    }
    const revisions = [shown.revision];
    const changed = await routers.update(red.domain, { labels: { a: "b" } }, { revisions }, member);
    assert.deepEqual([changed.labels, changed.gateway], [{ a: "b" }, shown.gateway]);
    await assert.rejects(routers.update(red.domain, { routes: { "0.0.0.0/0": "10.5.0.9" } }, {}, member), {
      code: "conflict",
      message: /cannot have both a gateway and a static route/,
    });
  });

  test("R04 R05 A08 a file that a member applies leaves the gateway that it says, and is refused with another or none", async () => {
    await using client = await applying();
    const apply = async (text: string) => {
      const plan = await planManifest(client, readManifests([{ file: "red.yaml", text }]), false);
      await carryOut(client, plan, () => undefined);
      return plan.steps.length;
    };
    const domain = `kind: Router\nname: ${red.domain}\nlabels: {a: c}\n`;
    const gateway = `gateway: {network: lan, hosts: [${blue.host}]}\n`;
    assert.equal(await apply(`${domain}${gateway}`), 1);
    assert.equal(await apply(`${domain}${gateway}`), 0);
    const before = now();
    await assert.rejects(apply(domain), refused);
    await assert.rejects(apply(`${domain}${gateway.replace("}", ", snat: false}")}`), refused);
    await assert.rejects(apply(`kind: Router\nname: red/new\n${gateway}`), refused);
    assert.equal(now(), before);
  });

  /** What a member of `red` asks by its token. */
  async function applying(): Promise<ApiClient & AsyncDisposable> {
    const authority = stack.use(await Authority.create());
    const files = await authority.issue("central", "/CN=central");
    const { principals } = center.service;
    const { token } = await principals.create({ name: "ann", role: "member", organization: "red" }, root);
    const listener = {
      kind: "tls" as const,
      address: "127.0.0.1",
      port: 0,
      admission: new Admitted(),
      ...files,
    };
    const api = stack.use(await createApi({ center: center.service, logger: silent, listeners: [listener] }));
    const [target = ""] = api.targets;
    return new ApiClient({ target, token, tls: files });
  }
});
