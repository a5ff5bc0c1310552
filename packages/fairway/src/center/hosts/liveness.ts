/** How long a host may be silent and still be up, ms: three heartbeats. */
const silenceMs = 15_000;

/**
 * When each host was last heard. It is in memory alone: nobody would want a commit for every heartbeat. Who begins to lead has heard
 * nobody yet, and takes every host for one that it has just heard.
 */
export class Liveness {
  readonly #uptime: () => number;
  readonly #heard = new Map<string, number>();
  #since: number;

  /** @param uptime milliseconds of a clock that only goes forward. */
  constructor(uptime: () => number) {
    this.#uptime = uptime;
    this.#since = uptime();
  }

  /** A sign of life. */
  hear(host: string): void {
    this.#heard.set(host, this.#uptime());
  }

  forget(host: string): void {
    this.#heard.delete(host);
  }

  /** Begins anew: what was heard before says nothing of now. */
  begin(): void {
    this.#heard.clear();
    this.#since = this.#uptime();
  }

  /** For how long the host has been silent, ms; undefined where nothing was heard since this center began to listen. */
  silenceOf(host: string): number | undefined {
    const heard = this.#heard.get(host);
    return heard === undefined ? undefined : this.#uptime() - heard;
  }

  /** Whether the host is up, as far as one can know. */
  isUp(host: string): boolean {
    return this.#uptime() - (this.#heard.get(host) ?? this.#since) < silenceMs;
  }
}
