import assert from "node:assert/strict";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import {
  addressOf,
  hasNetwork,
  inspect,
  networksGone,
  ping,
  removeAll,
  startContainer,
} from "./docker-network.ts";
import { variant } from "./settings.ts";
import { tracesOf } from "./traces.ts";

interface Answer {
  readonly status: number;
  readonly tag: string | undefined;
  readonly body: ReturnType<typeof JSON.parse>;
}

/** A request to the center as any program sends it. */
async function ask(
  center: Host,
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const type = body === undefined ? {} : { "content-type": "application/json" };
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const sent = request({
    socketPath: `${center.rootPath}/run/fairway/api.sock`,
    method,
    path,
    headers: { ...type, ...headers },
  });
  sent.once("error", reject);
  sent.once("response", (answer) => {
    const {
      statusCode: status = 0,
      headers: { etag: tag },
    } = answer;
    text(answer).then((content) => resolve({ status, tag, body: JSON.parse(content) }), reject);
  });
  sent.end(body === undefined ? undefined : JSON.stringify(body));
  return promise;
}

/** What a host's engine shows of a network. */
async function shownBy(host: Host, name: string) {
  const [shown] = JSON.parse(await host.docker("network", "inspect", name)) as [
    {
      readonly Id: string;
      readonly Labels: Readonly<Record<string, string>>;
      readonly IPAM: { readonly Config: readonly { readonly Subnet: string; readonly IPRange?: string }[] };
    },
  ];
  return shown;
}

