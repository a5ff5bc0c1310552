import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { test } from "node:test";

const checkout = resolve(import.meta.dirname, "..");
const rule = "no-restricted-imports";

const src = "packages/fairway/src";

/** What each folder must not import (docs/architecture.md: who may know of whom). */
const forbidden: readonly (readonly [file: string, ...sources: string[]])[] = [
  ["packages/ovsdb/src/x.ts", "../../fairway/src/errors.ts"],
  ["packages/docker-plugin/src/x.ts", "@fairway/ovsdb"],
  [
    "packages/client/src/x.ts",
    "@fairway/ovsdb",
    "../../fairway/src/errors.ts",
    "node:fs",
    "undici",
    "./node/x.ts",
  ],
  ["packages/client/src/node/x.ts", "../../../fairway/src/api/routes/table.ts", "fairway"],
  [`${src}/errors.ts`, "./config/load.ts", "./intent/store.ts"],
  [`${src}/runtime/x.ts`, "../intent/store.ts", "../host/program.ts", "../ip.ts", "@fairway/ovsdb"],
  [
    `${src}/dialects/x.ts`,
    "../center/option-text.ts",
    "../docker/options.ts",
    "../runtime/loop.ts",
    "node:fs",
  ],
  [
    `${src}/host/x.ts`,
    "../agent/agent.ts",
    "../config/load.ts",
    "../doctor/examine.ts",
    "@fairway/docker-plugin",
  ],
  [`${src}/host/netlink/x.ts`, "../../api/client.ts", "../../run.ts"],
  [
    `${src}/config/x.ts`,
    "../center/schemas/common.ts",
    "../intent/port-security.ts",
    "../api/connection.ts",
    "../host/files.ts",
  ],
  [`${src}/intent/x.ts`, "../center/docker/pools.ts", "../compile/units.ts", "../config/load.ts"],
  [
    `${src}/center/x.ts`,
    "../host/program.ts",
    "../compile/network.ts",
    "../docker/pool.ts",
    "../cluster/join.ts",
  ],
  [
    `${src}/center/networks/x.ts`,
    "../../control/controller.ts",
    "../../docker/pool.ts",
    "../../config/load.ts",
  ],
  [`${src}/center/docker/x.ts`, "../../docker/pool.ts", "../../api/client.ts", "../../agent/agent.ts"],
  [`${src}/center/addresses/x.ts`, "../docker/pools.ts"],
  [`${src}/center/addresses/allocator.ts`, "node:crypto", "../docker/pools.ts", "../../runtime/loop.ts"],
  [`${src}/compile/x.ts`, "../center/docker/pools.ts", "node:fs", "../host/files.ts", "../runtime/loop.ts"],
  [`${src}/compile/northbound/x.ts`, "../../host/files.ts", "../../center/lookup.ts"],
  [
    `${src}/api/x.ts`,
    "../docker/pool.ts",
    "../intent/store.ts",
    "../control/controller.ts",
    "../config/load.ts",
  ],
  [`${src}/api/client.ts`, "../center/center.ts", "../agent/start.ts"],
  [`${src}/agent/ports/x.ts`, "@fairway/client", "@fairway/client/node"],
  [`${src}/cli/commands/y.ts`, "@fairway/client"],
  [`${src}/center/y.ts`, "@fairway/client"],
  [`${src}/control/x.ts`, "../agent/agent.ts", "../host/files.ts", "../config/load.ts"],
  [
    `${src}/agent/x.ts`,
    "../center/docker/pools.ts",
    "../docker/pool.ts",
    "../config/load.ts",
    "../cluster/join.ts",
  ],
  [`${src}/docker/x.ts`, "../intent/store.ts", "../cluster/join.ts", "../config/load.ts"],
  [
    `${src}/cluster/x.ts`,
    "../center/members/admissions.ts",
    "../center/subnets/automatic-subnets.ts",
    "../intent/store.ts",
    "../doctor/examine.ts",
    "../control/controller.ts",
    "../cli/text.ts",
    "../start-center.ts",
  ],
  [`${src}/cleanup/x.ts`, "../center/lookup.ts", "../cluster/leave.ts", "../doctor/examine.ts"],
  [
    `${src}/doctor/x.ts`,
    "../center/lookup.ts",
    "../cluster/leave.ts",
    "../cleanup/start.ts",
    "../intent/store.ts",
  ],
  [`${src}/cli/x.ts`, "../control/controller.ts", "../agent/agent.ts"],
  [`${src}/cli/commands/x.ts`, "../../center/lookup.ts", "../../docker/pool.ts"],
];

