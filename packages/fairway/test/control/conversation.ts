import assert from "node:assert/strict";
import { mkdtempDisposableSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../agent/chassis.ts";
import type { Inside } from "./machines.ts";

const lines = 400;

/** Has somebody talk to a TCP port that says again what it is told, and changes something once they are at it: the connection must end by that. */
export async function endsByChange(
  within: Inside,
  address: string,
  port: number,
  change: () => Promise<unknown>,
): Promise<void> {
  const opened = `exec 3<>/dev/tcp/${address}/${port}`;
  const first = `${opened} && echo hello >&3 && read -t 2 line <&3 && echo $line`;
  await until("the port to answer", async () =>
    assert.match((await within("timeout", "3", "bash", "-c", first)).out, /hello/),
  );
  using directory = mkdtempDisposableSync(join(tmpdir(), "fairway-talk-"));
  const file = join(directory.path, "said");
  const talk = `${opened}; for i in $(seq ${lines}); do echo $i >&3 || exit 1; read -t 2 line <&3 || exit 1; echo $line; sleep 0.1; done >${file}`;
  const said = () => readFileSync(file, "utf8").split("\n").length - 1;
  const began = within("bash", "-c", talk);
  await until("the conversation", () => assert.ok(said() > 5));
  await change();
  const { ok } = await began;
  assert.equal(ok, false, "it ended before its time");
  assert.ok(said() < lines, `${said()} lines`);
}
