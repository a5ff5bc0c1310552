import assert from "node:assert/strict";
import { connect } from "node:net";
import { test } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { errorCodes, FairwayError } from "../../src/errors.ts";
import { engineIdOf } from "./sample-objects.ts";
import { serve } from "./serve.ts";

const endpointPath = `/v1/hosts/node-1/docker-networks/${engineIdOf("1")}/endpoints/${engineIdOf("2")}`;

test("A03 every error code is answered as a problem with its status", async () => {
  for (const [code, { status, retryable, title }] of Object.entries(errorCodes)) {
    await using served = await serve({
      hosts: {
        show() {
          throw new FairwayError(code as keyof typeof errorCodes, "in words");
        },
      },
    });
    const answer = await served.send({ path: "/v1/hosts/node-1", headers: { "x-request-id": "mine" } });
    assert.equal(answer.headers["content-type"], "application/problem+json");
    assert.deepEqual(JSON.parse(answer.body), {
      type: `urn:fairway:error:${code}`,
      title,
      status,
      detail: "in words",
      code,
      retryable,
      request: "mine",
    });
    assert.equal(answer.status, status);
  }
});

test("A03 an unexpected error is told to the log and to nobody else", async () => {
  await using served = await serve({
    hosts: {
      list() {
        throw new TypeError("the password is swordfish");
      },
    },
  });
  const answer = await served.send({ path: "/v1/hosts", headers: { "x-request-id": "mine" } });
  assert.equal(answer.status, 500);
  assert.equal(JSON.parse(answer.body).code, "internal");
  assert.doesNotMatch(answer.body, /swordfish|TypeError|\.ts/);
  const line = served.log.find(({ level }) => level === "error") ?? assert.fail();
  assert.equal(line["request"], "mine");
  assert.match(String((line["err"] as Error).stack), /TypeError: the password is swordfish/);
});

const badRequests: readonly {
  readonly what: string;
  readonly request: { method?: string; path: string; body?: string; headers?: Record<string, string> };
  readonly status: number;
  readonly detail: string;
}[] = [
  {
    what: "an unknown path",
    request: { path: "/v1/netwroks" },
    status: 404,
    detail: "no route GET /v1/netwroks; see /v1/openapi.json",
  },
  {
    what: "a method that a path does not take",
    request: { method: "POST", path: "/v1/hosts/node-1", body: "{" },
    status: 405,
    detail: "POST is not for /v1/hosts/:host; it takes GET, PUT, PATCH, DELETE",
  },
  {
    what: "an empty body",
    request: { method: "PUT", path: "/v1/hosts/node-1", body: "" },
    status: 400,
    detail: "the body is empty; it must be JSON",
  },
  {
    what: "no body",
    request: { method: "PUT", path: "/v1/hosts/node-1" },
    status: 400,
    detail: "body: the content is missing; it must be an object with named fields",
  },
  {
    what: "broken JSON",
    request: { method: "PUT", path: "/v1/hosts/node-1", body: '{"systemId": ' },
    status: 400,
    detail: "the body is not JSON",
  },
  {
    what: "another type of body",
    request: {
      method: "PUT",
      path: "/v1/hosts/node-1",
      body: "systemId=1",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    },
    status: 415,
    detail: "the body must be application/json",
  },
  {
    what: "a prototype in JSON",
    request: { method: "PUT", path: "/v1/hosts/node-1", body: '{"systemId": "1", "__proto__": {"a": 1}}' },
    status: 400,
    detail: "the body is not JSON",
  },
  {
    what: "a missing field",
    request: { method: "PUT", path: "/v1/hosts/node-1", body: "{}" },
    status: 400,
    detail: "body: systemId is missing; it must be a string",
  },
  {
    what: "a misspelt field",
    request: {
      method: "PUT",
      path: "/v1/hosts/node-1",
      body: '{"systemId": "1", "tunelAddress": "192.0.2.1"}',
    },
    status: 400,
    detail: 'body: unknown key "tunelAddress"; did you mean "tunnelAddress"?',
  },
  {
    what: "a wrong value deep inside, and another",
    request: {
      method: "PUT",
      path: `/v1/hosts/node-1/docker-networks/${engineIdOf("1")}`,
      body: JSON.stringify({ internal: "yes", subnets: [{ space: "local", cidr: "10.1.0.0" }] }),
    },
    status: 400,
    detail:
      'body: internal must be a boolean; it is "yes"; subnets[0].cidr must be a subnet in CIDR notation, ' +
      'e.g. 10.1.0.0/24 or fd00:1::/64; it is "10.1.0.0"',
  },
  {
    what: "a number out of its bounds",
    request: { method: "PUT", path: "/v1/hosts/node-1", body: '{"systemId": "1", "underlayMtu": 100}' },
    status: 400,
    detail: "body: underlayMtu must be at least 576; it is 100",
  },
  {
    what: "a family that is none",
    request: { method: "POST", path: "/v1/hosts/node-1/pools", body: '{"space": "local", "family": 5}' },
    status: 400,
    detail: "body: family must be one of 4, 6; it is 5",
  },
  {
    what: "a bad part of the path",
    request: { path: "/v1/hosts/node_1" },
    status: 400,
    detail: 'path: host must be one DNS label, e.g. node-1; it is "node_1"',
  },
  {
    what: "a path with a broken escape",
    request: { path: "/v1/hosts/%zz" },
    status: 400,
    detail: "'/v1/hosts/%zz' is not a valid url component",
  },
  {
    what: "an unknown filter",
    request: { path: "/v1/endpoints?netwrok=blue" },
    status: 400,
    detail: 'query: unknown key "netwrok"; did you mean "network"?',
  },
];

