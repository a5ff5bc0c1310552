import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { VlcpUnderTest } from "./vlcp-under-test.ts";

const requests: readonly (readonly [
  what: string,
  request: Parameters<VlcpUnderTest["send"]>[0],
  status: number,
  error: RegExp,
])[] = [
  [
    "a parameter twice in a URL",
    { path: "/viperflow/listsubnets?id=a&id=b" },
    500,
    /parameter id is given twice/,
  ],
  [
    "a parameter in the URL and in the form",
    {
      method: "POST",
      path: "/viperflow/listsubnets?id=a",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: "id=b",
    },
    500,
    /parameter id is given twice/,
  ],
  [
    "bytes that are no UTF-8 in a URL",
    { path: "/viperflow/listsubnets?id=%ff" },
    500,
    /must be percent-encoded UTF-8/,
  ],
  [
    "half a character in a URL",
    { path: "/viperflow/listsubnets?id=%ED%A0%BD" },
    500,
    /must be percent-encoded UTF-8/,
  ],
  [
    "a broken escape in a URL",
    { path: "/viperflow/listsubnets?id=%4" },
    500,
    /must be percent-encoded UTF-8/,
  ],
  ["NUL in a URL", { path: "/viperflow/listsubnets?id=%00" }, 500, /parameter "id" must be text without NUL/],
  [
    "a broken literal",
    { path: "/viperflow/listsubnets?id=`[1`" },
    500,
    /parameter id: "\[1" is no literal of Python/,
  ],
  [
    "a call that is not there",
    { path: "/viperflow/createsubnett" },
    500,
    /did you mean \/viperflow\/createsubnet\?/,
  ],
  ["a target that is not there", { path: "/manager/reloadmodules" }, 500, /no call \/manager\/reloadmodules/],
  ["a path that is not there", { path: "/" }, 404, /no route GET \//],
  ["a longer path", { path: "/viperflow/createsubnet/x" }, 404, /no route/],
  ["a broken path", { path: "/viperflow/%zz" }, 500, /./],
  [
    "another method",
    { method: "DELETE", path: "/viperflow/deletesubnet?id=subnet_a" },
    404,
    /calls are GET or POST/,
  ],
  [
    "a body of another kind",
    {
      method: "POST",
      path: "/viperflow/createsubnet",
      headers: { "content-type": "text/xml" },
      body: "<a/>",
    },
    500,
    /Content-Type/,
  ],
  [
    "a body without a kind",
    { method: "POST", path: "/viperflow/createsubnet", body: "{}" },
    500,
    /Content-Type/,
  ],
  ["a body that is no JSON", json("{"), 500, /the body is not JSON/],
  ["a list for an object", json("[]"), 500, /must be an object with named parameters/],
  ["nothing", json("null"), 500, /must be an object with named parameters/],
  ["JSON that is no UTF-8", json(Buffer.from([0x22, 0xff, 0x22])), 500, /must be text in UTF-8/],
  [
    "JSON that is nested deep",
    json(`{"x":${"[".repeat(50_000)}${"]".repeat(50_000)}}`),
    500,
    /parameter "x"/,
  ],
  [
    "too many parameters",
    { path: `/viperflow/listsubnets?${"a&".repeat(600)}` },
    500,
    /at most 512 parameters/,
  ],
  ["too large a body", json(`{"x":"${"a".repeat(1024 * 1024)}"}`), 413, /at most 1 MiB/],
];
function json(body: string | Buffer) {
  return {
    method: "POST",
    path: "/viperflow/createsubnet",
    headers: { "content-type": "application/json" },
    body,
  };
}
describe("requests that are no calls", () => {
  let vlcp: VlcpUnderTest;
  before(async () => {
    vlcp = await VlcpUnderTest.start();
  });
  after(() => vlcp[Symbol.asyncDispose]());

  for (const [what, request, status, pattern] of requests)
    it(`A02 A07 is answered: ${what}`, async () => {
      const before = vlcp.rows();
      const answer = await vlcp.send(request);
      assert.deepEqual([answer.status, answer.result], [status, undefined], answer.error);
      assert.match(answer.error, pattern);
      assert.equal(vlcp.rows(), before);
    });
});
