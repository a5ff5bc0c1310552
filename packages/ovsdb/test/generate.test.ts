import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { suite, test } from "node:test";
import { generateTypes, OvsdbError } from "../src/index.ts";
import { shapesJson } from "./schema.ts";
import { makeDirectory } from "./server.ts";

const root = join(import.meta.dirname, "../../..");
const program = (name: string) => join(root, "node_modules/.bin", name);
const installed = [
  "/usr/share/ovn/ovn-nb.ovsschema",
  "/usr/share/ovn/ovn-sb.ovsschema",
  "/usr/share/openvswitch/vswitch.ovsschema",
];

suite("types made of a schema", () => {
  test("say what a column holds", () => {
    const text = generateTypes(shapesJson, ["Shape"]);
    for (const line of [
      '  readonly kind: "round" | "square";',
      "  readonly notes: Readonly<Record<string, string>>;",
      "  /** Strong reference to Part. */\n  readonly parts: readonly string[];",
      "  /** Weak reference to Part. */\n  readonly maker: string | null;",
      "  /** Values: strong reference to Part. */\n  readonly queues: Readonly<Record<string, string>>;",
      "  /** 1 to 8 characters. */\n  readonly label: string | null;",
      "  /** Fixed at the insert. */\n  readonly serial: string;",
      "  readonly Shape: ShapeRow;",
    ]) {
      assert(text.includes(`${line}\n`), line);
    }
    assert(!text.includes("PartRow"));
    assert.throws(() => generateTypes(shapesJson, ["Nothing"]), OvsdbError);
  });

  for (const file of installed) {
    test(`compile, and are formatted: ${file}`, { skip: !existsSync(file) }, (t) => {
      const made = spawnSync(process.execPath, [join(import.meta.dirname, "../bin/ovsdb-types.ts"), file], {
        encoding: "utf8",
      });
      assert.equal(made.status, 0, made.stderr);
      const formatted = spawnSync(
        process.execPath,
        [program("biome"), "format", "--stdin-file-path=made.ts"],
        {
          cwd: root,
          input: made.stdout,
          encoding: "utf8",
        },
      );
      assert.equal(made.stdout, formatted.stdout);
      const directory = makeDirectory();
      t.after(() => rmSync(directory, { recursive: true }));
      const source = made.stdout.replace("@fairway/ovsdb", join(import.meta.dirname, "../src/index.ts"));
      writeFileSync(join(directory, "made.ts"), source);
      writeFileSync(join(directory, "package.json"), '{"type":"module"}');
      const settings = JSON.parse(readFileSync(join(root, "tsconfig.json"), "utf8"));
      const compilerOptions = { ...settings.compilerOptions, typeRoots: [join(root, "node_modules/@types")] };
      writeFileSync(
        join(directory, "tsconfig.json"),
        JSON.stringify({ compilerOptions, include: ["made.ts"] }),
      );
      const checked = spawnSync(process.execPath, [program("tsc"), "-p", directory], { encoding: "utf8" });
      assert.equal(checked.status, 0, checked.stdout);
    });
  }

  test("a wrong call of the program is told, with how to call it", () => {
    const made = spawnSync(process.execPath, [join(import.meta.dirname, "../bin/ovsdb-types.ts")], {
      encoding: "utf8",
    });
    assert.equal(made.status, 1);
    assert.match(made.stderr, /Usage: ovsdb-types/);
  });
});
