import { dirname } from "node:path";
import { OvsdbClient } from "@fairway/ovsdb";
import { createApi } from "./api/server.ts";
import { hasAuthorities } from "./cluster/authority-files.ts";
import { openMembership } from "./cluster/center-membership.ts";
import { IntentServer } from "./cluster/intent-server.ts";
import type { Config } from "./config/schema.ts";
import { Controller } from "./control/controller.ts";
import { HostStates } from "./control/host-states.ts";
import { Store } from "./intent/store.ts";
import { type Logger, sentences } from "./logger.ts";
import { Addresses } from "./service/addresses.ts";
import { Admissions } from "./service/admissions.ts";
import { randomUniqueLocal, writePool } from "./service/automatic-subnets.ts";
import { createService } from "./service/center.ts";
import { HostWatch } from "./service/host-watch.ts";
import { Liveness } from "./service/liveness.ts";
import { version } from "./version.ts";

/** What a new cluster starts with: tunnels by Geneve over Ethernet's usual MTU, and a /48 of its own for IPv6. */
const newCluster = () =>
  ({
    encapsulation: "geneve",
    underlay_mtu: 1500,
    pools: [writePool({ cidr: randomUniqueLocal(), size: 64 })],
    settings: {},
  }) as const;

/** The intent's database is on this machine, and back soon. */
const localBackoff = { minMs: 100, maxMs: 2_000 };

/**
 * The center of design §1 in this process: store, service, control and API. Serves when it resolves; whether it leads
 * is `GET /v1/status`.
 */
export async function startCentral(config: Config, logger: Logger): Promise<AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const runDirectory = dirname(config.api.socket);
  const server = stack.use(await IntentServer.ensure({ file: config.center.database, runDirectory, logger }));
  const client = new OvsdbClient({
    remotes: [server.remote],
    backoff: localBackoff,
    logger: sentences(logger, "Fairway"),
  });
  client.on("disconnect", server.revive);
  stack.defer(() => client.close());
  const store = stack.use(new Store(client, logger));
  const hostStates = new HostStates(store, logger);
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
      centralName: config.host.name,
      settings: newCluster(),
      logger,
    }),
  );
  const membership = await membershipOf(config, logger);
  const service = createService({
    store,
    certifier: membership?.certifier,
    progress: controller,
    liveness,
    addresses,
    automaticPools: config.addresses.pools,
    centralName: config.host.name,
    version,
    now: Date.now,
    smallestMtu: config.hosts.mtu,
  });
  await store.replica.synced();
  const admission = new Admissions(store);
  const listeners = [
    { kind: "unix", path: config.api.socket } as const,
    ...config.center.listen.map((listener) => ({ kind: "tls", admission, ...listener }) as const),
  ];
  const api = stack.use(await createApi({ service, hostStates, logger, listeners }));
  if (membership !== undefined) {
    stack.use(membership.keepCertificate(() => api.reloadCertificates()));
    stack.use(membership.watchRemovals(store));
  }
  return stack.move();
}

/** What lets other machines join; nothing where `fairway init` was not run: a single machine needs no certificates. */
async function membershipOf({ host, center: { authority, listen } }: Config, logger: Logger) {
  const [first] = listen;
  if (first === undefined || !hasAuthorities(authority)) return undefined;
  return openMembership({ name: host.name, directory: authority, listener: first, logger });
}
