import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * Takes an exclusive lock between processes and holds it until disposed.
 *
 * The kernel's flock(2) of a helper that ends with our end of its pipe: a run that is killed leaves no lock behind.
 */
export async function lockFile(path: string): Promise<AsyncDisposable> {
  await mkdir(dirname(path), { recursive: true });
  const holder = spawn("flock", [path, "sh", "-c", "echo locked; cat"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  await once(holder.stdout, "data");
  return {
    async [Symbol.asyncDispose]() {
      holder.stdin.end();
      await once(holder, "exit");
    },
  };
}
