import type { Invariant } from "../invariant.ts";

interface Checked {
  readonly check: string;
  readonly state: string;
  readonly seen: string;
}

/** `fairway doctor` finds nothing that fails, on any host. */
export const doctorIsContent: Invariant = {
  name: "fairway doctor finds nothing that fails",
  async check({ cluster }) {
    const found = cluster.hosts.map(async (host) => {
      const { stdout } = await host.run(["fairway", "doctor", "-o", "json"], {
        check: false,
        timeoutMs: 60_000,
      });
      const { checks }: { checks: readonly Checked[] } = JSON.parse(stdout);
      const failing = checks.filter(({ state }) => state === "fail");
      return failing.map(({ check, seen }) => `${host.name}: ${check}: ${seen}`);
    });
    return (await Promise.all(found)).flat();
  },
};
