import assert from "node:assert/strict";
import { test } from "node:test";
import { FairwayError } from "../../src/errors.ts";
import { samples } from "../api/sample-objects.ts";
import { serve } from "../api/serve.ts";
import { at, fairway } from "./run-command.ts";

const { organization, zone, network } = samples;
const domain = {
  ...samples.router,
  name: "Enterprise/Domain",
  organization: "Enterprise",
  zones: ["Enterprise/Domain/Zone"],
};

test("R05 commands make, show and remove organizations, domains and zones by full names or by flags", async () => {
  const asked: unknown[] = [];
  const note =
    <Answer>(verb: string, answer: Answer) =>
    async (...args: readonly unknown[]) => {
      asked.push([verb, ...args.slice(0, -1)]);
      return answer;
    };
  await using served = await serve({
    organizations: {
      put: note("put", organization),
      update: note("update", organization),
      remove: note("remove", organization),
    },
    routers: { put: note("put", domain), remove: note("remove", domain) },
    zones: { put: note("put", zone), remove: note("remove", zone) },
    networks: { create: note("create", network) },
  });
  for (const line of [
    "organization create Enterprise --label customer=7",
    "domain create Domain --organization Enterprise",
    "domain create Enterprise/Domain --dry-run",
    "zone create Zone --organization Enterprise --domain Domain",
    "network create web --organization Enterprise --domain Domain --zone Zone --subnet 10.1.2.0/24",
    "zone rm Enterprise/Domain/Zone",
    "domain rm Domain --organization Enterprise",
    "organization rm Enterprise --dry-run",
  ])
    assert.equal((await at(served, line)).err, "", line);
  const plain = { labels: {}, options: {} };
  const wet = { isDry: false };
  const some = { isDry: false, revisions: undefined };
  assert.deepEqual(asked, [
    ["put", { labels: { customer: "7" }, options: {}, quotas: {}, name: "Enterprise" }, wet],
    ["put", { ...plain, routes: {}, name: "Enterprise/Domain" }, wet],
    ["put", { ...plain, routes: {}, name: "Enterprise/Domain" }, { isDry: true }],
    ["put", { ...plain, name: "Enterprise/Domain/Zone" }, wet],
    ["create", { name: "Enterprise/Domain/Zone/web", subnets: [{ cidr: "10.1.2.0/24" }] }, wet],
    ["remove", "Enterprise/Domain/Zone", some],
    ["remove", "Enterprise/Domain", some],
    ["remove", "Enterprise", { isDry: true, revisions: undefined }],
  ]);
  const { err } = await at(served, "zone create Zone --domain Domain");
  assert.equal(err, "fairway: --domain needs --organization, in which it is; give both\n");
});

test("R11 commands say how much an organization may have, and show how much of it it has", async () => {
  const asked: unknown[] = [];
  const note = async (...args: readonly unknown[]) => {
    asked.push(args.slice(0, -2));
    return organization;
  };
  await using served = await serve({
    organizations: { put: note, update: note, show: () => organization },
  });
  const quotas = "--quota networks=10 --quota ports=0";
  for (const line of [
    `create Enterprise ${quotas}`,
    `update Enterprise ${quotas} --quota-rm rules --label a=b`,
  ])
    assert.equal((await at(served, `organization ${line}`)).err, "", line);
  assert.deepEqual(asked, [
    [{ labels: {}, options: {}, quotas: { networks: 10, ports: 0 }, name: "Enterprise" }],
    ["Enterprise", { labels: { a: "b" }, quotas: { rules: null, networks: 10, ports: 0 } }],
  ]);
  const { out } = await at(served, "organization show Enterprise");
  assert.match(out, /^networks: +3 of 10\naddresses: +12\nports: +11\nrules: +0$/m);
  for (const wrong of ["networks=ten", "networks", "networks=-1", "networks=1.5"])
    assert.equal(
      (await at(served, `organization update Enterprise --quota ${wrong}`)).err,
      "fairway: --quota networks must be a whole number, e.g. --quota networks=10\n",
    );
  const { err } = await at(served, "organization update Enterprise --quota netwroks=1");
  assert.match(err, /unknown key "netwroks" in quotas; did you mean "networks"\?/);
  assert.equal(asked.length, 2);
});

