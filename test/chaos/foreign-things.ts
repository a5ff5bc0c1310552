import { type ForeignPlace, foreignPlaces, viewForeign } from "../../lab/foreign.ts";
import type { Host } from "../../lab/host/host.ts";

/** What a power cut takes of other people's things as well. */
export const volatilePlaces: readonly ForeignPlace[] = [
  "Open vSwitch",
  "nftables",
  "iptables",
  "links",
  "Docker",
];

/** Somebody else's things on a host, and how they were. */
export class ForeignThings {
  readonly #host: Host;
  readonly #before = new Map<ForeignPlace, string>();

  constructor(host: Host) {
    this.#host = host;
  }

  /** A fault of ours changed them: the next look tells how they are from now on. */
  forget(places: readonly ForeignPlace[]): void {
    for (const place of places) this.#before.delete(place);
  }

  async changed(): Promise<readonly string[]> {
    const looks = foreignPlaces.map(async (place) => {
      const now = await viewForeign(this.#host, place).catch(() => "gone");
      const before = this.#before.get(place);
      if (before === undefined) this.#before.set(place, now);
      return before === undefined || before === now ? [] : [`${place}: was\n${before}\nis\n${now}`];
    });
    return (await Promise.all(looks)).flat();
  }
}