for (const { what, request, status, detail } of badRequests) {
  test(`A07 ${what} is refused with ${status} and says what would be right`, async () => {
    await using served = await serve();
    const answer = await served.send(request);
    const problem = JSON.parse(answer.body);
    assert.deepEqual([answer.status, problem.status, problem.detail], [status, status, detail]);
    assert.deepEqual(served.contexts, [], "the center heard nothing of it");
  });
}

test("A07 a body of just 1 MiB is read, one byte more is too large", async () => {
  await using served = await serve();
  const bodyOf = (size: number) => `{"systemId": "1"${" ".repeat(size - 17)}}`;
  const fits = await served.send({ method: "PUT", path: "/v1/hosts/node-1", body: bodyOf(1024 * 1024) });
  assert.equal(fits.status, 200);
  const tooLarge = await served.send({
    method: "PUT",
    path: "/v1/hosts/node-1",
    body: bodyOf(1024 * 1024 + 1),
  });
  assert.deepEqual(
    [tooLarge.status, JSON.parse(tooLarge.body).detail],
    [413, "the body may have at most 1 MiB"],
  );
});

test("A07 JSON that is half a million brackets deep is refused, and the next request works", async () => {
  await using served = await serve();
  const deep = "[".repeat(500_000) + "]".repeat(500_000);
  for (const body of [deep, `{"addresses": ${deep}}`, `{"addresses": [], "options": {"a": ${deep}}}`]) {
    const answer = await served.send({ method: "PUT", path: endpointPath, body });
    assert.equal(answer.status, 400);
  }
  assert.equal((await served.client.status()).version, "0.1.0");
});

test("A07 the answer to a body full of mistakes is short", async () => {
  await using served = await serve();
  const wrong = Object.fromEntries(Array.from({ length: 50_000 }, (_, index) => [`option${index}`, 1]));
  const bodies = [
    { addresses: [], ["a".repeat(1_000_000)]: 1 },
    { addresses: [], options: { ["a".repeat(1_000_000)]: "x" } },
    { addresses: [], options: wrong },
  ];
  for (const body of bodies) {
    const answer = await served.send({ method: "PUT", path: endpointPath, body: JSON.stringify(body) });
    assert.equal(answer.status, 400);
    assert.ok(answer.body.length < 2000, `${answer.body.length} bytes`);
  }
});

test("A07 a client that sends its request too slowly is cut off", async () => {
  await using served = await serve({}, { requestTimeoutMs: 200 });
  const socket = connect(served.path);
  socket.write("PUT /v1/hosts/node-1 HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n");
  const received = (await socket.setEncoding("utf8").toArray()).join("");
  assert.match(received, /^HTTP\/1\.1 408 /);
});

test("O07 the client's request id is in the context, the header and the log line", async () => {
  await using served = await serve();
  const answer = await served.send({ path: "/v1/hosts", headers: { "x-request-id": "Job_7.a-b" } });
  assert.equal(answer.headers["x-request-id"], "Job_7.a-b");
  assert.equal(served.contexts[0]?.request, "Job_7.a-b");
  while (served.log.length === 0) await nextTurn();
  const { ms, ...line } = served.log[0] ?? assert.fail();
  assert.ok(Number(ms) >= 0);
  assert.deepEqual(line, {
    level: "debug",
    message: "request answered",
    request: "Job_7.a-b",
    method: "GET",
    route: "/v1/hosts",
    caller: "root",
    status: 200,
  });
});

test("O07 a request id that could break a log line is replaced by one of ours", async () => {
  await using served = await serve();
  for (const id of ["two words", "x".repeat(65), "{}"]) {
    const answer = await served.send({ path: "/v1/hosts", headers: { "x-request-id": id } });
    assert.match(String(answer.headers["x-request-id"]), /^[0-9a-f]{16}$/);
  }
});

test("a refused request is one line at info, with code and reason", async () => {
  await using served = await serve();
  await served.send({ path: "/v1/networks/bleu" });
  const lines = served.log.map(({ level, code, detail, status }) => ({ level, code, detail, status }));
  const detail = "no network 'bleu'; did you mean blue?";
  assert.deepEqual(lines, [{ level: "info", code: "not_found", detail, status: 404 }]);
});
