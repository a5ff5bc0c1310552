import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { registry } from "../../src/api/registry.ts";
import type { ChangeEvent, Event } from "../../src/center/schemas/event.ts";
import { root, TestCenter } from "../center.ts";
import type { Asked } from "./foreign-references.ts";
import { ask, makeOwned, type Owned, ofOrganization } from "./owned.ts";

const ids = { network: randomUUID(), subnet: randomUUID(), reservation: randomUUID() };
const spare = "red/spare/back/spare";

/** All changes that a member may make of what is its organization's, each after what it needs. */
const changes: readonly (readonly [operation: string, asked: Asked])[] = [
  ["createRouter", { body: { name: "red/spare" } }],
  ["putRouter", { params: { router: "red/spare" }, body: {} }],
  ["updateRouter", { params: { router: "red/spare" }, body: { labels: { a: "b" } } }],
  ["createZone", { body: { name: "red/spare/back" } }],
  ["putZone", { params: { zone: "red/spare/back" }, body: {} }],
  ["updateZone", { params: { zone: "red/spare/back" }, body: { labels: { a: "b" } } }],
  ["createNetwork", { body: { name: spare, id: ids.network, subnets: [{ cidr: "10.8.0.0/24" }] } }],
  [
    "putNetwork",
    { params: { reference: ids.network }, body: { name: spare, subnets: [{ cidr: "10.8.0.0/24" }] } },
  ],
  ["updateNetwork", { params: { reference: spare }, body: { labels: { a: "b" } } }],
  ["createSubnet", { body: { network: spare, cidr: "10.9.0.0/24", id: ids.subnet } }],
  ["putSubnet", { params: { reference: ids.subnet }, body: { network: spare, cidr: "10.9.0.0/24" } }],
  ["updateSubnet", { params: { reference: ids.subnet }, body: { options: { a: "b" } } }],
  ["removeSubnet", { params: { reference: ids.subnet } }],
  ["createPort", { body: { name: "vm-spare", network: spare, host: "host-red" } }],
  ["putPort", { params: { reference: "vm-spare" }, body: { network: spare, host: "host-red" } }],
  ["updatePort", { params: { reference: "vm-spare" }, body: { labels: { a: "b" } } }],
  ["createSecurityGroup", { body: { name: "red/spare" } }],
  ["putSecurityGroup", { params: { group: "red/spare" }, body: {} }],
  ["joinSecurityGroup", { params: { group: "red/spare", member: "vm-spare" } }],
  [
    "updateSecurityGroup",
    { params: { group: "red/spare" }, body: { rules: { "ingress any from zone red/spare/back": "allow" } } },
  ],
  ["leaveSecurityGroup", { params: { group: "red/spare", member: "vm-spare" } }],
  ["removeSecurityGroup", { params: { group: "red/spare" } }],
  ["createPolicy", { body: { name: "red/spare" } }],
  ["putPolicy", { params: { policy: "red/spare" }, body: {} }],
  ["updatePolicy", { params: { policy: "red/spare" }, body: { rules: { "ingress any from any": "allow" } } }],
  ["removePolicy", { params: { policy: "red/spare" } }],
  ["createVip", { body: { network: spare, ip: "10.8.0.100", members: ["vm-spare"] } }],
  ["updateVip", { params: { vip: "10.8.0.100" }, body: { labels: { a: "b" } } }],
  ["removeVip", { params: { vip: `10.8.0.100@${spare}` } }],
  ["removePort", { params: { reference: "vm-spare" } }],
  ["reserveAddress", { body: { network: spare, id: ids.reservation } }],
  ["updateReservation", { params: { reference: ids.reservation }, body: { note: "mine" } }],
  ["releaseReservation", { params: { reference: ids.reservation } }],
  [
    "transact",
    {
      body: {
        changes: [
          { operation: "createZone", body: { name: "red/spare/more" } },
          { operation: "createNetwork", body: { name: "red/spare/more/net" } },
          { operation: "removeNetwork", parameters: { reference: "red/spare/more/net" } },
          { operation: "removeZone", parameters: { zone: "red/spare/more" } },
        ],
      },
    },
  ],
  ["removeNetwork", { params: { reference: spare } }],
  ["removeZone", { params: { zone: "red/spare/back" } }],
  ["removeRouter", { params: { router: "red/spare" } }],
];

