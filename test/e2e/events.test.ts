import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { addressOf, createNetwork, hasNetwork, startContainer } from "./docker-network.ts";
import { variant } from "./settings.ts";

interface Change {
  readonly id: string;
  readonly type: string;
  readonly noun: string;
  readonly name: string;
  readonly object: Record<string, unknown> | null;
}

/** What a program has printed of events, line by line. */
function changesIn(log: string): readonly Change[] {
  return log
    .split("\n")
    .map((line) => line.replace(/^data: /, ""))
    .filter((line) => line.startsWith("{") && line.endsWith("}"))
    .map((line) => JSON.parse(line) as Change)
    .filter(({ noun }) => noun !== undefined);
}

describe(`who watches the cluster, and from where, ${variant}`, () => {
  let lab: Lab;
  let h1: Host;
  let h2: Host;
  before(async () => {
    lab = await Lab.start({ hosts: 2, outside: true, variant });
    [h1, h2] = [lab.host("h1"), lab.host("h2")];
    await startFairway(lab);
  });
  after(() => lab[Symbol.asyncDispose]());

  /** A principal's token, with what `curl` on the machine outside needs to use it. */
  async function principal(
    name: string,
    ...flags: string[]
  ): Promise<{ readonly token: string; readonly curl: string }> {
    const { stdout } = await h1.run(["fairway", "principal", "create", name, ...flags, "-o", "json"]);
    const { token, authority, api }: Record<string, string> = JSON.parse(stdout);
    await writeFile(join(lab.outside.rootPath, "/tmp/ca.pem"), authority ?? "");
    assert.equal(api, `https://${h1.address}:6640`);
    return {
      token: token ?? "",
      curl: `curl --silent --cacert /tmp/ca.pem --header 'Authorization: Bearer ${token}'`,
    };
  }
  /** The status and the body of an answer. */
  async function ask(curl: string, path: string, ...flags: string[]): Promise<readonly [number, string]> {
    const line = `${curl} --max-time 10 ${flags.join(" ")} --write-out '\\n%{http_code}' https://${h1.address}:6640${path}`;
    const lines = (await lab.outside.sh(line)).split("\n");
    return [Number(lines.at(-1)), lines.slice(0, -1).join("\n")];
  }

  it("A04 containers that come and go on two hosts are events, on the center and on a machine that has nothing but a token", async () => {
    const { curl } = await principal("watcher", "--role", "viewer");
    await using outside = lab.outside.spawn([
      "sh",
      "-c",
      `exec ${curl} --no-buffer 'https://${h1.address}:6640/v1/events?noun=network&noun=endpoint'`,
    ]);
    await until("the stream outside", () => outside.log.includes("event: ready"));
    const ready = /^id: (\S+)$/m.exec(outside.log)?.[1] ?? assert.fail(outside.log);
    await using here = h1.spawn(["fairway", "events", "-o", "json", "--after", ready]);
    await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
    await until("blue's event", () => changesIn(here.log).some(({ name }) => name === "blue"));
    await hasNetwork(h2, "blue");
    await startContainer(h1, "web", "blue");
    await startContainer(h2, "db", "blue");
    const containerOf = ({ object }: Change) =>
      (object?.["engine"] as { containerName?: string } | undefined)?.containerName;
    for (const [watcher, log] of [
      ["on the center", () => here.log],
      ["outside", () => outside.log],
    ] as const)
      for (const [container, host] of [
        ["web", h1],
        ["db", h2],
      ] as const) {
        const its = () => changesIn(log()).filter((change) => containerOf(change) === container);
        await until(`${container}'s event ${watcher}`, () => its().length > 0);
        const shown = its().at(-1)?.object;
        assert.equal(shown?.["host"], host.name);
        assert.deepEqual(shown?.["addresses"], [`${await addressOf(host, container)}/24`]);
      }
    assert.ok(
      changesIn(here.log).some(
        ({ noun, name, type }) => noun === "address" && name === "10.1.0.1" && type === "created",
      ),
    );
    assert.ok(changesIn(outside.log).every(({ noun }) => noun === "network" || noun === "endpoint"));

    const last = changesIn(outside.log).at(-1)?.id ?? assert.fail();
    await h2.docker("rm", "--force", "db");
    const removed = (changes: readonly Change[]) =>
      changes.filter(({ noun, type }) => noun === "endpoint" && type === "removed");
    await until("the removal", () => removed(changesIn(outside.log)).length === 1);
    const resumed = await lab.outside.sh(
      `${curl} --no-buffer --max-time 3 --header 'Last-Event-ID: ${last}' https://${h1.address}:6640/v1/events || true`,
    );
    assert.deepEqual(
      removed(changesIn(resumed)).map(({ id }) => id),
      removed(changesIn(outside.log)).map(({ id }) => id),
    );
    await h2.docker("network", "ls");
    const { stdout } = await h1.run([
      "fairway",
      "events",
      "--after",
      last,
      "--noun",
      "endpoint",
      "--count",
      "1",
    ]);
    assert.match(stdout, /^\d\d:\d\d:\d\d (changed|removed) endpoint /);
  });

  it("A04 after the center has started again an old id is 410, and fairway events says what to do", async () => {
    const { curl } = await principal("returning", "--role", "viewer");
    const ready = await lab.outside.sh(
      `${curl} --no-buffer --max-time 2 https://${h1.address}:6640/v1/events || true`,
    );
    const id = /^id: (\S+)$/m.exec(ready)?.[1] ?? assert.fail(ready);
    await h1.daemon("fairway").kill();
    await h1.daemon("fairway").start();
    const [status, body] = await ask(curl, "/v1/events", `--header 'Last-Event-ID: ${id}'`);
    assert.equal(status, 410);
    assert.match(JSON.parse(body).detail, /the center has started again since; .*list the objects again/);
    const { stderr, code } = await h1.run(["fairway", "events", "--after", id], { check: false });
    assert.equal(code, 1);
    assert.match(stderr, /is not remembered: the center has started again since/);
  });

  it("A06 a principal does from another machine what its role lets it, until it is removed; each change has its author in the log", async () => {
    await createNetwork(h1, "red", "--subnet", "10.2.0.0/24");
    const [viewer, member, admin] = [
      await principal("viewer", "--role", "viewer"),
      await principal("ann@example.org", "--role", "member", "--expires", "1h"),
      await principal("admin", "--role", "admin"),
    ];
    await until("the network's name", async () => (await ask(viewer.curl, "/v1/networks/red"))[0] === 200);
    assert.equal((await ask(viewer.curl, "/v1/networks/red", "--request DELETE"))[0], 403);
    assert.equal((await ask(member.curl, "/v1/tokens"))[0], 403);
    assert.equal((await ask(admin.curl, "/v1/tokens"))[0], 200);
    assert.equal((await ask(viewer.curl.replace(/fwp_./, "fwp_-"), "/v1/networks"))[0], 401);
    assert.equal((await ask("curl --silent --cacert /tmp/ca.pem", "/v1/networks"))[0], 401);
    await h1.sh("fairway organization create red");
    const red = await principal("stranger", "--role", "member", "--organization", "red");
    assert.deepEqual(await ask(red.curl, "/v1/networks"), [200, "[]"]);
    assert.equal((await ask(red.curl, "/v1/networks/red"))[0], 404);
    assert.equal((await ask(member.curl, "/v1/networks/red", "--request DELETE"))[0], 200);

    const listed = await h1.sh("fairway principal ls");
    assert.match(listed, /^ann@example\.org +member +all +valid +20/m);
    assert.match(listed, /^stranger +member +red +valid +never$/m);
    await h1.sh("fairway principal rm viewer");
    assert.equal((await ask(viewer.curl, "/v1/networks"))[0], 401);

    const log = await h1.sh("cat /var/log/fairway.log");
    const authors = new Set(Array.from(log.matchAll(/"author":"([^"]+)"/g), ([, author]) => author));
    for (const author of ["root", "host h2", "principal ann@example.org"])
      assert.ok(authors.has(author), [...authors].join(", "));
    for (const { token } of [viewer, member, admin, red])
      assert.ok(!log.includes(token.slice(4)), "no token is in the log");
  });
});
