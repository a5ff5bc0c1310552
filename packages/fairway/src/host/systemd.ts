import { existsSync } from "node:fs";
import { command } from "./program.ts";

/** Whether systemd is this machine's init (sd_booted(3)). */
export function hasSystemd(): boolean {
  return existsSync("/run/systemd/system");
}

/** Whether systemd knows a service of that name, running or not. @param name without `.service`. */
export async function hasUnit(name: string): Promise<boolean> {
  return command("systemctl", ["cat", `${name}.service`]).then(
    () => true,
    () => false,
  );
}
