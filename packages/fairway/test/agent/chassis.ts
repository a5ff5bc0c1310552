import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
/** Far above the ten seconds after which the agent looks at its host again. */
const readyBoundMs = 60_000;

/** Open vSwitch and OVN, whole and real, in a directory of their own and in this process's network namespace. */
export interface Chassis extends AsyncDisposable {
  readonly openvswitchSocket: string;
  vsctl(...words: string[]): Promise<string>;
  nbctl(...words: string[]): Promise<string>;
  /** SIGSTOP or SIGCONT for OVN's controller. */
  signalController(signal: NodeJS.Signals): void;
}

export async function startChassis(): Promise<Chassis> {
  const directory = await mkdtemp(join(tmpdir(), "fairway-chassis-"));
  const socket = join(directory, "db.sock");
  const remote = `unix:${socket}`;
  const env = {
    ...process.env,
    OVS_RUNDIR: directory,
    OVN_RUNDIR: directory,
  };
  const daemons: ChildProcess[] = [];
  const daemon = (command: string, ...words: string[]): ChildProcess => {
    const child = spawn(command, [...words, `--log-file=${join(directory, `${command}.log`)}`], {
      env,
      stdio: "ignore",
    });
    daemons.push(child);
    return child;
  };
  const ask = async (command: string, words: readonly string[]) =>
    (await run(command, [`--db=${remote}`, ...words], { env, timeout: readyBoundMs })).stdout.trim();
  const end = async () => {
    for (const child of daemons.toReversed()) {
      child.kill("SIGCONT");
      if (child.exitCode === null && child.kill("SIGTERM")) await once(child, "exit");
    }
    await rm(directory, { recursive: true, force: true });
  };

  try {
    const databases = [
      ["openvswitch/vswitch", "conf.db"],
      ["ovn/ovn-nb", "nb.db"],
      ["ovn/ovn-sb", "sb.db"],
    ].map(([schema, file]) => [`/usr/share/${schema}.ovsschema`, join(directory, file ?? "")] as const);
    for (const [schema, file] of databases) await run("ovsdb-tool", ["create", file, schema]);
    daemon("ovsdb-server", ...databases.map(([, file]) => file), `--remote=p${remote}`);
    await until("the databases", () => ask("ovs-vsctl", ["--no-wait", "init"]));
    const ids = ["system-id=chassis", "ovn-encap-type=geneve", "ovn-encap-ip=127.0.0.1"];
    const all = [...ids, `ovn-remote=${remote}`, "ovn-bridge-datapath-type=netdev"];
    await ask("ovs-vsctl", [
      "--no-wait",
      "set",
      "Open_vSwitch",
      ".",
      ...all.map((id) => `external_ids:${id.replace("=", '="')}"`),
    ]);
    daemon("ovs-vswitchd", remote);
    daemon("ovn-northd", `--ovnnb-db=${remote}`, `--ovnsb-db=${remote}`);
    const controller = daemon("ovn-controller", remote);
    await until("the integration bridge", () => ask("ovs-vsctl", ["br-exists", "br-int"]));
    return {
      openvswitchSocket: socket,
      vsctl: (...words) => ask("ovs-vsctl", words),
      nbctl: (...words) => ask("ovn-nbctl", words),
      signalController: (signal) => controller.kill(signal),
      [Symbol.asyncDispose]: end,
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Asks until it succeeds. */
export async function until<T>(what: string, ask: () => Promise<T> | T, boundMs = readyBoundMs): Promise<T> {
  for (const givenUpAt = performance.now() + boundMs; ; ) {
    try {
      return await ask();
    } catch (error) {
      if (performance.now() > givenUpAt) throw new Error(`no ${what} in time`, { cause: error });
      await sleep(20);
    }
  }
}
