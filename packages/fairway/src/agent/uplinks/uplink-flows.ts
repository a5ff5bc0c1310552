import { dirname } from "node:path";
import { messageOf } from "../../errors.ts";
import { run } from "../../host/program.ts";
import type { BackoffBounds } from "../../runtime/backoff.ts";
import { PutAside } from "../../runtime/put-aside.ts";

/** Between two looks for the flows of one uplink, each of which starts a program: OVN needs some milliseconds, or is not there. */
const backoff: BackoffBounds = { firstMs: 10, longestMs: 5_000 };
/** After so many looks in vain, some 5 s, OVN is not only slow. */
const patientLooks = 9;

/**
 * Whether OVN's flows lead to an uplink. For a `localport` ovn-controller never writes `ovn-installed`, as it does for other ports, so the
 * bridge itself is asked for flows that send something to it.
 */
export class UplinkFlows {
  readonly #bridge: string;
  /** Port numbers of the uplinks to which flows lead, by key. */
  readonly #leading = new Map<string, number>();
  readonly #waiting = new PutAside<string>(backoff);

  /** @param openvswitchSocket of the database; the bridge's management socket lies beside it (ovs-vswitchd(8)). */
  constructor(openvswitchSocket: string, bridge: string) {
    this.#bridge = `unix:${dirname(openvswitchSocket)}/${bridge}.mgmt`;
  }

  /** Keys of the uplinks to which flows lead, by the last look. */
  get leading(): { has(key: string): boolean } {
    return this.#leading;
  }

  /** Whether flows were seen that lead to an uplink's port of this number. */
  areKnownToLeadTo(key: string, ofport: number): boolean {
    return this.#leading.get(key) === ofport;
  }

  /** Why no flow leads to an uplink; undefined where one does, or may do so any moment. */
  troubleOf(key: string): string | undefined {
    return this.#waiting.failures(key) > patientLooks ? this.#waiting.reasons.get(key) : undefined;
  }

  /**
   * Looks for the flows of those uplinks that have none yet and whose turn it is.
   * @param ofports of all uplinks, by key.
   * @returns which uplinks flows lead to that had none, and when to look for the others, ms; undefined where none is left.
   */
  async look(
    ofports: ReadonlyMap<string, number>,
  ): Promise<{ readonly found: readonly string[]; readonly againInMs: number | undefined }> {
    for (const [key, ofport] of this.#leading) if (ofports.get(key) !== ofport) this.#leading.delete(key);
    this.#waiting.keep(ofports);
    const found: string[] = [];
    const looks = Array.from(ofports, async ([key, ofport]) => {
      if (this.#leading.has(key) || !this.#waiting.isDue(key)) return;
      const inTheWay = await this.#inTheWayOf(ofport);
      if (inTheWay !== undefined) {
        this.#waiting.failed(key, inTheWay);
        return;
      }
      this.#waiting.succeeded(key);
      this.#leading.set(key, ofport);
      found.push(key);
    });
    await Promise.all(looks);
    return { found, againInMs: this.#waiting.nextDueMs };
  }

  /** Why no flow leads to a port of the bridge; undefined where one does. */
  async #inTheWayOf(ofport: number): Promise<string | undefined> {
    try {
      const words = ["--no-stats", "dump-flows", this.#bridge, `out_port=${ofport}`];
      const { stdout, stderr, code } = await run("ovs-ofctl", words);
      if (code !== 0) return `ovs-vswitchd does not tell its flows: ${stderr.trim()}`;
      if (stdout.includes(`output:${ofport}`)) return undefined;
      return "OVN leads nothing to it; is ovn-controller running and connected to the Southbound?";
    } catch (error) {
      return messageOf(error);
    }
  }
}
