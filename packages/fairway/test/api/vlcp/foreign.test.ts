import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { VlcpUnderTest } from "./vlcp-under-test.ts";

const path = "/viperflow/deletephysicalnetwork?id=vlan";

test("A01 a page in a browser of this machine changes nothing: foreign Host, Origin and Referer are refused", async () => {
  await using vlcp = await VlcpUnderTest.start();
  await vlcp.result("viperflow/createphysicalnetwork", { id: "vlan", vlanrange: [[1, 2]] });
  const before = vlcp.rows();
  const host = new URL(vlcp.target).host;
  const cases: readonly (readonly [what: string, headers: Record<string, string>])[] = [
    ["a name that leads here", { host: "evil.example" }],
    ["that name with this port", { host: `evil.example:${new URL(vlcp.target).port}` }],
    ["a name that begins like ours", { host: "localhost.evil.example" }],
    ["another address of this machine", { host: "192.0.2.1:8081" }],
    ["a form of another page", { host, origin: "http://evil.example" }],
    ["a file", { host, origin: "null" }],
    ["a page of another program here", { host, origin: "http://localhost:3000" }],
    ["an image", { host, "sec-fetch-site": "cross-site", "sec-fetch-dest": "image" }],
    ["an image of another program here", { host, "sec-fetch-site": "same-site" }],
    ["an image in an older browser", { host, referer: "https://evil.example/" }],
  ];
  for (const [what, headers] of cases)
    for (const method of ["GET", "POST"]) {
      const { status, error } = await vlcp.send({ method, path, headers });
      assert.equal(status, 403, what);
      assert.match(error, /^the header (Host|Origin|Referer|Sec-Fetch-Site) /, what);
    }
  assert.equal(vlcp.rows(), before);
  for (const name of ["localhost", "127.0.0.1", "LOCALHOST:8081", "[::1]:8081"])
    assert.equal(
      (await vlcp.send({ path: "/viperflow/listphysicalnetworks", headers: { host: name } })).status,
      200,
      name,
    );
  const typed = { host, "sec-fetch-site": "none" };
  assert.equal(
    (await vlcp.send({ path, headers: typed })).status,
    200,
    "what a person types into a browser is his own",
  );
});

test("A01 it listens on 127.0.0.1 alone", async () => {
  await using vlcp = await VlcpUnderTest.start();
  const { hostname, port } = new URL(vlcp.target);
  assert.equal(hostname, "127.0.0.1");
  // Another address of this machine has the port free, so nobody listens on all of them.
  const other = createServer();
  await new Promise<void>((resolve, reject) => {
    other.once("error", reject);
    other.listen(Number(port), "127.0.0.2", resolve);
  });
  await new Promise((resolve) => other.close(resolve));
});
