import { closeSync, openSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { defaultFile } from "../config/defaults.ts";
import { FairwayError } from "../errors.ts";
import { livingProcess } from "../host/pid-file.ts";
import { command } from "../host/program.ts";
import { hasSystemd, hasUnit } from "../host/systemd.ts";
import { isOwn, startDetached } from "./own-program.ts";

const unit = "fairway";
const pidFile = "/run/fairway.pid";
const logFile = "/var/log/fairway.log";

/** It finishes what is under way. */
const stopBoundMs = 20_000;

/** `fairway run` on this machine: systemd's unit, or, where there is no systemd, a process with a file of its number. */
export interface FairwayService {
  /** Starts it, or starts it anew, so that it reads its configuration. */
  restart(): Promise<void>;
  stop(): Promise<void>;
  /** Throws `unavailable`, with the end of its log, where it has ended by itself. */
  check(): Promise<void>;
}

/** @param configFile where it is not the default one. */
export async function fairwayService(configFile: string | undefined): Promise<FairwayService> {
  if (!hasSystemd()) return detachedProcess(configFile);
  if (configFile !== undefined && configFile !== defaultFile)
    throw new FairwayError("invalid", `${unit}.service reads ${defaultFile}; leave --config out`);
  if (!(await hasUnit(unit)))
    throw new FairwayError("unsupported", `there is no ${unit}.service; install Fairway's package`);
  return {
    restart: async () => {
      await command("systemctl", ["enable", unit]);
      await command("systemctl", ["restart", unit], { boundMs: 90_000 });
    },
    stop: async () => void (await command("systemctl", ["disable", "--now", unit], { boundMs: 90_000 })),
    check: async () => {
      const state = await command("systemctl", ["is-failed", unit]).catch(() => "active");
      if (state === "failed")
        throw new FairwayError("unavailable", `fairway does not start; see journalctl --unit ${unit}`);
    },
  };
}

function detachedProcess(configFile: string | undefined): FairwayService {
  const stop = async (): Promise<void> => {
    const pid = await runningPid();
    if (pid === undefined) return;
    process.kill(pid, "SIGTERM");
    const end = performance.now() + stopBoundMs;
    while ((await runningPid()) === pid) {
      if (performance.now() > end)
        throw new FairwayError(
          "timeout",
          `fairway (process ${pid}) did not end within ${stopBoundMs / 1000} s`,
        );
      await sleep(20);
    }
    rmSync(pidFile, { force: true });
  };
  return {
    stop,
    restart: async () => {
      await stop();
      const log = openSync(logFile, "a", 0o640);
      try {
        const flags = configFile === undefined ? [] : ["--config", configFile];
        const child = startDetached([...flags, "run"], log);
        if (child.pid === undefined) throw new FairwayError("unavailable", "fairway could not be started");
        writeFileSync(pidFile, `${child.pid}\n`);
      } finally {
        closeSync(log);
      }
    },
    check: async () => {
      if ((await runningPid()) !== undefined) return;
      const said = (await readFile(logFile, "utf8").catch(() => ""))
        .trimEnd()
        .split("\n")
        .slice(-3)
        .join("\n");
      throw new FairwayError("unavailable", `fairway has ended by itself; the end of ${logFile}:\n${said}`);
    },
  };
}

const runningPid = (): Promise<number | undefined> => livingProcess(pidFile, (words) => isOwn(words, "run"));
