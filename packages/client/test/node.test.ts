import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { after, before, describe, it, test } from "node:test";
import type { PrincipalCaller } from "../../fairway/src/center/context.ts";
import { FairwayError } from "../../fairway/src/errors.ts";
import { Admitted, Authority } from "../../fairway/test/api/certificates.ts";
import { samples } from "../../fairway/test/api/sample-objects.ts";
import { type Served, serve } from "../../fairway/test/api/serve.ts";
import { ApiError, createClient } from "../src/node/index.ts";

const viewer: PrincipalCaller = { kind: "principal", name: "ci", role: "viewer", organization: null };

describe("a client for Node", () => {
  const stack = new AsyncDisposableStack();
  let served: Served;
  let authority: Authority;
  let target = "";
  let tls = { ca: "", cert: "", key: "" };
  before(async () => {
    authority = stack.use(await Authority.create());
    const files = await authority.issue("central", "/CN=central");
    tls = await authority.issue("node-1", "/CN=node-1");
    const admission = new Admitted();
    admission.admit("node-1", tls);
    const listener = { kind: "tls" as const, address: "127.0.0.1", port: 0, admission, ...files };
    const authenticate = (token: string) => {
      if (token === "fwp_right") return viewer;
      throw new FairwayError("unauthenticated", "this center knows no such token");
    };
    served = stack.use(await serve({ principals: { authenticate } }, { listeners: [listener] }));
    target = served.targets[1] ?? "";
  });
  after(() => stack.disposeAsync());

  it("A03 asks over the unix socket, over TLS with a token, and over TLS with a host's certificate", async () => {
    const ways = [
      { target: `unix:${served.path}` },
      { target, tls: { ca: tls.ca }, token: "fwp_right" },
      { target, tls },
    ];
    for (const way of ways) {
      await using client = createClient(way);
      assert.deepEqual(await client.showNetwork({ reference: "blue" }), samples.network);
      assert.deepEqual(await Array.fromAsync(client.each("listNetworks")), [samples.network]);
    }
  });

  it("A03 an error has the fields of RFC 9457 and Fairway's own, and names the fields that are wrong", async () => {
    await using client = createClient({ target: `unix:${served.path}` });
    const wrong = { name: "b/c", subnets: [{ cidr: "10.1.0.0/33" }] };
    const error: unknown = await client
      .createNetwork({}, wrong, { request: "mine" })
      .catch((thrown: unknown) => thrown);
    assert.ok(error instanceof ApiError);
    const { type, title, status, detail, code, retryable, request, errors, cause, message } = error;
    assert.deepEqual(
      { type, title, status, code, retryable, request, cause },
      {
        type: "urn:fairway:error:invalid",
        title: "The request is not valid",
        status: 400,
        code: "invalid",
        retryable: false,
        request: "mine",
        cause: undefined,
      },
    );
    assert.deepEqual(
      errors.map(({ field }) => field),
      ["name", "subnets[0].cidr"],
    );
    assert.equal(message, detail);
  });

  it("A03 who is not let in is told so: a wrong token, a center that nobody vouches for", async () => {
    await using wrong = createClient({ target, tls: { ca: tls.ca }, token: "fwp_wrong" });
    await assert.rejects(wrong.status(), { code: "unauthenticated", status: 401 });
    await using other = await Authority.create();
    const { ca } = await other.issue("central", "/CN=central");
    await using untrusting = createClient({ target, tls: { ca }, token: "fwp_right" });
    await assert.rejects(untrusting.status(), {
      code: "unauthenticated",
      status: undefined,
      retryable: false,
      message: /do not accept each other's certificate/,
    });
    for (const nonsense of ["http://center", "/run/api.sock", ""])
      assert.throws(() => createClient({ target: nonsense }), { name: "ApiError", code: "invalid" });
  });
});

test("a connection that does not come about is bounded, ends with the caller's signal, and with the client", async () => {
  // It accepts and never shakes hands.
  const mute = createTcpServer((socket) => void socket.on("error", () => undefined).resume());
  mute.listen(0, "127.0.0.1");
  await once(mute, "listening");
  const { port } = mute.address() as AddressInfo;
  const ended = once(mute, "close");
  try {
    await using client = createClient({ target: `https://127.0.0.1:${port}` });
    await assert.rejects(client.status({ timeoutMs: 20 }), { code: "timeout", retryable: true });
    const caller = new AbortController();
    const answer = client.status({ signal: caller.signal });
    caller.abort(new Error("no longer wanted"));
    await assert.rejects(answer, { message: "no longer wanted" });
  } finally {
    mute.close();
  }
  // It would not come while the client kept a connection open.
  await ended;
});
