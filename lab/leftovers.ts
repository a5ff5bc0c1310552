import { globSync, readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { findCgroups, labCgroup } from "./cgroups.ts";
import { labDirectory, listLabs } from "./record.ts";
import { portName } from "./underlay.ts";

/**
 * Lists what of a lab is on this machine: processes, mounts, directories, control groups, links. Empty after a lab has
 * ended. Network namespaces need no look of their own: without a process or a mount there is none.
 */
export async function leftovers(lab: string): Promise<string[]> {
  const directory = labDirectory(lab);
  const labs = await listLabs();
  return [
    ...findProcesses(lab),
    ...readLines("/proc/self/mountinfo")
      .filter((line) => line.includes(`${directory}/`))
      .map((line) => `mount ${line.split(" ")[4]}`),
    ...(labs.includes(lab) ? [`directory ${directory}`] : []),
    ...findCgroups(lab).map((path) => `cgroup ${path}`),
    ...Object.keys(networkInterfaces())
      .filter((name) => name.startsWith(portName("")))
      .map((name) => `link ${name}`),
  ];
}

/** Machines are known by the directory that PID 1 was given, what Docker started by its cgroup, the rest by mounts. */
function findProcesses(lab: string): string[] {
  const marks = [`${labDirectory(lab)}/`, `${labCgroup(lab)}/`];
  return globSync("/proc/[0-9]*").flatMap((process) => {
    const traces = ["cmdline", "cgroup", "mountinfo"].flatMap((file) => readLines(`${process}/${file}`));
    const isOurs = traces.some((line) => marks.some((mark) => line.includes(mark)));
    return isOurs ? [`process ${process.slice("/proc/".length)}: ${commandLine(process)}`] : [];
  });
}

const commandLine = (process: string) =>
  readLines(`${process}/cmdline`).join(" ").replaceAll("\0", " ").trim();

function readLines(path: string): string[] {
  try {
    return readFileSync(path, "utf8").split("\n");
  } catch {
    return []; // it has ended
  }
}
