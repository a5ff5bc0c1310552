import { FairwayError } from "../errors.ts";
import { livingProcess } from "../host/pid-file.ts";
import { command } from "../host/program.ts";
import { hasSystemd, hasUnit } from "../host/systemd.ts";
import { isOwn, startDetached } from "./own-program.ts";

const unit = "fairway-southbound";

/** Starts `fairway southbound` on this machine: systemd's unit, or, where there is none, a process that outlives this one. */
export async function startSouthbound(): Promise<void> {
  if (hasSystemd() && (await hasUnit(unit))) {
    await command("systemctl", ["start", unit]);
    return;
  }
  const words = process.argv.slice(2).map((word) => (word === "run" ? "southbound" : word));
  // That it cannot be started is seen when it does not answer.
  startDetached(words, "inherit").on("error", () => undefined);
}

/** Ends the process of that file, whatever it is doing. */
export async function endSouthbound(pidFile: string): Promise<void> {
  if (hasSystemd() && (await hasUnit(unit))) {
    await command("systemctl", ["stop", unit]);
    return;
  }
  const pid = await livingProcess(pidFile, (words) => isOwn(words, "southbound"));
  if (pid === undefined) return;
  try {
    process.kill(pid, "SIGKILL");
  } catch (cause) {
    throw new FairwayError("internal", `could not end process ${pid}, an older fairway southbound`, {
      cause,
    });
  }
}
