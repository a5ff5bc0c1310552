import { FairwayError } from "../../errors.ts";
import { derive } from "../../identity.ts";
import type { Store } from "../../intent/store.ts";
import { settingsOf, type View } from "../../intent/view.ts";
import { mayActFor } from "../access/access.ts";
import type { Context } from "../context.ts";
import { freeHostNumber } from "../hosts/host-number.ts";
import type { Liveness } from "../hosts/liveness.ts";
import { checkTunnel } from "../hosts/tunnel-address.ts";
import { hostNamed } from "../lookup.ts";
import { refitMtus } from "../networks/mtu.ts";
import type { JoinRequest, Membership, Renewal, RenewalRequest } from "../schemas/member.ts";
import type { Certifier } from "./certifier.ts";
import { knownToken, required, usableToken } from "./tokens.ts";

/** A certificate is valid from a minute before it was made; a clock that is further off would refuse it. */
const largestSkewMs = 30_000;

export interface MembersOptions {
  readonly store: Store;
  readonly liveness: Liveness;
  readonly certifier: Certifier | undefined;
  readonly version: string;
  readonly now: () => number;
}

/** The machines that became hosts by a token: each is known by the key that it was admitted with. */
export class Members {
  readonly #options: MembersOptions;

  constructor(options: MembersOptions) {
    this.#options = options;
  }

  /**
   * Makes a machine a host. The same machine may ask again with its token, if the first answer was lost.
   * Throws `unauthenticated` for the token, `conflict` for name, system-id, clock, encapsulation, `unsupported` for the version; the
   * token stays good then.
   */
  async join(request: JoinRequest): Promise<Membership> {
    const { store, liveness, now } = this.#options;
    const certifier = required(this.#options.certifier);
    // Who has no token does not get a request for a certificate parsed.
    knownToken(store.view, request.secret);
    const key = await certifier.fingerprintOf(request.request);
    const check = (view: View) => {
      const token = usableToken(view, request.secret, key, now());
      checkNames(view, request, key);
      checkTunnel(view, { name: request.name, tunnel_address: request.tunnelAddress });
      return token;
    };
    check(store.view);
    checkClock(Date.parse(request.time), now());
    checkVersion(request.version, this.#options.version);
    checkEncapsulation(request.encapsulations ?? [], encapsulationOf(store.view));
    const certificate = await certifier.certify(request.request, request);
    liveness.hear(request.name);
    await store.change((draft) => {
      const token = check(draft);
      const { name, systemId, tunnelAddress } = request;
      if (token.used === null)
        draft.update("Token", token._uuid, { used: now(), used_by: name, used_key: key });
      const [known] = draft.find("Host", "byName", name);
      const columns = { system_id: systemId, tunnel_address: tunnelAddress, admitted_key: key };
      if (known !== undefined) draft.update("Host", known._uuid, columns);
      else {
        const facts = { underlay_mtu: null, taken: [], versions: { fairway: request.version } };
        draft.insert("Host", derive("host", name), {
          name,
          ...columns,
          ...facts,
          labels: {},
          state: "up",
          state_since: null,
          number: freeHostNumber(draft),
        });
      }
      refitMtus(draft);
    });
    return {
      name: request.name,
      certificate,
      authority: certifier.authorityPem,
      api: `https://${certifier.address}`,
      southbound: certifier.southbound,
      encapsulation: encapsulationOf(store.view),
    };
  }

  /** A new certificate for the key that the host was admitted with. Throws `forbidden` for another key. */
  async renew(name: string, request: RenewalRequest, context: Context): Promise<Renewal> {
    mayActFor(context.caller, name);
    const certifier = required(this.#options.certifier);
    const host = hostNamed(this.#options.store.view, name);
    if ((await certifier.fingerprintOf(request.request)) !== host.admitted_key)
      throw new FairwayError(
        "forbidden",
        `host ${name} was admitted with another key; to change it, leave and join again`,
      );
    const certificate = await certifier.certify(request.request, { name, systemId: host.system_id });
    return { certificate, authority: certifier.authorityPem };
  }
}

function checkNames(view: View, { name, systemId }: JoinRequest, key: string): void {
  const [namesake] = view.find("Host", "byName", name);
  if (namesake !== undefined && namesake.admitted_key !== key)
    throw new FairwayError(
      "conflict",
      `there is a host ${name} already; join with another name (--name), or, if that machine is gone for good, ` +
        `remove it first by \`fairway host rm ${name}\` on the center`,
    );
  const [itself] = view.find("Host", "byAdmittedKey", key);
  if (itself !== undefined && itself.name !== name)
    throw new FairwayError(
      "conflict",
      `this machine is host ${itself.name} already; to change its name, \`fairway leave\` first`,
    );
  const [twin] = view.find("Host", "bySystemId", systemId);
  if (twin !== undefined && twin.name !== name)
    throw new FairwayError(
      "conflict",
      `Open vSwitch's system-id ${systemId} belongs to host ${twin.name}; give this machine a system-id of its own ` +
        "(ovs-vsctl set open_vswitch . external_ids:system-id=…)",
    );
}

function checkClock(theirs: number, ours: number): void {
  const skewMs = theirs - ours;
  if (Math.abs(skewMs) <= largestSkewMs) return;
  throw new FairwayError(
    "conflict",
    `this machine's clock is ${Math.round(Math.abs(skewMs) / 1000)} s ${skewMs > 0 ? "ahead of" : "behind"} the center's, ` +
      "so certificates would not be valid when they must be; set it right (timedatectl set-ntp true) and join again",
  );
}

function encapsulationOf(view: View): Membership["encapsulation"] {
  return settingsOf(view)?.encapsulation ?? "geneve";
}

/** @param set what the machine's Open vSwitch is set to; empty where nobody has set anything. */
function checkEncapsulation(set: readonly string[], ours: string): void {
  if (set.length === 0 || set.includes(ours)) return;
  throw new FairwayError(
    "conflict",
    `this cluster's tunnels are ${ours}, and Open vSwitch here is set to ${set.join(",")} (external_ids:ovn-encap-type); if nothing ` +
      "else needs that: ovs-vsctl remove open_vswitch . external_ids ovn-encap-type, and join again",
  );
}

/** Versions understand each other when they differ in their last number alone. */
function checkVersion(theirs: string, ours: string): void {
  const [them, us] = [release(theirs), release(ours)];
  const newer = them.findIndex((part, index) => part !== us[index]);
  if (newer === -1) return;
  const isNewer = (them[newer] ?? 0) > (us[newer] ?? 0);
  throw new FairwayError(
    "unsupported",
    isNewer
      ? `this machine has Fairway ${theirs}, the center the older ${ours}; upgrade the center first, or install ${ours} here`
      : `this machine has Fairway ${theirs}, the center the newer ${ours}; install ${ours} here`,
  );
}

const release = (version: string): readonly number[] => version.split(".").slice(0, 2).map(Number);
