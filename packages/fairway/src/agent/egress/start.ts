import type { Logger } from "../../logger.ts";
import type { HostState } from "../host-state.ts";
import type { Links } from "../links.ts";
import type { Netlink } from "../netlink.ts";
import type { OpenVSwitch } from "../open-vswitch.ts";
import type { Troubles } from "../troubles.ts";
import { Afar, type AfarParts } from "./afar.ts";
import { Conntrack } from "./conntrack.ts";
import { Firewall } from "./firewall.ts";
import { FlowSweep } from "./flow-sweep.ts";
import { HostRules, type Refused } from "./host-rules.ts";
import { LegFlows } from "./leg-flows.ts";
import { LegInterfaces } from "./leg-interfaces.ts";
import { LegPorts, legKey } from "./leg-ports.ts";
import { Legs } from "./legs.ts";
import { openNetfilter } from "./netfilter.ts";
import type { Publication } from "./publication.ts";
import { Routing } from "./routing.ts";
import { RulesetGeneration } from "./ruleset-generation.ts";

/** How long a container's start waits for its network's leg; then it goes on without. */
const legBoundMs = 8_000;

export interface EgressOptions {
  readonly state: Pick<HostState, "items" | "isFresh" | "isUnreadable">;
  readonly api: AfarParts["api"];
  readonly hostName: string;
  readonly openVSwitch: OpenVSwitch;
  /** Of this host's Open vSwitch database. */
  readonly openvswitchSocket: string;
  readonly bridge: string;
  readonly netlink: Netlink;
  readonly links: Links;
  /** What is published at the moment. */
  readonly publications: () => Iterable<Publication>;
  /** Runs before the rules are compared: what they must say has to be known by then. */
  readonly beforeRules: () => Promise<void>;
  /** Told what the rules are without, and why, by the key of the host's state. */
  readonly onRefused: (refused: Refused) => void;
  readonly troubles: Troubles;
  readonly logger: Logger;
}

export interface Egress extends AsyncDisposable {
  /** The host's state has changed. @param keys what of it; absent: anything may have. */
  follow(keys?: readonly string[]): void;
  readonly legs: Legs;
  /** Waits until a network leads out of this host; tells the log where that takes too long. @throws the signal's reason. */
  legReady(network: string, signal: AbortSignal): Promise<void>;
  /** Writes the rules of what is published by now. @returns what nft does not take of it. */
  writeRules(): Promise<Refused>;
}

/** The way out of this host and into it (design §7). */
export function startEgress(options: EgressOptions): Egress {
  const { state, openVSwitch, bridge, netlink, links, logger } = options;
  const { replica } = openVSwitch;
  const generation = new RulesetGeneration();
  const { publications } = options;
  const rules = new HostRules({
    firewall: new Firewall(),
    generation,
    publications,
    onApplied: (hasChanged) => sweep?.rulesApplied(hasChanged),
    logger,
  });
  const routing = new Routing(netlink);
  const interfaces = new LegInterfaces(links, routing, replica);
  const ports = new LegPorts(openVSwitch, bridge);
  const { beforeRules, onRefused, openvswitchSocket, troubles } = options;
  const flows = new LegFlows(openvswitchSocket, bridge);
  const legs = new Legs({
    state,
    ports,
    interfaces,
    flows,
    rules,
    replica,
    troubles,
    beforeRules,
    onRefused,
    logger,
  });
  const netfilter = openNetfilter();
  const sweep =
    netfilter &&
    new FlowSweep({
      conntrack: new Conntrack(netfilter),
      state,
      ports: () => ports.list(),
      elements: () => rules.elements(),
      logger,
    });
  const { api, hostName } = options;
  const afar = new Afar({
    state,
    api,
    hostName,
    links,
    routing,
    troubles,
    logger,
  });
  return {
    legs,
    follow(keys) {
      legs.follow(keys);
      afar.follow(keys);
      sweep?.follow(keys);
    },
    writeRules: () => rules.publish(),
    async legReady(network, signal) {
      const late = AbortSignal.timeout(legBoundMs);
      try {
        await legs.ready(legKey(network), AbortSignal.any([signal, late]));
      } catch (error) {
        if (!late.aborted || signal.aborted) throw error;
        logger.warn({ network }, "a container starts although its network has no way out of this host yet");
      }
    },
    async [Symbol.asyncDispose]() {
      await afar[Symbol.asyncDispose]();
      await legs[Symbol.asyncDispose]();
      await sweep?.[Symbol.asyncDispose]();
      netfilter?.[Symbol.dispose]();
      generation[Symbol.dispose]();
    },
  };
}
