import { globSync, readdirSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { checkout } from "../lab/lab.ts";
import { isLiving, labsDirectory, listLabs, readRecord } from "../lab/record.ts";

/** A variable in the environment of everything that a run of tests starts: what still has it was left behind. */
export const runMark = "FAIRWAY_TEST_RUN";

/**
 * What tests could leave on this machine, a line each: processes, mounts (a namespace without a process is one, too), links
 * of the machine's own network, control groups, labs, files of the run's own temporary directory.
 *
 * @param run the value of the mark.
 * @param temporary the run's own temporary directory.
 */
export async function lookAround(run: string, temporary: string): Promise<ReadonlySet<string>> {
  const others = await othersLabs();
  return new Set([
    ...processes(run, others),
    ...lines("/proc/self/mountinfo").map((line) => `mount ${line.split(" ")[4]}`),
    ...names("/sys/class/net").map((name) => `link ${name}`),
    ...names("/run/netns").map((name) => `network namespace ${name}`),
    ...globSync("/sys/fs/cgroup/{,*/}fairway-lab/*/")
      .filter((path) => !others.has(basename(path)))
      .map((path) => `cgroup ${path}`),
    ...(await listLabs()).filter((lab) => !others.has(lab)).map((lab) => `lab ${lab}`),
    ...names(temporary).map((name) => `file ${temporary}/${name}`),
  ]);
}

/**
 * What is there now and was not before.
 *
 * @param settlingMs looks again for so long: the kernel ends interfaces and control groups a little after their last process.
 */
export async function leftBehind(
  before: ReadonlySet<string>,
  look: () => Promise<ReadonlySet<string>>,
  settlingMs = 10_000,
): Promise<readonly string[]> {
  const deadline = performance.now() + settlingMs;
  for (;;) {
    const left = [...(await look())].filter((line) => !before.has(line));
    if (left.length === 0 || performance.now() > deadline) return left;
    await sleep(200);
  }
}

/** Labs that go on and are another checkout's or somebody's to keep. */
async function othersLabs(): Promise<ReadonlySet<string>> {
  const others = new Set<string>();
  for (const lab of await listLabs()) {
    const record = await readRecord(lab).catch(() => undefined);
    if (record && isLiving(record) && (record.keep || record.checkout !== checkout)) others.add(lab);
  }
  return others;
}

/** By the mark, or by a lab's directory among the mounts: what a lab's machine starts has an environment of its own. */
function processes(run: string, others: ReadonlySet<string>): string[] {
  const lab = new RegExp(`${labsDirectory}/([^/]+)/`);
  return globSync("/proc/[0-9]*").flatMap((process) => {
    const isMarked = read(`${process}/environ`).split("\0").includes(`${runMark}=${run}`);
    const itsLab = lab.exec(read(`${process}/mountinfo`))?.[1];
    if (!isMarked && (itsLab === undefined || others.has(itsLab))) return [];
    const command = read(`${process}/cmdline`).replaceAll("\0", " ").trim();
    return command === "" ? [] : [`process ${basename(process)}: ${command}`];
  });
}

const lines = (path: string) => read(path).split("\n").filter(Boolean);

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return ""; // it has ended
  }
}

function names(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
