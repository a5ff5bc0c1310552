import { dirname } from "node:path";
import { run } from "./command.ts";

/**
 * Whether OVN's flows lead to a leg. For a `localport` ovn-controller never writes `ovn-installed`, as it does for other ports, so the
 * bridge itself is asked for flows that send something to it.
 */
export class LegFlows {
  readonly #bridge: string;

  /** @param openvswitchSocket of the database; the bridge's management socket lies beside it (ovs-vswitchd(8)). */
  constructor(openvswitchSocket: string, bridge: string) {
    this.#bridge = `unix:${dirname(openvswitchSocket)}/${bridge}.mgmt`;
  }

  /** @param ofport the leg's port number in the bridge. */
  async leadTo(ofport: number): Promise<boolean> {
    const words = ["--no-stats", "dump-flows", this.#bridge, `out_port=${ofport}`];
    const { stdout } = await run("ovs-ofctl", words);
    return stdout.includes(`output:${ofport}`);
  }
}