const allowed: readonly (readonly [file: string, ...sources: string[]])[] = [
  ["packages/client/src/node/x.ts", "../client.ts", "node:fs", "undici"],
  [`${src}/readiness.ts`, "./host/libc.ts", "./runtime/guarded.ts"],
  [`${src}/start-center.ts`, "./center/center.ts", "./cluster/intent-server.ts", "./control/controller.ts"],
  [`${src}/runtime/x.ts`, "../errors.ts", "../logger.ts", "undici"],
  [`${src}/host/x.ts`, "../runtime/guarded.ts", "../errors.ts", "@fairway/ovsdb"],
  [`${src}/host/netlink/x.ts`, "../../ip.ts", "../libc.ts"],
  [`${src}/config/x.ts`, "../fields.ts", "../check.ts", "../runtime/nearest-name.ts"],
  [`${src}/intent/x.ts`, "@fairway/ovsdb", "../runtime/loop.ts"],
  [`${src}/center/x.ts`, "../intent/store.ts", "./docker/pools.ts"],
  [`${src}/center/networks/x.ts`, "../docker/pools.ts", "../../fields.ts"],
  [`${src}/center/docker/x.ts`, "../networks/mtu.ts", "../../intent/draft.ts"],
  [`${src}/compile/x.ts`, "../intent/view.ts", "./host/items.ts"],
  [`${src}/compile/northbound/x.ts`, "../host/items.ts", "../../intent/view.ts"],
  [`${src}/api/x.ts`, "../center/docker/pools.ts", "../check.ts", "@fairway/client/node"],
  [`${src}/control/x.ts`, "../compile/units.ts", "../center/schemas/host-state.ts"],
  [`${src}/agent/x.ts`, "../api/client.ts", "../host/netlink/netlink.ts"],
  [`${src}/docker/x.ts`, "../agent/start.ts", "../api/client.ts", "../center/schemas/host.ts"],
  [
    `${src}/cluster/x.ts`,
    "../host/program.ts",
    "../api/client.ts",
    "../config/load.ts",
    "../docker/engine.ts",
    "../intent/schema-file.ts",
  ],
  [`${src}/cleanup/x.ts`, "../docker/engine.ts", "../agent/ports/ports.ts"],
  [`${src}/doctor/x.ts`, "../agent/ports/ports.ts", "../host/unixctl.ts", "../config/load.ts"],
  [`${src}/cli/commands/x.ts`, "../../cluster/join.ts", "../../doctor/examine.ts", "../../run.ts"],
];

/** Lints one file with one import, in a copy of the tree that holds nothing else. */
function complaints(file: string, text: string): string {
  const directory = mkdtempSync(join(tmpdir(), "fairway-walls-"));
  try {
    const path = join(directory, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    copyFileSync(join(checkout, ".oxlintrc.json"), join(directory, ".oxlintrc.json"));
    const { stdout } = spawnSync(process.execPath, [join(checkout, "node_modules/oxlint/bin/oxlint"), "."], {
      cwd: directory,
      encoding: "utf8",
    });
    return stdout;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

const importOf = (source: string) => `import { x } from "${source}";\nx();\n`;

for (const [file, ...sources] of forbidden)
  test(`what ${file} must not know`, () => {
    for (const source of sources) assert.ok(complaints(file, importOf(source)).includes(rule), source);
  });

for (const [file, ...sources] of allowed)
  test(`what ${file} may know`, () => {
    for (const source of sources) assert.ok(!complaints(file, importOf(source)).includes(rule), source);
  });

test("lint refuses a clock in what is pure", () => {
  assert.match(
    complaints("packages/fairway/src/compile/x.ts", "export const now = () => Date.now();\n"),
    /no-restricted-globals/,
  );
});
