import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { Agent, request as requestTls } from "node:https";
import { text } from "node:stream/consumers";
import { after, before, beforeEach, describe, it } from "node:test";
import type { PrincipalCaller } from "../../src/center/context.ts";
import { FairwayError } from "../../src/errors.ts";
import { Admitted, Authority } from "./certificates.ts";
import { samples } from "./sample-objects.ts";
import { type Served, serve } from "./serve.ts";

const tokenOf = (letter: string) => `fwp_${letter.repeat(43)}`;
const viewer: PrincipalCaller = { kind: "principal", name: "ci", role: "viewer", organization: null };

interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

describe("who shows a token over TLS, without a certificate", () => {
  const stack = new AsyncDisposableStack();
  let served: Served;
  let ca: Buffer;
  /** By token. */
  const known = new Map<string, PrincipalCaller>();
  before(async () => {
    const authority = stack.use(await Authority.create());
    const files = await authority.issue("central", "/CN=central");
    ca = readFileSync(files.ca);
    const listener = {
      kind: "tls" as const,
      address: "127.0.0.1",
      port: 0,
      admission: new Admitted(),
      ...files,
    };
    const authenticate = (token: string) => {
      const caller = known.get(token);
      if (caller === undefined) throw new FairwayError("unauthenticated", "this center knows no such token");
      return caller;
    };
    const follow = async function* () {
      yield { type: "ready" as const, id: "1-abc.0" };
      await new Promise<never>(() => undefined);
    };
    const changes = { principals: { authenticate }, events: { follow } };
    served = stack.use(
      await serve(changes, {
        listeners: [listener],
        heartbeatMs: 20,
        principalRate: { burst: 150, perSecond: 0.01 },
      }),
    );
  });
  after(() => stack.disposeAsync());
  beforeEach(() => {
    known.clear();
    known.set(tokenOf("v"), viewer);
  });

  /** An agent of its own where connections are to be kept. */
  async function open(method: string, path: string, headers: Record<string, string>, agent?: Agent) {
    const { port } = new URL(served.targets[1] ?? assert.fail());
    const sent = requestTls({ host: "127.0.0.1", port, ca, method, path, headers, agent: agent ?? false });
    sent.end();
    const [answer] = (await once(sent, "response")) as [IncomingMessage];
    return answer;
  }
  async function ask(
    path: string,
    token: string,
    { method = "GET", agent }: { method?: string; agent?: Agent } = {},
  ): Promise<Answer> {
    const answer = await open(method, path, { authorization: `Bearer ${token}` }, agent);
    return { status: answer.statusCode ?? 0, headers: answer.headers, body: await text(answer) };
  }

  it("A06 a principal does what its role lets it, and the center hears who asks", async () => {
    const { status, body } = await ask("/v1/networks", tokenOf("v"));
    assert.deepEqual([status, JSON.parse(body)], [200, [samples.network]]);
    assert.deepEqual(served.contexts.at(-1)?.caller, viewer);
    const before = served.contexts.length;
    const refused = await ask("/v1/networks/blue", tokenOf("v"), { method: "DELETE" });
    assert.equal(refused.status, 403);
    assert.match(
      JSON.parse(refused.body).detail,
      /^principal ci is a viewer, and may not DELETE \/v1\/networks\/blue: that takes a member$/,
    );
    for (const [method, path] of [
      ["GET", "/v1/tokens"],
      ["POST", "/v1/tokens"],
      ["GET", "/v1/principals"],
      ["POST", "/v1/principals"],
      ["DELETE", "/v1/hosts/node-1"],
      ["GET", "/v1/hosts/node-1/state"],
      ["POST", "/v1/join"],
    ] as const)
      assert.equal((await ask(path, tokenOf("v"), { method })).status, 403, `${method} ${path}`);
    assert.equal(served.contexts.length, before, "the center heard of what was allowed alone");
  });

  it("A06 a wrong token, no token and another scheme are 401, and name how to come in", async () => {
    const before = served.contexts.length;
    for (const authorization of [
      `Bearer ${tokenOf("x")}`,
      `Bearer ${tokenOf("v")}x`,
      "Bearer",
      "Bearer  ",
      `Basic ${tokenOf("v")}`,
      `Bearer ${tokenOf("v")} ${tokenOf("v")}`,
      "",
    ]) {
      const answer = await open("GET", "/v1/networks", { authorization });
      assert.equal(answer.statusCode, 401, authorization);
      assert.equal(answer.headers["www-authenticate"], "Bearer");
      assert.equal(answer.headers.connection, "close");
      answer.resume();
    }
    assert.equal((await open("GET", "/v1/networks", {})).statusCode, 401);
    assert.equal(served.contexts.length, before);
  });

  it("A06 a wrong token is refused on the unix socket, too: there it would be root's request", async () => {
    const send = async (authorization: string) => {
      const sent = request({ socketPath: served.path, path: "/v1/tokens", headers: { authorization } });
      sent.end();
      const [answer] = (await once(sent, "response")) as [IncomingMessage];
      answer.resume();
      return answer.statusCode;
    };
    assert.equal(await send(`Bearer ${tokenOf("x")}`), 401);
    assert.equal(await send(`Bearer ${tokenOf("v")}`), 403);
  });

  it("A06 to a principal of an organization lists of what is the whole cluster's are empty, and objects are not there", async () => {
    known.set(tokenOf("r"), { ...viewer, role: "admin", organization: "red" });
    const before = served.contexts.length;
    for (const path of ["/v1/hosts", "/v1/physical-networks", "/v1/route-targets"])
      assert.deepEqual(
        await ask(path, tokenOf("r")).then(({ status, body }) => [status, body]),
        [200, "[]"],
        path,
      );
    for (const path of ["/v1/hosts/node-1", "/v1/physical-networks/office", "/v1/status"])
      assert.equal((await ask(path, tokenOf("r"))).status, 404, path);
    for (const path of ["/v1/physical-networks/office", "/v1/organizations/red"])
      assert.equal((await ask(path, tokenOf("r"), { method: "DELETE" })).status, 403, path);
    assert.equal((await ask("/v1/tokens", tokenOf("r"), { method: "POST" })).status, 403);
    assert.equal((await ask("/v1/openapi.json", tokenOf("r"))).status, 200);
    assert.equal(served.contexts.length, before, "the center heard of none of it");
  });

  it("A06 a token stands in no line of the log, wherever it was written", async () => {
    await ask("/v1/networks", tokenOf("v"));
    await ask("/v1/networks", tokenOf("x"));
    await ask(`/v1/nothing?token=${tokenOf("v")}`, tokenOf("v"));
    await ask(`/v1/networks?token=${tokenOf("v")}`, tokenOf("v"));
    await ask(`/v1/networks/${tokenOf("v")}`, tokenOf("v"), { method: "DELETE" });
    await ask(`/v1/networks/%ff${tokenOf("v")}`, tokenOf("v"));
    const log = JSON.stringify(served.log);
    assert.match(log, /principal ci/);
    assert.doesNotMatch(log, /v{43}|x{43}/);
  });

  it("A07 who asks too often is told when to come again, and others are not held up", async () => {
    known.set(tokenOf("h"), { ...viewer, name: "hasty" });
    const agent = new Agent({ keepAlive: true, maxSockets: 4 });
    const statuses: number[] = [];
    for (let at = 0; at < 150; at++)
      statuses.push((await ask("/v1/openapi.json", tokenOf("h"), { agent })).status);
    assert.deepEqual([...new Set(statuses)], [200]);
    const refused = await ask("/v1/openapi.json", tokenOf("h"), { agent });
    agent.destroy();
    assert.deepEqual([refused.status, refused.headers["retry-after"]], [429, "1"]);
    const { code, retryable, detail } = JSON.parse(refused.body);
    assert.deepEqual([code, retryable], ["too_many", true]);
    assert.match(detail, /^principal hasty asks more than /);
    known.set(tokenOf("o"), { ...viewer, name: "other" });
    assert.equal((await ask("/v1/networks", tokenOf("o"))).status, 200);
  });

  it("A06 a connection on which a token was shown is no stranger's: one address may have more of them than strangers", async () => {
    known.set(tokenOf("m"), { ...viewer, name: "many" });
    const open1 = async () => {
      const answer = await open("GET", "/v1/events", { authorization: `Bearer ${tokenOf("m")}` });
      assert.equal(answer.statusCode, 200);
      return answer;
    };
    const streams = [];
    for (let at = 0; at < 80; at++) streams.push(await open1());
    assert.equal((await ask("/v1/networks", tokenOf("m"))).status, 200);
    for (const each of streams) each.destroy();
  });

  it("A06 a stream ends when its principal is removed, or its token expires", async () => {
    const answer = await open("GET", "/v1/events", { authorization: `Bearer ${tokenOf("v")}` });
    await once(answer, "data");
    known.delete(tokenOf("v"));
    for await (const _ of answer);
    assert.equal((await ask("/v1/networks", tokenOf("v"))).status, 401);
  });
});
