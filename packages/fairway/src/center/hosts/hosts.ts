import { FairwayError, messageOf } from "../../errors.ts";
import { derive } from "../../identity.ts";
import { writeTaken } from "../../intent/parsed-rows.ts";
import { changeOrRehearse } from "../../intent/rehearsal.ts";
import type { Store } from "../../intent/store.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { canonicalCidr } from "../../ip.ts";
import { mayActFor, mayAdminister, mayReadAll } from "../access/access.ts";
import type { Context } from "../context.ts";
import { hostNamed } from "../lookup.ts";
import type { Manner } from "../manner.ts";
import { deleteTokensOf } from "../members/tokens.ts";
import { mergedMap } from "../merged-map.ts";
import { checkUnderlay, refitMtus } from "../networks/mtu.ts";
import { isLabelled, isNamed, pageOf } from "../page.ts";
import { checkRevision } from "../revision.ts";
import type { Host, HostFacts, HostPatch, HostRemoval } from "../schemas/host.ts";
import { keyInList } from "../schemas/list-keys.ts";
import type { PageWish } from "../schemas/page.ts";
import { leadingSubnets } from "../subnets/host-overlaps.ts";
import { revisionOfHost } from "../views.ts";
import { freeHostNumber } from "./host-number.ts";
import { checkDead, checkEmpty, deleteHost } from "./host-removal.ts";
import { mergeVersions } from "./quotas.ts";
import { type HostSight, shownHost } from "./shown-host.ts";
import { checkSameTunnel, checkTunnel } from "./tunnel-address.ts";

export interface HostsOptions extends HostSight {
  readonly store: Store;
  /** The MTU below which no host's word takes a network, bytes. */
  readonly smallestMtu: number;
  readonly centerName: string;
  /** Takes a host's chassis out of OVN; one that is not there has been taken out. */
  readonly removeChassis: (systemId: string) => Promise<void>;
}

/** Which hosts. */
interface HostFilter extends PageWish {
  readonly name?: string | undefined;
  readonly label?: string | undefined;
  readonly state?: Host["state"] | undefined;
}

/** The machines that have Docker. */
export class Hosts {
  readonly #options: HostsOptions;
  readonly #store: Store;
  readonly #liveness: HostSight["liveness"];

  constructor(options: HostsOptions) {
    this.#options = options;
    this.#store = options.store;
    this.#liveness = options.liveness;
  }