test("R05 lists are of the levels that the flags name", async () => {
  const asked: unknown[] = [];
  const list =
    <Item>(item: Item) =>
    ({ name }: { readonly name?: string | undefined }) => {
      asked.push(name);
      return [item];
    };
  await using served = await serve({
    organizations: { list: list(organization) },
    routers: { list: list(domain) },
    zones: { list: list(zone) },
    networks: { list: list(network) },
  });
  const { out } = await at(served, "organization ls");
  assert.match(out, /^NAME +ID +DOMAINS +LABELS\nEnterprise +\S+ +Enterprise\/Domain +customer=7\n$/);
  for (const line of [
    "domain ls",
    "domain ls --organization Enterprise",
    "zone ls",
    "zone ls --organization Enterprise --domain Domain --name Z*",
    "network ls --organization Enterprise",
  ])
    assert.equal((await at(served, line)).status, 0, line);
  assert.deepEqual(asked, [
    undefined,
    "*/*",
    "Enterprise/*",
    undefined,
    "Enterprise/Domain/Z*",
    "Enterprise/*",
  ]);
  const shown = await at(served, "domain show Domain --organization Enterprise");
  assert.match(shown.out, /^name: +office$/m);
  const words = ["zone", "show", "Enterprise/Domain/Zone", "--socket", served.path];
  assert.match((await fairway(words)).out, /^domain: +Enterprise\/Domain$/m);
});

test("R06 a port shows in which levels it is, be it a container's or one that was made by name", async () => {
  const within = { uuid: network.uuid, name: "Enterprise/Domain/Zone/Subnet 2" };
  const [port, endpoint] = [samples.port, samples.endpoint].map((each) => ({ ...each, network: within }));
  const missing = (noun: string) => new FairwayError("not_found", `no ${noun} "wep"`);
  await using served = await serve({
    ports: {
      show: (reference) => {
        if (reference !== "vm1") throw missing("port");
        return { ...samples.port, ...port };
      },
    },
    endpoints: {
      show: (reference) => {
        if (reference !== "web") throw missing("endpoint");
        return { ...samples.endpoint, ...endpoint };
      },
    },
  });
  const levels =
    /\nnetwork: +Enterprise\/Domain\/Zone\/Subnet 2 .*\norganization: +Enterprise\ndomain: +Domain\nzone: +Zone\n/;
  for (const line of ["port show vm1", "port show web", "endpoint show web"])
    assert.match((await at(served, line)).out, levels, line);
  const { out } = await at(served, "port show web");
  assert.match(out, /\nhost: +node-1\n(.*\n)*mac: +02:42:0a:01:00:07\naddresses: +10\.1\.0\.7\/24\n/);
  assert.match((await at(served, "port show wep")).err, /^fairway: no port "wep"$/m);
});

test("R11 commands share a network and end that, by what they have read, and show it", async () => {
  const asked: unknown[] = [];
  const shared = { ...network, name: "Enterprise/Domain/Zone/web", sharedWith: ["Other"] };
  const seen = { ...shared, organization: "Enterprise", zone: null };
  const own = { ...seen, zone: "Enterprise/Domain/Zone" };
  await using served = await serve({
    networks: {
      show: () => own,
      update: async (...args: readonly unknown[]) => {
        asked.push(args.slice(0, -1));
        return own;
      },
    },
    organizations: { show: () => organization },
  });
  for (const line of [
    "share Enterprise/Domain/Zone/web --with Third --with Other",
    "unshare Enterprise/Domain/Zone/web --with Other --with Fourth --dry-run",
  ])
    assert.equal((await at(served, `organization ${line}`)).err, "", line);
  const revisions = [own.revision];
  assert.deepEqual(asked, [
    [own.uuid, { sharedWith: ["Other", "Third"] }, { isDry: false, revisions }],
    [own.uuid, { sharedWith: [] }, { isDry: true, revisions }],
  ]);
  const shown = async (line: string) => (await at(served, line)).out;
  assert.match(await shown("network show web"), /^shared with: +Other$/m);
  assert.doesNotMatch(await shown("network show web"), /^shared by: /m);
  assert.match(await shown("organization show Enterprise"), /^shared with it: +Other\/Domain\/Zone\/lan$/m);
});
