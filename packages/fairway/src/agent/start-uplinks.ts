import type { HostTaken } from "../center/schemas/host.ts";
import type { Netlink } from "../host/netlink/netlink.ts";
import type { OpenVSwitch } from "../host/open-vswitch/open-vswitch.ts";
import { ResolvConf, resolvConfFile } from "../host/resolv-conf.ts";
import type { Logger } from "../logger.ts";
import { Conntrack } from "./firewall/conntrack.ts";
import { Firewall } from "./firewall/firewall.ts";
import { FlowSweep } from "./firewall/flow-sweep.ts";
import { HostRules } from "./firewall/host-rules.ts";
import { nameService } from "./firewall/name-service.ts";
import { openNetfilter } from "./firewall/netfilter.ts";
import { Publications } from "./firewall/publications.ts";
import type { HostFacts } from "./firewall/ruleset.ts";
import { RulesetGeneration } from "./firewall/ruleset-generation.ts";
import { DormantNetworks, type DormantNetworksParts } from "./host-access/dormant-networks.ts";
import { HostAccess } from "./host-access/host-access.ts";
import type { Links } from "./ports/links.ts";
import { PublicationReport, type PublicationReportParts } from "./published-ports/publication-report.ts";
import { PublishedPorts, type PublishedPortsParts } from "./published-ports/published-ports.ts";
import { relayOpener } from "./published-ports/relay.ts";
import type { HostState } from "./state/host-state.ts";
import { uplinkKey } from "./state/keys.ts";
import type { Troubles } from "./state/troubles.ts";
import { type HostAddresses, Routing } from "./uplinks/routing.ts";
import { UplinkFlows } from "./uplinks/uplink-flows.ts";
import { UplinkInterfaces } from "./uplinks/uplink-interfaces.ts";
import { UplinkPorts } from "./uplinks/uplink-ports.ts";
import { Uplinks } from "./uplinks/uplinks.ts";

/** How long a container's start waits for its network's uplink; then it goes on without. */
const uplinkBoundMs = 8_000;

export interface UplinksOptions {
  readonly state: Pick<HostState, "items" | "isFresh" | "isUnreadable" | "onChange">;
  readonly api: DormantNetworksParts["api"] & PublicationReportParts["api"];
  readonly hostName: string;
  readonly openVSwitch: OpenVSwitch;
  /** Of this host's Open vSwitch database. */
  readonly openvswitchSocket: string;
  readonly bridge: string;
  readonly netlink: Netlink;
  readonly links: Links;
  /** Subnets outside private space that this host is to reach as well. */
  readonly reach: readonly string[];
  readonly services: HostFacts["services"];
  /** Servers that containers ask, where the host itself asks others. */
  readonly containersServers: () => Promise<readonly string[]>;
  readonly troubles: Troubles;
  /** What a person calls the container that has an address of a network. */
  readonly nameOf: PublishedPortsParts["nameOf"];
  readonly logger: Logger;
}

export interface RunningUplinks extends AsyncDisposable {
  readonly uplinks: Uplinks;
  readonly published: PublishedPorts;
  /** Calls `listener` whenever this host has something else beside Fairway, with what the center is told of it. */
  onSurroundings(listener: (told: readonly HostTaken[]) => void): void;
  /** What this host calls itself to its containers. */
  ownAddresses(): HostAddresses;
  /** Waits until a network leads out of this host; tells the log where that takes too long. @throws the signal's reason. */
  uplinkReady(network: string, signal: AbortSignal): Promise<void>;
}

/** Begins to lead packets out of this host and into it: uplinks, rules, published ports and the host's own access to networks. */
export function startUplinks(options: UplinksOptions): RunningUplinks {
  const { state, api, hostName, openVSwitch, bridge, netlink, links, services, troubles, nameOf, logger } =
    options;
  const { replica } = openVSwitch;
  const stack = new AsyncDisposableStack();
  const routing = new Routing(netlink);
  const resolvConf = new ResolvConf(resolvConfFile, nameService.address);
  const access = stack.use(new HostAccess({ ...options, routing, replica, resolvConf }));
  const publications = new Publications();
  const interfaces = new UplinkInterfaces(links, routing, replica, access.reaches);
  const rules = new HostRules({
    firewall: new Firewall(),
    generation: stack.use(new RulesetGeneration()),
    publications,
    facts: () => ({ ...access.seen, services, ownAddresses: interfaces.ownAddresses() }),
    logger,
  });
  const openRelay = relayOpener(netlink, logger);
  const report = stack.use(new PublicationReport({ api, hostName, logger }));
  const tell = (told: ReadonlyMap<string, string | null>) => report.set(told);
  const published = stack.use(
    new PublishedPorts({ publications, rules, troubles, openRelay, nameOf, tell, logger }),
  );
  state.onChange("tell of published ports", (keys) => {
    if (keys === undefined) report.again();
  });
  const ports = new UplinkPorts(openVSwitch, bridge);
  const uplinks = stack.use(
    new Uplinks({
      state,
      ports,
      interfaces,
      flows: new UplinkFlows(options.openvswitchSocket, bridge),
      rules,
      replica,
      troubles,
      beforeRules: async () => {
        await access.firstLook();
        await published.reconcile(state.items, state.isFresh);
      },
      onRefused: (refused) => published.noteRefused(refused),
      logger,
    }),
  );
  published.onDue(uplinks.after);
  const { reaches } = access;
  const dormant = stack.use(
    new DormantNetworks({ state, api, hostName, links, routing, reaches, troubles, logger }),
  );
  state.onChange("look at this host's own routes", (keys) => access.follow(keys));
  state.onChange("reconcile the uplinks", (keys) => uplinks.follow(keys));
  state.onChange("lead to dormant networks", (keys) => dormant.follow(keys));
  access.onChange("look at the uplinks", uplinks.verify);
  access.onChange("lead to dormant networks", dormant.soon);
  const netfilter = openNetfilter();
  if (netfilter !== undefined) {
    const conntrack = new Conntrack(stack.use(netfilter));
    const [portsNow, elements] = [() => ports.list(), () => rules.elements()];
    const sweep = stack.use(new FlowSweep({ conntrack, state, ports: portsNow, elements, logger }));
    rules.onApplied("remove stale flows", (hasChanged) => sweep.rulesApplied(hasChanged));
    state.onChange("remove stale flows", (keys) => sweep.follow(keys));
  }
  return {
    uplinks,
    published,
    onSurroundings: (listener) =>
      access.onChange("tell the center what is beside Fairway", () => listener(access.seen.told)),
    ownAddresses: () => interfaces.ownAddresses(),
    async uplinkReady(network, signal) {
      const late = AbortSignal.timeout(uplinkBoundMs);
      try {
        await uplinks.ready(uplinkKey(network), AbortSignal.any([signal, late]));
      } catch (error) {
        if (!late.aborted || signal.aborted) throw error;
        logger.warn({ network }, "a container starts although its network has no way out of this host yet");
      }
    },
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}
