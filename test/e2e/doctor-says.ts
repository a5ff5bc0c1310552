import assert from "node:assert/strict";
import { eventually } from "../../lab/eventually.ts";
import type { Host } from "../../lab/host/host.ts";

/** One check of `fairway doctor -o json`. */
interface Examined {
  readonly check: string;
  readonly state: "ok" | "warn" | "fail" | "skip";
  readonly seen: string;
  readonly mend?: string;
}

/** What `fairway doctor` finds; its exit status must say the same. */
export async function examine(host: Host, ...flags: string[]): Promise<readonly Examined[]> {
  const { stdout, code } = await host.run(["fairway", "doctor", "-o", "json", ...flags], {
    check: false,
    timeoutMs: 20_000,
  });
  const { ok, checks }: { ok: boolean; checks: readonly Examined[] } = JSON.parse(stdout);
  assert.equal(code, ok ? 0 : 1);
  assert.equal(
    ok,
    checks.every(({ state }) => state !== "fail"),
  );
  return checks;
}

/** Waits until `fairway doctor` prints it: on a busy machine a look may take longer than doctor waits for it. */
export async function doctorSays(host: Host, expected: RegExp): Promise<void> {
  await eventually(
    () => host.run(["fairway", "doctor"], { check: false, timeoutMs: 20_000 }),
    ({ stdout }) => assert.match(stdout, expected),
  );
}

/** Waits until one check says it, as `state: what is seen → how to mend it`. */
export async function checkSays(host: Host, name: string, expected: RegExp): Promise<void> {
  await eventually(
    async () => (await examine(host)).find(({ check }) => check === name),
    (found) => {
      const { state, seen, mend = "" } = found ?? assert.fail(`doctor has no check ${name}`);
      assert.match(`${state}: ${seen} → ${mend}`, expected);
    },
  );
}
