import { startFairway } from "../../lab/fairway.ts";
import type { Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { answers, createNetwork, hasNetwork, removeAll } from "./docker-network.ts";
import { becomes, tracesOf } from "./traces.ts";

/** A neighbour that has known another MAC takes some 10 s to find out; a busy machine longer. */
const answerBoundMs = 60_000;

export interface ThreeHosts extends AsyncDisposable {
  readonly lab: Lab;
  /** The center. */
  readonly h1: Host;
  readonly h2: Host;
  readonly h3: Host;
  readonly hosts: readonly Host[];
  /** Removes these containers everywhere, and waits until nothing of them is left. */
  leaveNothing(...containers: readonly string[]): Promise<void>;
}

/** Three hosts of three kinds, all on the network `blue`, 10.1.0.0/24. Addresses that nobody binds are free after 30 s. */
export async function startThreeHosts(settings: Readonly<Record<string, unknown>> = {}): Promise<ThreeHosts> {
  await using stack = new AsyncDisposableStack();
  const lab = stack.use(
    await Lab.start({
      hosts: [
        { name: "h1", variant: "debian12", center: true },
        { name: "h2", variant: "debian13" },
        { name: "h3", variant: "docker28" },
      ],
    }),
  );
  const [h1, h2, h3] = [lab.host("h1"), lab.host("h2"), lab.host("h3")];
  const { hosts } = lab;
  await startFairway(lab, { addresses: { reservation: 30 }, ...settings });
  await createNetwork(h1, "blue", "--subnet", "10.1.0.0/24");
  for (const host of [h2, h3]) await hasNetwork(host, "blue");
  const clean = await Promise.all(hosts.map(tracesOf));
  const kept = stack.move();
  return {
    lab,
    h1,
    h2,
    h3,
    hosts,
    async leaveNothing(...containers) {
      for (const host of hosts) await removeAll(host, containers, []);
      for (const [at, host] of hosts.entries()) await becomes(host, clean[at] ?? "");
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}

/** Waits until a container reaches an address. */
export function meets(host: Host, from: string, address: string): Promise<true> {
  return answers(host, from, address, { timeoutMs: answerBoundMs });
}
