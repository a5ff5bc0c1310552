import type { Store } from "../intent/store.ts";
import { settingsOf } from "../intent/view.ts";
import { clusterTroubles } from "./cluster-troubles.ts";
import { type HostSight, shownHosts } from "./hosts/shown-host.ts";
import { unowned } from "./owners.ts";
import type { Progress } from "./progress.ts";
import type { Status } from "./schemas/status.ts";

/** As many rows without an owner are shown. */
const unownedAtMost = 20;
const troublesAtMost = 100;

interface ClusterStatusOptions extends HostSight {
  readonly store: Store;
  readonly progress: Progress;
  readonly centerName: string;
  /** Of Fairway. */
  readonly version: string;
}

/** How the cluster as a whole is doing. */
export class ClusterStatus {
  readonly #options: ClusterStatusOptions;

  constructor(options: ClusterStatusOptions) {
    this.#options = options;
  }

  /** Whether all is well and what is not, what runs here, who leads, how much there is, and what is not applied yet. */
  show(): Status {
    const { store, progress, centerName, version } = this.#options;
    const { view, replica } = store;
    const row = settingsOf(view);
    const size = (table: "Host" | "Network" | "Endpoint" | "Address") => replica.table(table).size;
    const center = {
      leader: {
        name: row?.leader ?? "",
        epoch: row?.epoch ?? 0,
        self: row?.leader === centerName && store.epoch === row.epoch && replica.isSynced,
      },
      stores: {
        intent: replica.isSynced ? ("connected" as const) : ("disconnected" as const),
        northbound: progress.northbound,
      },
      foreignBindings: [...progress.foreignBindings],
    };
    const hosts = shownHosts(view, this.#options);
    const strays = unowned(view);
    const troubles = clusterTroubles(view, center, hosts, strays);
    return {
      well: troubles.length === 0,
      troubles: troubles.slice(0, troublesAtMost),
      troubleCount: troubles.length,
      hosts: hosts.map(({ name, state, stateSince, versions, endpoints }) => ({
        name,
        state,
        stateSince,
        version: versions["fairway"] ?? null,
        endpoints,
      })),
      version,
      ovn: progress.ovnVersion,
      ...center,
      counts: {
        hosts: size("Host"),
        networks: size("Network"),
        endpoints: size("Endpoint"),
        addresses: size("Address"),
      },
      unowned: strays.slice(0, unownedAtMost),
      pending: progress.pending,
    };
  }
}