  /**
   * A host says what it is; saying the same again changes nothing. Versions that it does not tell stay: its agent learns some of them only
   * after a while. Throws `conflict` where another has its system-id.
   */
  async register(name: string, facts: HostFacts, context: Context): Promise<Host> {
    mayActFor(context.caller, name);
    const { caller } = context;
    await this.#store.change((draft) => {
      const [twin] = draft.find("Host", "bySystemId", facts.systemId);
      if (twin !== undefined && twin.name !== name)
        throw new FairwayError(
          "conflict",
          `Open vSwitch's system-id ${facts.systemId} belongs to host ${twin.name}; give this machine a system-id of its own (ovs-vsctl set open . external_ids:system-id=…)`,
        );
      const [known] = draft.find("Host", "byName", name);
      if (caller.kind === "host" && known?.system_id !== facts.systemId)
        throw new FairwayError(
          "conflict",
          `Open vSwitch's system-id on host ${name} was ${known?.system_id} when it joined and is ${facts.systemId} now; ` +
            "its certificate says the former: put that back, or leave and join again",
        );
      const columns = {
        name,
        system_id: facts.systemId,
        // Nothing said of it changes nothing.
        tunnel_address: facts.tunnelAddress ?? known?.tunnel_address ?? null,
        underlay_mtu: facts.underlayMtu ?? null,
        taken:
          facts.taken === undefined
            ? (known?.taken ?? [])
            : [
                ...new Set(
                  facts.taken.map(({ cidr, kind, device }) => writeTaken(canonicalCidr(cidr), kind, device)),
                ),
              ],
      };
      if (caller.kind === "host") checkSameTunnel(known, columns);
      checkTunnel(draft, columns);
      if (caller.kind === "host") checkUnderlay(draft, columns, this.#options.smallestMtu);
      const versions = mergeVersions(known?.versions ?? {}, facts.versions ?? {});
      if (known === undefined)
        draft.insert("Host", derive("host", name), {
          ...columns,
          versions,
          labels: {},
          state: "up",
          state_since: null,
          admitted_key: null,
          number: freeHostNumber(draft),
        });
      else
        draft.update("Host", known._uuid, {
          ...columns,
          versions,
          number: known.number ?? freeHostNumber(draft),
        });
      const isSameUnderlay =
        known?.tunnel_address === columns.tunnel_address && known.underlay_mtu === columns.underlay_mtu;
      if (!isSameUnderlay) refitMtus(draft);
    });
    this.#liveness.hear(name);
    return this.show(name, context);
  }

  /** Changes what a person notes of a host. Throws `not_found`, and `precondition_failed` where it has none of the revisions. */
  async update(name: string, { labels }: HostPatch, manner: Manner, context: Context): Promise<Host> {
    mayAdminister(context.caller);
    return changeOrRehearse(this.#store, manner, (draft) => {
      const row = hostNamed(draft, name);
      checkRevision(`host ${name}`, revisionOfHost(row), manner.revisions);
      draft.update("Host", row._uuid, { labels: mergedMap("labels", row.labels, labels) });
      return shownHost(draft, hostNamed(draft, name), this.#options);
    });
  }

  /** Throws `not_found` where the host has to register first. */
  recordHeartbeat(name: string, context: Context): void {
    mayActFor(context.caller, name);
    this.#liveness.hear(hostNamed(this.#store.view, name).name);
  }

  /**
   * Takes a host out of the cluster: its key is refused, its chassis goes, then what it had. Throws `in_use` while it has endpoints; where it
   * is `dead` they go with it, and `conflict` is thrown while it is up; `force` asks neither. Throws `unavailable` where OVN's Southbound
   * keeps its chassis: the host is refused by then, and a repetition finishes.
   */
  async remove(name: string, removal: HostRemoval, context: Context): Promise<void> {
    mayActFor(context.caller, name);
    if (name === this.#options.centerName)
      throw new FairwayError(
        "conflict",
        `host ${name} is this center itself, which the other hosts need; only they can be taken out`,
      );
    await this.#store.change((draft) => {
      const [host] = draft.find("Host", "byName", name);
      if (host === undefined) return;
      this.#checkRemoval(draft, host, removal, context);
      // From here on nobody has its key: it cannot write its chassis again.
      if (host.admitted_key === null) return;
      deleteTokensOf(draft, host);
      draft.update("Host", host._uuid, { admitted_key: null });
    });
    const [host] = this.#store.view.find("Host", "byName", name);
    if (host === undefined) return;
    await this.#removeChassis(host);
    await this.#store.change((draft) => {
      const left = draft.get("Host", host._uuid);
      // It may have been let in again meanwhile.
      if (left?.admitted_key === null) deleteHost(draft, left);
    });
    this.#liveness.forget(name);
  }

  /** Throws what keeps the host in the cluster. */
  #checkRemoval(
    view: View,
    host: IntentRow<"Host">,
    { dead, force }: HostRemoval,
    { caller }: Context,
  ): void {
    if (force === true) return mayAdminister(caller);
    // A host that leaves knows of itself that it will not come back.
    if (dead !== true) checkEmpty(view, host);
    else if (caller.kind !== "host") checkDead(host, this.#liveness);
  }

  async #removeChassis({ name, system_id: systemId }: IntentRow<"Host">): Promise<void> {
    try {
      await this.#options.removeChassis(systemId);
    } catch (cause) {
      throw new FairwayError(
        "unavailable",
        `host ${name} is refused everywhere by now, and still has its chassis in OVN's Southbound: ${messageOf(cause)}; ` +
          "when the Southbound answers, take it out once more",
        { cause },
      );
    }
  }

  /** The hosts that the filter lets through, by name. */
  list({ name, label, state, ...page }: HostFilter, context: Context): readonly Host[] {
    mayReadAll(context.caller);
    const { view } = this.#store;
    const leading = leadingSubnets(view);
    const rows = Array.from(view.rows("Host")).filter(
      (row) =>
        isNamed(row.name, name) &&
        isLabelled(row.labels, label) &&
        (state === undefined || row.state === state),
    );
    return pageOf(rows, page, {
      key: keyInList.host,
      view: (row) => shownHost(view, row, this.#options, leading),
    });
  }

  /** One host. Throws `not_found`. */
  show(name: string, context: Context): Host {
    mayReadAll(context.caller);
    const { view } = this.#store;
    return shownHost(view, hostNamed(view, name), this.#options);
  }
}
