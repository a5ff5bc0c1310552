import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LabError } from "../errors.ts";
import { environment } from "./enter.ts";

export interface BootOptions {
  name: string;
  /** The Debian tree under the machine's own changes. */
  tree: string;
  /** The machine's disk; see `boot.sh`. */
  directory: string;
  /** Directory of the outer machine that is seen read-only at the same place. */
  checkout: string;
  /** Whether the machine goes on when this process ends. */
  persistent: boolean;
  /** Where systemd keeps its services, on a machine that boots it; others boot nothing. */
  systemdCgroup?: string;
}

/**
 * Boots a machine: namespaces of its own and `boot.sh` as its PID 1, which writes the file `pid`.
 *
 * A machine that is not persistent dies with this process, however that ends: the kernel kills `unshare`
 * (PR_SET_PDEATHSIG), and with it PID 1 and everything else in the PID namespace.
 *
 * @throws LabError `boot-failed` with what `boot.sh` printed.
 */
export async function boot(options: BootOptions): Promise<void> {
  const { name, tree, directory, checkout, persistent, systemdCgroup } = options;
  for (const part of ["upper", "work", "docker", "root"])
    await mkdir(join(directory, part), { recursive: true });
  await mkdir(join(directory, "upper/etc"), { recursive: true });
  await writeFile(join(directory, "upper/etc/hostname"), `${name}\n`);

  const namespaces = ["--mount", "--net", "--pid", "--uts", "--ipc", "--fork"];
  const script = ["sh", join(import.meta.dirname, "boot.sh"), name, tree, directory, checkout];
  if (systemdCgroup !== undefined) script.push(systemdCgroup);
  const argv = persistent
    ? ["unshare", ...namespaces, "--", ...script]
    : ["setpriv", "--pdeathsig", "KILL", "unshare", ...namespaces, "--kill-child", "--", ...script];
  const [program = "", ...args] = argv;
  // A session of its own: Ctrl-C in a terminal must reach the test, which then stops its machines in order.
  const child = spawn(program, args, { env: environment, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  const ready = Promise.withResolvers<void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (/^ready$/m.test(output)) ready.resolve();
    });
  }
  const [end] = await Promise.race([ready.promise.then(() => [undefined]), once(child, "exit")]);
  if (end !== undefined) throw new LabError("boot-failed", `${name} did not boot:\n${output.trimEnd()}`);
  child.stdout.destroy();
  child.stderr.destroy();
  child.unref();
}
