import assert from "node:assert/strict";
import { test } from "node:test";
import { dockerOptions } from "../../src/cli/docker-options.ts";
import { main } from "../../src/cli/main.ts";
import { FairwayError } from "../../src/errors.ts";
import { samples } from "../api/sample-objects.ts";
import { serve } from "../api/serve.ts";

/** What a command sends to the center, and what it prints. */
async function sentBy(line: string, overtaken = 0) {
  const sent: unknown[] = [];
  let refusals = overtaken;
  await using served = await serve({
    networks: {
      create: async (body, { isDry }) => (
        sent.push({ ...body, ...(isDry === true && { isDry }) }), samples.network
      ),
      update: async (reference, patch, { revisions }) => {
        if (refusals-- > 0) throw new FairwayError("precondition_failed", "somebody was faster");
        sent.push({ reference, patch, revisions });
        return samples.network;
      },
      list: (filter) => (sent.push(filter), [samples.network]),
    },
    subnets: {
      create: async (body) => (sent.push(body), samples.subnet),
      remove: async (reference, { isDry }) => (sent.push({ reference, isDry }), samples.subnet),
    },
  });
  let [out, err] = ["", ""];
  const status = await main([...line.split(" "), "--socket", served.path], {
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    environment: {},
    run: () => Promise.reject(new Error("not asked for")),
  });
  return { status, sent, out, err };
}

const bodies: Readonly<Record<string, unknown>> = {
  "network create blue": { name: "blue", subnets: [{ family: 4 }] },
  "network create blue --ipv6 --internal --attachable": {
    name: "blue",
    subnets: [{ family: 4 }, { family: 6 }],
    internal: true,
    attachable: true,
  },
  "network create blue --subnet fd00:1::/64 --mtu 1400 --dry-run": {
    name: "blue",
    subnets: [{ cidr: "fd00:1::/64" }],
    mtu: 1400,
    isDry: true,
  },
  "network create --subnet 10.1.0.0/24 --subnet fd00:1::/64 --ipv6 --gateway 10.1.0.254 --ip-range 10.1.0.128/25 --aux-address p=10.1.0.9 --route 10.9.0.0/16,10.1.0.7 --dns 10.1.0.53 --label team=web --label empty -o mode=routed --opt x-a=b=c blue":
    {
      name: "blue",
      subnets: [
        {
          cidr: "10.1.0.0/24",
          gateway: "10.1.0.254",
          ranges: ["10.1.0.128/25"],
          auxiliaries: ["10.1.0.9"],
          dns: ["10.1.0.53"],
          hostRoutes: ["10.9.0.0/16 10.1.0.7"],
        },
        { cidr: "fd00:1::/64", ranges: [], auxiliaries: [], dns: ["10.1.0.53"], hostRoutes: [] },
      ],
      labels: { team: "web", empty: "" },
      options: { mode: "routed", "x-a": "b=c" },
    },
};

for (const [line, body] of Object.entries(bodies))
  test(`O02 fairway ${line} asks for what Docker's flags say`, async () => {
    const { status, sent, err } = await sentBy(line);
    assert.deepEqual([status, err], [0, ""]);
    assert.deepEqual(sent, [body]);
  });

const kept = {
  cidr: "10.1.0.0/24",
  gateway: "10.1.0.1",
  ranges: [],
  hostRoutes: [],
  dns: [],
  auxiliaries: [],
  options: {},
};

const patches: Readonly<Record<string, unknown>> = {
  "network update blue --label team=ops --label-rm owner --opt-rm x-a --mtu 1300": {
    labels: { owner: null, team: "ops" },
    options: { "x-a": null },
    mtu: 1300,
  },
  "network update blue --add-subnet 10.2.0.0/24 --ip-range 10.2.0.0/25": {
    subnets: [kept, { cidr: "10.2.0.0/24", ranges: ["10.2.0.0/25"] }],
  },
  "network update blue --subnet 10.1.0.0/24 --ip-range 10.1.0.0/25": {
    subnets: [{ ...kept, ranges: ["10.1.0.0/25"] }],
  },
  "network update blue --rm-subnet 10.1.0.0/24": { subnets: [] },
  "network update blue --dns 10.1.0.53": { subnets: [{ ...kept, dns: ["10.1.0.53"] }] },
};

for (const [line, patch] of Object.entries(patches))
  test(`D19 fairway ${line} changes what was read, and that revision alone`, async () => {
    const { status, sent, err } = await sentBy(line);
    assert.deepEqual([status, err], [0, ""]);
    const { uuid, revision } = samples.network;
    assert.deepEqual(sent, [{ reference: uuid, patch, revisions: [revision] }]);
  });

test("D19 whoever was overtaken looks again, three times at most", async () => {
  assert.equal((await sentBy("network update blue --mtu 1300", 2)).status, 0);
  const { status, sent, err } = await sentBy("network update blue --mtu 1300", 3);
  assert.deepEqual([status, sent, err], [1, [], "fairway: somebody was faster\n"]);
});

test("O02 what flags cannot mean is refused in words", async () => {
  for (const [line, message] of [
    ["network create blue --gateway 10.1.0.1", /--gateway 10\.1\.0\.1 lies in no --subnet/],
    ["network create blue --mtu large", /--mtu takes a number of bytes/],
    ["network update blue --ip-range 10.1.0.0/25", /name the subnet that is meant/],
    [
      "network update blue --rm-subnet 10.7.0.0/24",
      /network blue has no subnet 10\.7\.0\.0\/24; it has 10\.1\.0\.0\/24/,
    ],
  ] as const) {
    const { status, sent, err } = await sentBy(line);
    assert.deepEqual([status, sent], [1, []]);
    assert.match(err, message);
  }
});

test("O02 fairway subnet adds and removes, network ls filters", async () => {
  assert.deepEqual((await sentBy("subnet add blue --ipv6")).sent, [{ network: "blue", family: 6 }]);
  const added = await sentBy("subnet add blue 10.2.0.0/24 --gateway 10.2.0.9");
  assert.deepEqual(added.sent, [{ network: "blue", cidr: "10.2.0.0/24", gateway: "10.2.0.9" }]);
  const removed = await sentBy("subnet rm 10.1.0.0/24@blue --dry-run");
  assert.deepEqual(removed.sent, [{ reference: "10.1.0.0/24@blue", isDry: true }]);
  assert.equal(removed.out, "10.1.0.0/24: would be no subnet of blue any more\n");
  const listed = await sentBy("network ls --name shop-* --label team=web --origin api");
  assert.deepEqual(listed.sent, [{ name: "shop-*", label: "team=web", origin: "api", limit: 500 }]);
  const subnets = await sentBy("subnet ls --network blue");
  assert.equal(
    subnets.out,
    "CIDR         ID            NETWORK  GATEWAY   RANGES  USED\n10.1.0.0/24  cccccccc-000  blue     10.1.0.1  –       2\n",
  );
});

test("O02 -o is Docker's behind network create and update where it has an equals sign", () => {
  const words = (line: string) => dockerOptions(line.split(" ")).join(" ");
  assert.equal(
    words("network create -o mode=nat blue -o json"),
    "network create --opt mode=nat blue -o json",
  );
  assert.equal(words("-o json network update blue -omtu=1400"), "-o json network update blue --opt mtu=1400");
  assert.equal(words("network ls -o a=b"), "network ls -o a=b");
  assert.equal(
    words("router update r -o multicast=true -o json"),
    "router update r --opt multicast=true -o json",
  );
});
