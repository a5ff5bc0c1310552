import { type OvsdbClient, Replica } from "@fairway/ovsdb";
import { schema, type Tables } from "./generated/southbound.ts";

/** OVN Southbound, read once here for all hosts: which chassis have which ports bound, and whether they are `up` (ovn-sb(5), Port_Binding). */
export class Southbound implements AsyncDisposable {
  readonly replica: Replica<Tables>;
  /** By logical port; who waits for it. */
  readonly #waiting = new Map<string, Set<() => void>>();

  constructor(client: OvsdbClient) {
    this.replica = new Replica<Tables>(client, schema, {
      tables: {
        Chassis: { columns: ["name"] },
        // Ports of containers have no type; those of uplinks are never `up`; of routers' those alone have a chassis that lead out by one host.
        Port_Binding: {
          columns: ["logical_port", "up", "chassis", "encap", "additional_chassis", "options"],
          where: [
            ["type", "==", ""],
            ["type", "==", "localport"],
            ["type", "==", "chassisredirect"],
          ],
        },
      },
      indexes: {
        Chassis: { byName: ({ name }) => name },
        Port_Binding: { byPort: ({ logical_port }) => logical_port },
      },
    });
    this.replica.on("change", (changes) => {
      for (const change of changes)
        if (change.table === "Port_Binding" && change.new?.up)
          for (const wake of this.#waiting.get(change.new.logical_port) ?? []) wake();
    });
  }

  /** Whether a chassis has the port's flows in place and has told OVN so. */
  isUp(port: string): boolean {
    return this.replica.table("Port_Binding").find("byPort", port)[0]?.up === true;
  }

  /** Resolves when the port is up, or with the signal. */
  async up(port: string, signal: AbortSignal): Promise<void> {
    if (this.isUp(port) || signal.aborted) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = this.#waiting.get(port) ?? new Set();
    this.#waiting.set(port, waiting.add(resolve));
    signal.addEventListener("abort", () => resolve(), { once: true });
    await promise;
    waiting.delete(resolve);
    if (waiting.size === 0) this.#waiting.delete(port);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.replica.close();
  }
}
