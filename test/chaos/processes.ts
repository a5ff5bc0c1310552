import { Daemon } from "../../lab/host/daemon.ts";
import type { Host } from "../../lab/host/host.ts";

/** What runs on every host, and on the center beside it. */
export const hostProcesses = [
  "fairway",
  "dockerd",
  "ovsdb-server",
  "ovs-vswitchd",
  "ovn-controller",
] as const;
export const centerProcesses = ["intent", "ovnnb", "ovnsb", "ovn-northd"] as const;
export type ProcessName = (typeof hostProcesses)[number] | (typeof centerProcesses)[number];

/** While these are away, packets between containers may be. */
export const packetProcesses: readonly ProcessName[] = ["ovsdb-server", "ovs-vswitchd", "ovn-controller"];

/** A process of a host by its name. Fairway itself starts the intent's database server. */
export function processOf(host: Host, name: ProcessName): Daemon {
  if (name !== "intent") return host.daemon(name);
  return new Daemon(host, name, { start: "true", pidFile: "/run/fairway/intent.pid" });
}

const startedOn = (host: Host): readonly ProcessName[] =>
  host.isCenter ? [...hostProcesses, ...centerProcesses.filter((name) => name !== "intent")] : hostProcesses;

/**
 * Process numbers as they were when somebody meant to start them: a process that has another one died by itself. The intent's server is
 * not among them: Fairway starts it when it sees fit.
 */
export class Roster {
  readonly #pids = new Map<string, number | undefined>();

  /** These are right. */
  note(host: Host, names: readonly ProcessName[] = startedOn(host)): void {
    for (const name of names) this.#pids.set(`${name} on ${host.name}`, processOf(host, name).pid);
  }

  /** Who runs no longer, or again, though nobody ended it. */
  changed(hosts: readonly Host[]): readonly string[] {
    return hosts.flatMap((host) =>
      startedOn(host).flatMap((name) => {
        const who = `${name} on ${host.name}`;
        const [before, now] = [this.#pids.get(who), processOf(host, name).pid];
        return before === now
          ? []
          : [`${who} was process ${before} and is ${now ?? "none"}: nobody ended it`];
      }),
    );
  }
}
