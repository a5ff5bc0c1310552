const rememberMs = 60_000;

interface Step {
  readonly request: string;
  readonly untilMs: number;
}

/**
 * Docker's calls of one `docker run` carry nothing in common but the address: RequestAddress gives it out, CreateEndpoint brings
 * it back. Two networks of one CIDR may give out the same address at the same time; then the older goes first, and no harm is
 * done but in the logs.
 */
export class RequestCorrelator {
  readonly #steps = new Map<string, Step[]>();
  readonly #now: () => number;

  /** @param now milliseconds of a clock that only goes forward. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** @param address with its prefix length, as Docker will repeat it. */
  note(address: string, request: string): void {
    this.#forgetOld();
    const steps = this.#steps.get(address) ?? [];
    this.#steps.set(address, [...steps, { request, untilMs: this.#now() + rememberMs }]);
  }

  /** The ids under which these addresses were given out, each once and only once. */
  take(addresses: readonly string[]): readonly string[] {
    this.#forgetOld();
    const requests = addresses.flatMap((address) => {
      const [first, ...rest] = this.#steps.get(address) ?? [];
      if (rest.length === 0) this.#steps.delete(address);
      else this.#steps.set(address, rest);
      return first === undefined ? [] : [first.request];
    });
    return [...new Set(requests)];
  }

  #forgetOld(): void {
    const now = this.#now();
    for (const [address, steps] of this.#steps) {
      const kept = steps.filter(({ untilMs }) => untilMs > now);
      if (kept.length === 0) this.#steps.delete(address);
      else if (kept.length < steps.length) this.#steps.set(address, kept);
    }
  }
}