describe("what a member of an organization changes", () => {
  let center: TestCenter;
  let red: Owned;
  let blue: Owned;
  before(async () => {
    center = await TestCenter.start();
    [red, blue] = [await makeOwned(center, "red", 5), await makeOwned(center, "blue", 6)];
  });
  after(() => center[Symbol.asyncDispose]());

  const member = ofOrganization("red", "member");
  const administrator = ofOrganization("red", "admin");

  test("R05 it makes, changes and removes what is in its levels, and hears of that alone", async () => {
    using own = reader("red");
    using foreign = reader("blue");
    const [heard, unheard] = [
      center.service.events.follow({}, own),
      center.service.events.follow({}, foreign),
    ];
    for (const events of [heard, unheard]) await events.next();
    const tried = new Set<string>();
    for (const [operation, asked] of changes) {
      const route = registry.find((each) => each.operation === operation) ?? assert.fail(operation);
      await ask(center, route, asked, route.role === "admin" ? administrator : member).catch(
        (error: unknown) => assert.fail(`${operation}: ${String(error)}`),
      );
      tried.add(operation);
    }
    // A domain's networks come and go with it; a removal that waits is the next test's.
    const others = ["attachNetwork", "detachNetwork", "keepNetwork"];
    for (const { operation, method, isForOrganizations } of registry)
      if (isForOrganizations === true && method !== "GET")
        assert.ok(tried.has(operation) || others.includes(operation), operation);
    await center.service.zones.update(blue.zone, { labels: { last: "1" } }, {}, root);
    await center.service.zones.update(red.zone, { labels: { last: "1" } }, {}, root);
    const told = await takeUntil(heard, ({ name, type }) => name === red.zone && type === "changed");
    const words = told.map(({ type, noun, name }) => `${type} ${noun} ${name}`);
    for (const each of [
      "created router red/spare",
      "created zone red/spare/back",
      "created security-group red/spare",
      `created network ${spare}`,
      "created subnet 10.9.0.0/24",
      "removed subnet 10.9.0.0/24",
      `removed network ${spare}`,
      "removed subnet 10.8.0.0/24",
      "removed router red/spare",
    ])
      assert.ok(words.includes(each), `${each} in ${words.join("; ")}`);
    assert.ok(!JSON.stringify(told).includes("blue"));
    const [first] = await takeUntil(unheard, () => true);
    assert.deepEqual([first?.name, first?.object], [blue.zone, center.service.zones.show(blue.zone, root)]);
  });

  test("R05 it cancels a removal that waits, and shows the network as its own", async () => {
    const { networks } = center.service;
    assert.match((await networks.remove(red.network, {}, member)).status["removal"] ?? "", /still used/);
    assert.equal((await networks.keep(red.network, member)).status["removal"], undefined);
  });
});

function reader(organization: string) {
  const end = new AbortController();
  const context = { ...ofOrganization(organization), signal: end.signal };
  return { ...context, [Symbol.dispose]: () => end.abort() };
}

/** The changes up to the first of which this is true. */
async function takeUntil(
  events: AsyncGenerator<Event, void>,
  isLast: (event: ChangeEvent) => boolean,
): Promise<readonly ChangeEvent[]> {
  const taken: ChangeEvent[] = [];
  for (;;) {
    const { value, done } = await events.next();
    assert.ok(done !== true && value.type !== "cut", "the stream goes on");
    if (!("noun" in value)) continue;
    taken.push(value);
    if (isLast(value)) return taken;
  }
}
