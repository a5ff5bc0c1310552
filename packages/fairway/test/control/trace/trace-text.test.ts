import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import fc from "../../../../../test/fast-check.ts";
import type { WayOut } from "../../../src/center/traces/packet-tracer.ts";
import { type NorthboundNames, pathOf } from "../../../src/control/trace/ovn-path.ts";
import { readTrace } from "../../../src/control/trace/trace-text.ts";

const versions = ["23.03", "25.03", "26.03"] as const;

/** As `record.ts` wrote it. */
const recorded = (version: string, name: string) =>
  readFileSync(join(import.meta.dirname, "recorded", version, `${name}.txt`), "utf8");

const names: NorthboundNames = {
  datapath: (name) => (name === "router" ? "blue" : name === "transit" ? "blue (transit)" : name),
  port: (name): WayOut | undefined =>
    name === "web" || name === "db" ? { kind: "endpoint", uuid: name } : undefined,
  rule: ({ match }) => (match.includes("udp.dst == 68") ? "no DHCP servers" : undefined),
};

const pathIn = (version: string, name: string) => {
  const passages = readTrace(recorded(version, name));
  assert.ok(passages);
  return pathOf(passages, names);
};

for (const version of versions)
  describe(`what ovn-trace ${version} prints`, () => {
    test("O04 a packet to a container", () => {
      assert.deepEqual(pathIn(version, "to-a-container"), {
        hops: [{ at: "switch", name: "blue", does: "lets it through" }],
        waysOut: [{ kind: "endpoint", uuid: "db" }],
        drop: undefined,
      });
    });

    test("O04 a packet to the outside", () => {
      assert.deepEqual(pathIn(version, "to-the-outside"), {
        hops: [
          { at: "switch", name: "blue", does: "gives it to the router of blue" },
          {
            at: "router",
            name: "blue",
            does: "takes its route 0.0.0.0/0 by 169.254.77.2, gives it to the switch of blue (transit)",
          },
          { at: "switch", name: "blue (transit)", does: "lets it through" },
        ],
        waysOut: [{ kind: "uplink" }],
        drop: undefined,
      });
    });

    test("O04 a ping of the gateway, which comes back to its sender", () => {
      const { hops, waysOut } = pathIn(version, "to-the-gateway");
      assert.match(hops[1]?.does ?? "", /^answers it by itself, has 10\.1\.0\.0\/24 on a port of its own/);
      assert.deepEqual(waysOut, [{ kind: "endpoint", uuid: "web" }]);
    });

    test("O04 drops: by a rule, and where nobody has the address", () => {
      const dhcp = pathIn(version, "as-a-dhcp-server");
      assert.equal(dhcp.drop, "a rule drops it: no DHCP servers");
      assert.deepEqual(dhcp.hops, [
        { at: "switch", name: "blue", does: "looks at a rule: no DHCP servers, drops it" },
      ]);
      assert.equal(
        pathIn(version, "to-nobody").drop,
        "nobody on the network has the MAC address that it is sent to",
      );
    });

    test("O04 a complaint is no trace", () => {
      assert.equal(readTrace(recorded(version, "not-a-packet")), undefined);
    });
  });

test("O04 lines that no version prints are passed over, and no text is too strange", () => {
  const text = recorded("25.03", "to-the-outside");
  const known = readTrace(text);
  fc.assert(
    fc.property(fc.string(), fc.nat({ max: 200 }), (strange, at) => {
      const lines = text.split("\n");
      lines.splice(at % lines.length, 0, `?? ${strange.replaceAll("\n", " ")}`);
      assert.deepEqual(readTrace(lines.join("\n")), known);
      readTrace(strange);
    }),
  );
});

test("O04 a table that OVN does not explain is named with its match", () => {
  const passage = { pipeline: "ingress", datapath: "blue", inport: "web", outputs: [] } as const;
  const table = { priority: 9, actions: ["drop"] };
  const dropIn = (stage: string, match = "ip4") =>
    pathOf([{ ...passage, tables: [{ ...table, stage, match }] }], names).drop;
  assert.equal(dropIn("ls_in_something_new"), "OVN's table ls_in_something_new drops it (ip4)");
  assert.equal(dropIn("lr_in_ip_routing", ""), "the router has no route to its destination");
  assert.equal(pathOf([{ ...passage, tables: [] }], names).drop, "OVN has no rule for it");
});
