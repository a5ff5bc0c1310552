import { writeFileSync } from "node:fs";

/**
 * Gives this process the name that `systemctl status`, `ps` and `top` show (proc(5), `/proc/PID/comm`); the kernel keeps 15 bytes. Node's
 * `process.title` overwrites the command line, too, by which a running Fairway is found. Without `/proc` the process keeps its name.
 */
export function nameProcess(name: string): void {
  try {
    writeFileSync("/proc/self/comm", name);
  } catch {
    // It works as well under another one.
  }
}
