import assert from "node:assert/strict";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { ApiClient } from "../../../src/api/client.ts";
import { type Api, createApi } from "../../../src/api/server.ts";
import { CenterCalls } from "../../../src/api/vlcp/center-calls.ts";
import { serveVlcp } from "../../../src/api/vlcp/server.ts";
import { silent } from "../../bad-input/api-under-test.ts";
import { intentRows } from "../../bad-input/intent-rows.ts";
import { root, TestCenter } from "../../center.ts";
import { certifier } from "../../cli/manifest-runs.ts";
import { Admitted, Authority } from "../certificates.ts";

const network = "viperflow/createphysicalnetwork?id=vlan&vlanrange=`[[1000,1100]]`";

interface Answer {
  readonly status: number;
  readonly result?: unknown;
  readonly error?: string;
}

describe("VLCP's calls on a host whose center is another machine", () => {
  const stack = new AsyncDisposableStack();
  let center: TestCenter;
  let api: Api;
  let files: string;
  const ways: Record<"without a token" | "with a token", string> = {
    "without a token": "",
    "with a token": "",
  };
  before(async () => {
    center = stack.use(await TestCenter.start({ certifier }));
    await center.service.hosts.register("node-1", { systemId: "chassis-1" }, root);
    const authority = stack.use(await Authority.create());
    const [admission, tls] = [new Admitted(), await authority.issue("node-1", "/CN=chassis-1")];
    admission.admit("node-1", tls);
    const own = await authority.issue("central", "/CN=central");
    const listener = { kind: "tls", address: "127.0.0.1", port: 0, admission, ...own } as const;
    api = await createApi({
      center: center.service,
      logger: silent,
      listeners: [listener],
      checkAnswers: true,
    });
    stack.use(api);
    const target = { target: api.targets[0] ?? assert.fail(), tls };
    files = await mkdtemp(join(tmpdir(), "fairway-vlcp-"));
    stack.defer(() => rm(files, { recursive: true }));
    const client = stack.use(new ApiClient(target));
    for (const [way, tokenFile] of [
      ["without a token", undefined],
      ["with a token", join(files, "token")],
    ] as const) {
      const { answer } = stack.use(new CenterCalls({ api: client, target, tokenFile }));
      ways[way] = stack.use(await serveVlcp({ answer, logger: silent, port: 0 })).target;
    }
  });
  beforeEach(async () => {
    const { principals, physicalNetworks } = center.service;
    for (const { name } of principals.list({}, root)) await principals.remove(name, root);
    for (const { name } of physicalNetworks.list({}, root)) await physicalNetworks.remove(name, {}, root);
    await rm(join(files, "token"), { force: true });
  });
  after(() => stack.disposeAsync());

  const call = async (way: keyof typeof ways, path: string, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${ways[way]}/${path}`, { headers });
    return { status: answer.status, ...((await answer.json()) as Omit<Answer, "status">) } as Answer;
  };
  const keep = async (token: string, mode = 0o600) => {
    await writeFile(join(files, "token"), token);
    await chmod(join(files, "token"), mode);
  };
  const tokenOf = async (name: string, role: "admin" | "member") =>
    (await center.service.principals.create({ name, role }, root)).token;

  test("A01 without a token they read, and say what is needed to change something", async () => {
    const spec = {
      type: "vlan" as const,
      ranges: ["5-9"],
      peers: [],
      tunnelPort: null,
      mtu: null,
      options: {},
    };
    await center.service.physicalNetworks.create("office", spec, {}, root);
    const rows = intentRows(center.store);
    const listed = await call("without a token", "viperflow/listphysicalnetworks");
    assert.deepEqual(listed, { status: 200, result: [{ id: "office", type: "vlan", vlanrange: [[5, 9]] }] });
    for (const path of [network, "viperflow/deletephysicalnetwork?id=office"]) {
      const { status, error } = await call("without a token", path);
      assert.equal(status, 403);
      assert.match(error ?? "", /^host node-1 may not administer the cluster; .*`api\.vlcpToken`$/);
    }
    const unknown = await call("without a token", "viperflow/createsubnt");
    assert.match(unknown.error ?? "", /did you mean \/viperflow\/createsubnet\?/);
    assert.equal(intentRows(center.store), rows);
  });

  test("A01 with the token of a principal they do what its role may, and another token counts at once", async () => {
    await keep(await tokenOf("vlcp-member", "member"));
    const refused = await call("with a token", network);
    assert.deepEqual(
      [refused.status, refused.error],
      [403, "principal vlcp-member may not administer the cluster"],
    );
    await keep(`${await tokenOf("vlcp", "admin")}\n`);
    const made = await call("with a token", network);
    assert.deepEqual(made, {
      status: 200,
      result: [{ id: "vlan", type: "vlan", vlanrange: [[1000, 1100]] }],
    });
    const again = await call("with a token", network);
    assert.deepEqual([again.status, /is there already/.test(again.error ?? "")], [500, true]);
    assert.deepEqual(await call("with a token", "viperflow/deletephysicalnetwork?id=vlan"), {
      status: 200,
      result: { status: "OK" },
    });
    await center.service.principals.remove("vlcp", root);
    const gone = await call("with a token", network);
    assert.match(gone.error ?? "", /this center knows no such token/);
    assert.doesNotMatch(gone.error ?? "", /fwp_[A-Za-z0-9_-]{43}/);
  });

  test("A01 a token that others than root may read, or that is none, is not used, and no error has it", async () => {
    const token = await tokenOf("vlcp", "admin");
    const rows = intentRows(center.store);
    const missing = await call("with a token", network);
    assert.match(missing.error ?? "", /^the token in \S+\/token cannot be read: ENOENT/);
    await keep(token, 0o640);
    const open = await call("with a token", network);
    assert.match(
      open.error ?? "",
      /^others than root may use \S+\/token, which holds a token: chown root \S+\/token; chmod 600 \S+\/token$/,
    );
    await keep(`${token}x`);
    const wrong = await call("with a token", network);
    assert.match(wrong.error ?? "", /holds no token of a principal: fwp_ and 43 characters/);
    for (const { status, error } of [missing, open, wrong]) {
      assert.equal(status, 403);
      assert.doesNotMatch(error ?? "", new RegExp(token));
    }
    assert.equal(intentRows(center.store), rows);
  });

  test("A01 a page in a browser of that host changes nothing", async () => {
    await keep(await tokenOf("vlcp", "admin"));
    const { status, error } = await call("with a token", network, { origin: "http://evil.example" });
    assert.deepEqual([status, /the header Origin/.test(error ?? "")], [403, true]);
    assert.deepEqual(center.service.physicalNetworks.list({}, root), []);
  });

  test("A01 while the center is away a call fails and says so", async () => {
    await api[Symbol.asyncDispose]();
    const { status, error } = await call("without a token", "viperflow/listsubnets");
    assert.equal(status, 500);
    assert.match(error ?? "", /does not answer|cannot be reached|ECONNREFUSED/);
  });
});
