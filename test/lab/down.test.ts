import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtempDisposable } from "node:fs/promises";
import { join } from "node:path";
import { after, it } from "node:test";
import { runCommand } from "../../lab/command.ts";

// A state of its own: a `lab/down --all` that is broken must not end what somebody else has on this machine.
const state = await mkdtempDisposable("/var/lib/fairway-lab-test-");
after(() => state.remove());
process.env["FAIRWAY_LAB_STATE"] = state.path;
const { checkout, Lab } = await import("../../lab/lab.ts");
const { leftovers } = await import("../../lab/leftovers.ts");
const { listLabs, removeLab } = await import("../../lab/record.ts");

const labs = ["ours", "tested", "theirs"].map((name) => `${name}-${process.pid}`);
const [ours = "", tested = "", theirs = ""] = labs;

it("lab/down --all ends what its checkout keeps going, no other checkout's and none of a test", {
  timeout: 120_000,
}, async () => {
  const other = join(state.path, ".checkout");
  await cp(join(checkout, "lab"), join(other, "lab"), { recursive: true });
  const there = (words: string[], name: string) =>
    runCommand([process.execPath, join(other, "lab/cli.ts"), ...words], {
      env: { ...process.env, NAME: name, HOSTS: "1", VARIANT: "debian12" },
    });
  const script = `
    import { Lab } from "${other}/lab/lab.ts";
    await Lab.start({ name: "${tested}", hosts: 1, keep: false });
    console.log("started");
    setInterval(() => {}, 1000);`;
  await Lab.start({ name: ours, hosts: 1, keep: true });
  const tester = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    await once(tester.stdout, "data");
    await there(["up"], theirs);
    await assert.rejects(there(["up"], ours), new RegExp(`a lab "${ours}" of ${checkout} already`));
    await there(["down", "--all"], "");
    assert.deepEqual(await listLabs(), [ours, tested]);
    assert.deepEqual(await leftovers(theirs), []);
  } finally {
    tester.kill("SIGKILL");
    for (const name of labs) await removeLab(name);
  }
  for (const name of labs) assert.deepEqual(await leftovers(name), []);
});