describe(`networks made without an engine, ${variant}`, () => {
  let lab: Lab;

  before(async () => {
    lab = await Lab.start({ hosts: 2, variant });
    await startFairway(lab, { docker: { mirror: true } });
  });
  after(() => lab[Symbol.asyncDispose]());

  it("A03 a network of the API is on both engines, containers on it ping, it changes and it goes", async () => {
    const [h1, h2] = [lab.host("h1"), lab.host("h2")];
    const clean = [await tracesOf(h1), await tracesOf(h2)];
    const wish = {
      name: "blue",
      subnets: [{ cidr: "10.1.0.0/24", ranges: ["10.1.0.128/25"] }],
      labels: { team: "web" },
      options: { "x-note": "a" },
    };
    const would = await ask(h1, "POST", "/v1/networks?dry-run", wish);
    assert.equal(would.status, 201);
    assert.deepEqual((await ask(h1, "GET", "/v1/networks")).body, []);
    const made = await ask(h1, "POST", "/v1/networks", wish);
    assert.deepEqual([made.status, made.body.origin, made.tag], [201, "api", `"${made.body.revision}"`]);
    for (const host of [h1, h2]) {
      await hasNetwork(host, "blue");
      const { Labels, IPAM } = await shownBy(host, "blue");
      assert.deepEqual(Labels, { team: "web" });
      assert.deepEqual(
        IPAM.Config.map(({ Subnet, IPRange }) => [Subnet, IPRange]),
        [["10.1.0.0/24", "10.1.0.128/25"]],
      );
      await startContainer(host, `on-${host.name}`, "blue");
    }
    const [one, two] = [await addressOf(h1, "on-h1"), await addressOf(h2, "on-h2")];
    assert.match(one, /^10\.1\.0\.1\d\d$/);
    await until("the first answer", async () => (await ping(h1, "on-h1", two).catch(() => "")) !== "");
    await ping(h2, "on-h2", one);

    const stale = { "if-match": '"0000000000000000"' };
    const refused = await ask(h1, "PATCH", "/v1/networks/blue", { mtu: 1300 }, stale);
    assert.deepEqual([refused.status, refused.body.code], [412, "precondition_failed"]);
    const merge = { "if-match": made.tag ?? "", "content-type": "application/merge-patch+json" };
    const patch = { mtu: 1300, labels: { team: "ops" }, subnets: [...wish.subnets, { cidr: "10.2.0.0/24" }] };
    const changed = await ask(h1, "PATCH", "/v1/networks/blue", patch, merge);
    assert.equal(changed.status, 200, JSON.stringify(changed.body));
    assert.deepEqual(changed.body.mtu, { asked: 1300, effective: 1300 });
    assert.deepEqual(changed.body.outdated.count, 2);
    const mtuOf = async (host: Host) => {
      const line = await host.docker("exec", `on-${host.name}`, "cat", "/sys/class/net/eth0/mtu");
      return Number(line);
    };
    for (const host of [h1, h2]) await until("the MTU", async () => (await mtuOf(host)) === 1300);
    await ping(h1, "on-h1", two);

    // A container on the other subnet, and one of before: they reach each other.
    await until("the engines' word", async () => {
      const { body } = await ask(h1, "GET", "/v1/networks/blue");
      return body.engines.every(({ outdated }: { outdated: boolean }) => outdated);
    });
    assert.match(
      await h1.sh("fairway network show blue"),
      /^outdated: +(?:container )?on-h1 on h1, on-h2 on h2: /m,
    );
    await removeAll(h2, ["on-h2"], []);
    await until("a mirror of the network as it is now", async () => {
      const mirror = await shownBy(h2, "blue").catch(() => undefined);
      return mirror?.Labels["team"] === "ops";
    });
    await startContainer(h2, "new", "blue", "--ip", "10.2.0.7");
    await until(
      "an answer across subnets",
      async () => (await ping(h1, "on-h1", "10.2.0.7").catch(() => "")) !== "",
    );
    await ping(h2, "new", one);

    const used = await ask(h1, "DELETE", `/v1/subnets/${encodeURIComponent("10.2.0.0/24@blue")}`);
    assert.deepEqual([used.status, used.body.code], [409, "in_use"]);
    assert.match(used.body.detail, /10\.2\.0\.7 by container new on host h2/);
    await removeAll(h2, ["new"], []);
    await until("the subnet to be unused", async () => {
      const { status } = await ask(h1, "DELETE", `/v1/subnets/${encodeURIComponent("10.2.0.0/24@blue")}`);
      return status === 200;
    });

    assert.match(await h1.sh("fairway network rm blue"), /^blue: being removed; still used by .*on-h1 on h1/);
    await ping(h1, "on-h1", "10.1.0.1");
    await removeAll(h1, ["on-h1"], []);
    await networksGone(h1, "blue");
    await until("all traces to be gone", async () => {
      const now = [await tracesOf(h1), await tracesOf(h2)];
      return now[0] === clean[0] && now[1] === clean[1];
    });
  });

  it("D19 A03 the command line makes, changes and removes a network with Docker's flags; a mirror that is removed comes back", async () => {
    const [h1, h2] = [lab.host("h1"), lab.host("h2")];
    await h1.sh(
      "fairway network create green --subnet 10.3.0.0/24 --gateway 10.3.0.254 --aux-address printer=10.3.0.9 --label team=web -o x-note=a",
    );
    for (const host of [h1, h2]) await hasNetwork(host, "green");
    const before = (await shownBy(h2, "green")).Id;
    await h2.docker("network", "rm", "green");
    await until("the mirror", async () => {
      const { code } = await h2.run(["docker", "network", "inspect", "green"], { check: false });
      return code === 0 && (await shownBy(h2, "green")).Id !== before;
    });
    await startContainer(h2, "web", "green");
    assert.equal(await inspect(h2, "web", "{{.NetworkSettings.Networks.green.Gateway}}"), "10.3.0.254");
    await h1.sh("fairway network update green --add-subnet 10.4.0.0/24 --label team=ops --label owner=me");
    await h1.sh("fairway subnet add green 10.5.0.0/24");
    assert.match(
      await h1.sh("fairway subnet ls --network green"),
      /10\.3\.0\.0\/24.*\n10\.4\.0\.0\/24.*\n10\.5\.0\.0\/24/,
    );
    await until(
      "the mirror on h1 to be new",
      async () => (await shownBy(h1, "green").catch(() => undefined))?.Labels["owner"] === "me",
    );
    await h1.sh("fairway subnet rm 10.5.0.0/24@green");
    const failed = await h1.run(["fairway", "network", "update", "green", "-o", "mode=isolated"], {
      check: false,
    });
    assert.deepEqual(
      [failed.code, failed.stderr.trim()],
      [1, 'fairway: mode of a network cannot change: it is "nat"; make another network'],
    );
    await h1.sh("fairway network rm green");
    await removeAll(h2, ["web"], []);
    await networksGone(h1, "green");
    for (const host of [h1, h2])
      await until("the network to be gone", async () => {
        const { code } = await host.run(["docker", "network", "inspect", "green"], { check: false });
        return code !== 0;
      });
  });
});
