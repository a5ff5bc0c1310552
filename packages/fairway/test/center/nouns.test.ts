import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const source = fileURLToPath(new URL("../../src/", import.meta.url));

/** Where rows of a noun are written; nobody else does. */
const folders = {
  Network: "center/networks/",
  Subnet: "center/subnets/",
  Address: "center/addresses/",
  Endpoint: "center/endpoints/",
  Organization: "center/tenancy/",
  Zone: "center/tenancy/",
  Router: "center/routers/",
  Router_Interface: "center/routers/",
  Router_Gateway: "center/routers/",
  Container_Port: "center/containers/",
  Publication: "center/containers/",
  Container_Groups: "center/containers/",
} as const;

/** A conversion of the database writes before there is a center. */
const conversion = "intent/migration.ts";

const isNoun = (name: string): name is keyof typeof folders => name in folders;

/** The nouns whose rows a text inserts, updates or deletes. */
function writtenIn(text: string): readonly (keyof typeof folders)[] {
  const calls = text.matchAll(/\.(?:insert|update|delete)\(\s*"(\w+)"/g);
  return Array.from(calls, ([, name = ""]) => name).filter(isNoun);
}

test("rows of a network, subnet, address or endpoint are written in the noun's own folder alone", () => {
  const written = globSync("**/*.ts", { cwd: source }).flatMap((file) =>
    writtenIn(readFileSync(`${source}${file}`, "utf8")).map((noun) => ({ noun, file })),
  );
  const strangers = written.filter(
    ({ noun, file }) => file !== conversion && !file.startsWith(folders[noun]),
  );
  assert.deepEqual(strangers, []);
  assert.deepEqual([...new Set(written.map(({ noun }) => noun))].sort(), Object.keys(folders).sort());
});

test("a row that is written elsewhere is found, on one line or several", () => {
  assert.deepEqual(writtenIn('draft.insert("Network", uuid, {});\nattempt.update(\n  "Address",\n  uuid);'), [
    "Network",
    "Address",
  ]);
  assert.deepEqual(writtenIn('draft.delete("Docker_Network", uuid); draft.get("Endpoint", uuid)'), []);
});
