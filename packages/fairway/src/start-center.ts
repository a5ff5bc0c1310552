import { dirname } from "node:path";
import { OvsdbClient } from "@fairway/ovsdb";
import { createApi } from "./api/server.ts";
import { answerBy } from "./api/vlcp/calls.ts";
import { keepVlcp } from "./api/vlcp/keep.ts";
import { Addresses } from "./center/addresses/addresses.ts";
import { createCenter } from "./center/center.ts";
import { HostWatch } from "./center/hosts/host-watch.ts";
import { Liveness } from "./center/hosts/liveness.ts";
import { Admissions } from "./center/members/admissions.ts";
import { randomUniqueLocal, writePool } from "./center/subnets/automatic-subnets.ts";
import { hasAuthorities } from "./cluster/authority-files.ts";
import { openMembership } from "./cluster/center-membership.ts";
import { IntentServer } from "./cluster/intent-server.ts";
import { withPortOwner } from "./cluster/port-in-use.ts";
import { removeChassis } from "./cluster/southbound.ts";
import type { SouthboundKeeper } from "./cluster/southbound-keeper.ts";
import { southboundPlaces } from "./cluster/southbound-places.ts";
import type { Config } from "./config/schema.ts";
import { Controller } from "./control/controller.ts";
import { HostStates } from "./control/host-states.ts";
import { ovnTrace } from "./host/ovn-trace/ovn-trace.ts";
import { Store } from "./intent/store.ts";
import { type Logger, sentences } from "./logger.ts";
import type { Ending } from "./runtime/ending.ts";
import { version } from "./version.ts";

/** What a new cluster starts with: tunnels by Geneve over Ethernet's usual MTU, and a /48 of its own for IPv6. */
const newCluster = () =>
  ({
    encapsulation: "geneve",
    underlay_mtu: 1500,
    pools: [writePool({ cidr: randomUniqueLocal(), size: 64 })],
    settings: {},
  }) as const;

/** Of the end's bound: for the databases, when the API has closed. */
const keptMs = 500;

/** The intent's database is on this machine, and back soon. */
const localBackoff = { minMs: 100, maxMs: 2_000 };

/**
 * The center in this process: store, use cases, control and API. Serves when it resolves, other hosts as soon as their address is there;
 * whether it leads is `GET /v1/status`. Throws what keeps it from starting.
 * @param ending of the process; once it has begun, a start throws the signal's reason, and disposing waits no longer than is left.
 */
export async function startCenter(config: Config, logger: Logger, ending?: Ending): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const runDirectory = dirname(config.api.socket);
  const server = stack.use(
    await IntentServer.ensure({ file: config.center.database, runDirectory, logger, ending }),
  );
  const client = new OvsdbClient({
    remotes: [server.remote],
    backoff: localBackoff,
    logger: sentences(logger, "Fairway"),
  });
  client.on("disconnect", server.revive);
  stack.defer(() => client.close());
  const store = stack.use(new Store(client, logger));
  const hostStates = stack.use(new HostStates(store, logger));
  const uptime = () => performance.now();
  const liveness = new Liveness(uptime);
  const addresses = new Addresses(store, Date.now, config.addresses.reservation * 1000);
  const graceMs = config.hosts.grace * 1000;
  const hostWatch = new HostWatch({ store, addresses, liveness, graceMs, now: Date.now, uptime, logger });
  const controller = stack.use(
    new Controller({
      store,
      hostWatch,
      addresses,
      intentClient: client,
      northboundRemotes: [config.center.northbound],
      southboundRemotes: [config.center.southbound],
      centerName: config.host.name,
      settings: newCluster(),
      traceFlow: (flow, signal) => ovnTrace(config.center.southbound, flow, signal),
      logger,
    }),
  );
  const membership = await membershipOf(config, logger);
  const admissions = new Admissions(store);
  let southbound: SouthboundKeeper | undefined;
  const center = createCenter({
    store,
    hostStates,
    certifier: membership?.certifier,
    removeChassis: async (systemId) => {
      await southbound?.admissionsApplied();
      await removeChassis(systemId);
    },
    progress: controller,
    tracer: controller.tracer,
    liveness,
    addresses,
    automaticPools: config.addresses.pools,
    reservedSubnets: config.addresses.reserved,
    makesLevels: config.tenancy.create,
    centerName: config.host.name,
    version,
    now: Date.now,
    smallestMtu: config.hosts.mtu,
  });
  await store.replica.synced(ending?.signal);
  southbound = membership && stack.use(membership.keepSouthbound(admissions));
  const listeners = [
    { kind: "unix", path: config.api.socket } as const,
    ...config.center.listen.map((listener) => ({ kind: "tls", admission: admissions, ...listener }) as const),
  ];
  const api = stack.use(
    await createApi({
      center,
      logger,
      listeners,
      ...(ending && { closeGraceMs: () => ending.leftMs(keptMs) }),
    }).catch(async (error: unknown) => {
      throw await withPortOwner(error);
    }),
  );
  if (config.api.vlcp !== undefined)
    stack.use(
      keepVlcp({
        answer: answerBy(center),
        logger,
        port: config.api.vlcp,
        withPortOwner: (error) => withPortOwner(error, "or set `api.vlcp` to another port"),
        closeGraceMs: ending && (() => ending.leftMs(keptMs)),
      }),
    );
  if (membership !== undefined) {
    stack.use(
      membership.keepCertificate(() => {
        api.reloadCertificates();
        southbound?.reloadCertificates();
      }),
    );
  }
  return stack.move();
}

/** What lets other machines join; nothing where `fairway init` was not run: a single machine needs no certificates. */
async function membershipOf(config: Config, logger: Logger) {
  const { authority, listen } = config.center;
  const [first] = listen;
  if (first === undefined || !hasAuthorities(authority)) return undefined;
  const southbound = southboundPlaces(authority, dirname(config.api.socket));
  return openMembership({
    name: config.host.name,
    directory: authority,
    listener: first,
    southbound,
    logger,
  });
}
