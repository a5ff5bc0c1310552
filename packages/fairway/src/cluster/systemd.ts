import { existsSync } from "node:fs";
import { command } from "./command.ts";

/** Whether systemd is this machine's init (sd_booted(3)). */
export function hasSystemd(): boolean {
  return existsSync("/run/systemd/system");
}

export async function hasUnit(name: string): Promise<boolean> {
  return command("systemctl", ["cat", `${name}.service`]).then(
    () => true,
    () => false,
  );
}
