import type { Logger } from "../../logger.ts";
import type { HostState } from "../host-state.ts";
import type { Links } from "../links.ts";
import { nameService } from "../names/address.ts";
import { ResolvConf } from "../names/resolv-conf.ts";
import type { Netlink } from "../netlink.ts";
import type { OpenVSwitch } from "../open-vswitch.ts";
import type { Troubles } from "../troubles.ts";
import { Afar, type AfarParts } from "./afar.ts";
import { Conntrack } from "./conntrack.ts";
import { Firewall } from "./firewall.ts";
import { FlowSweep } from "./flow-sweep.ts";
import { HostAccess } from "./host-access.ts";
import { HostRules, type Refused } from "./host-rules.ts";
import { LegFlows } from "./leg-flows.ts";
import { LegInterfaces } from "./leg-interfaces.ts";
import { LegPorts, legKey } from "./leg-ports.ts";
import { Legs } from "./legs.ts";
import { openNetfilter } from "./netfilter.ts";
import type { Publication } from "./publication.ts";
import { Routing } from "./routing.ts";
import type { HostFacts } from "./ruleset.ts";
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
  /** Subnets outside private space that this host is to reach as well. */
  readonly reach: readonly string[];
  readonly services: HostFacts["services"];
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
  const { publications, reach, services, beforeRules, onRefused, openvswitchSocket, troubles } = options;
  const routing = new Routing(netlink);
  const access = new HostAccess({
    routing,
    links,
    replica,
    resolvConf: new ResolvConf("/etc/resolv.conf", nameService.address),
    state,
    reach,
    onChange: () => {
      legs.verify();
      afar.soon();
    },
    troubles,
    logger,
  });
  const rules = new HostRules({
    firewall: new Firewall(),
    generation,
    publications,
    facts: () => ({ ...access.seen, services }),
    onApplied: (hasChanged) => sweep?.rulesApplied(hasChanged),
    logger,
  });
  const interfaces = new LegInterfaces(links, routing, replica, access.reaches);
  const ports = new LegPorts(openVSwitch, bridge);
  const flows = new LegFlows(openvswitchSocket, bridge);
  const legs = new Legs({
    state,
    ports,
    interfaces,
    flows,
    rules,
    replica,
    troubles,
    beforeRules: async () => {
      await access.firstLook();
      await beforeRules();
    },
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
    reaches: access.reaches,
    troubles,
    logger,
  });
  return {
    legs,
    follow(keys) {
      access.follow(keys);
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
      await access[Symbol.asyncDispose]();
      await afar[Symbol.asyncDispose]();
      await legs[Symbol.asyncDispose]();
      await sweep?.[Symbol.asyncDispose]();
      netfilter?.[Symbol.dispose]();
      generation[Symbol.dispose]();
    },
  };
}
