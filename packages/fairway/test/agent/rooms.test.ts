import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { test } from "node:test";

const agent = resolve(import.meta.dirname, "../../src/agent");

/** Which rooms of the agent each one uses, as docs/architecture.md says; what stands at the top wires them and is used by none. */
const uses: Readonly<Record<string, readonly string[]>> = {
  state: [],
  ports: ["state"],
  reports: ["state", "ports"],
  firewall: ["state", "ports"],
  uplinks: ["state", "ports", "firewall"],
  "provider-bridges": ["state", "ports"],
  leases: ["state", "ports"],
  gateways: ["state", "ports"],
  "published-ports": ["state", "firewall"],
  "host-access": ["state", "ports", "firewall", "uplinks"],
  names: ["state", "ports", "firewall"],
};

/** The room of a file below the agent; undefined of one at the top. */
function roomOf(file: string): string | undefined {
  const [room, ...rest] = file.split("/");
  return rest.length === 0 ? undefined : room;
}

test("each room of the agent uses the rooms that it may, and the others not at all", () => {
  const used = new Map<string, Set<string>>();
  for (const file of globSync("**/*.ts", { cwd: agent })) {
    const room = roomOf(file);
    if (room === undefined) continue;
    const rooms = used.get(room) ?? new Set();
    used.set(room, rooms);
    for (const [, from = ""] of readFileSync(join(agent, file), "utf8").matchAll(/from "(\.[^"]+)"/g)) {
      const target = join(dirname(file), from);
      if (target.startsWith("..")) continue;
      const other = roomOf(target) ?? "the top";
      if (other !== room) rooms.add(other);
    }
  }
  const found = Object.fromEntries(Array.from(used, ([room, others]) => [room, [...others].sort()]));
  const expected = Object.fromEntries(
    Object.entries(uses).map(([room, others]) => [room, others.toSorted()]),
  );
  assert.deepEqual(found, expected);
});
