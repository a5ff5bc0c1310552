export interface Observation {
  /** Endpoints that this host must have. */
  readonly desired: ReadonlySet<string>;
  /** Those of them whose port must be down. */
  readonly down: ReadonlySet<string>;
  /** Whether `desired` is complete and up to date. */
  readonly isFresh: boolean;
  /** Endpoints with a port of ours in Open vSwitch. */
  readonly ports: ReadonlySet<string>;
  /** Endpoints with a link of ours. */
  readonly links: ReadonlySet<string>;
  /** Endpoints that a call of Docker's is working on. */
  readonly isBusy: (endpoint: string) => boolean;
  /** Since when each endpoint was found superfluous, by the plan before. */
  readonly superfluousSince: ReadonlyMap<string, number>;
  /** How long something of ours must have been superfluous before it is removed: the state may be behind a call of Docker's. */
  readonly graceMs: number;
  /** Milliseconds of a clock that only goes forward. */
  readonly nowMs: number;
}

export interface Plan {
  /** Their port is missing and their link is there. */
  readonly restore: readonly string[];
  /** Their port must be down and is there; their link stays with their container. */
  readonly lower: readonly string[];
  /** Ours, desired by nobody, twice seen. */
  readonly remove: readonly string[];
  /** Desired, but without a link: only a call of Docker's can make it, for it belongs to a container. */
  readonly linkless: readonly string[];
  /** For the next plan. */
  readonly superfluousSince: ReadonlyMap<string, number>;
}

/** What has to be done to make the host's ports equal to the desired ones. */
export function planPorts(observation: Observation): Plan {
  const { desired, down, isFresh, ports, links, isBusy, graceMs, nowMs } = observation;
  const missing = [...desired].filter(
    (endpoint) => !ports.has(endpoint) && !down.has(endpoint) && !isBusy(endpoint),
  );
  const own = new Set([...ports, ...links]);
  const superfluous = isFresh
    ? [...own].filter((endpoint) => !desired.has(endpoint) && !isBusy(endpoint))
    : [];
  const superfluousSince = new Map(
    superfluous.map((endpoint) => [endpoint, observation.superfluousSince.get(endpoint) ?? nowMs] as const),
  );
  return {
    restore: missing.filter((endpoint) => links.has(endpoint)),
    lower: [...down].filter((endpoint) => isFresh && ports.has(endpoint) && !isBusy(endpoint)),
    remove: superfluous.filter((endpoint) => nowMs - (superfluousSince.get(endpoint) ?? nowMs) >= graceMs),
    linkless: missing.filter((endpoint) => !links.has(endpoint)),
    superfluousSince,
  };
}
