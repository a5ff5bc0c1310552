import { isMirrored } from "../intent/mirroring.ts";
import type { IntentRow, View } from "../intent/view.ts";
import { parseCidr } from "../ip.ts";

type Handle = IntentRow<"Docker_Network">;

/** A network of the cluster that an engine is to have beside those that its own users made. */
export interface MirrorItem {
  readonly key: string;
  readonly kind: "mirror";
  readonly network: string;
  readonly name: string;
  readonly internal: boolean;
  readonly attachable: boolean;
  readonly labels: Readonly<Record<string, string>>;
  /** All `-o`. */
  readonly options: Readonly<Record<string, string>>;
  /** All `--ipam-opt`. */
  readonly ipamOptions: Readonly<Record<string, string>>;
  readonly subnets: {
    readonly cidr: string;
    /** Where the original's engine shows it; without, an engine asks for the gateway and is told the network's. */
    readonly gateway: string | null;
    /** `--ip-range` */
    readonly range: string | null;
  }[];
}

/** What ties a handle to its network is no part of what its user said of the network. */
const tyingOptions = ["network", "mirror"] as const;

export function mirrorKey(network: string): string {
  return `mirror/${network}`;
}

/** undefined where the network is not for this host's engine, or was made there. */
export function mirrorItem(view: View, host: string, uuid: string): MirrorItem | undefined {
  const network = view.get("Network", uuid);
  if (network === undefined || !isMirrored(network)) return undefined;
  const made = view.find("Docker_Network", "madeOfNetwork", uuid);
  if (made.some((row) => row.host === host)) return undefined;
  // Each host may have a handle: all of them are looked at only where no original is left.
  const model = made.find(isOriginal) ?? copyAmong(view.find("Docker_Network", "byNetwork", uuid));
  if (model === undefined) return undefined;
  return {
    key: mirrorKey(uuid),
    kind: "mirror",
    network: uuid,
    name: network.name,
    internal: network.internal,
    attachable: model.attachable,
    labels: network.labels,
    options: untied(model.options),
    ipamOptions: untied(model.ipam_options),
    subnets: view
      .find("Subnet", "byNetwork", uuid)
      .map(({ cidr, gateway }) => ({
        cidr,
        gateway: model.gateways.includes(cidr) ? gateway : null,
        range: model.ranges[cidr] ?? null,
      }))
      .sort((one, other) => compareCidrs(one.cidr, other.cidr)),
  };
}

/** Whether the others are copies of a handle that was made. */
function isOriginal({ name, options }: Handle): boolean {
  return name !== null && options["network"] === undefined;
}

function copyAmong(handles: readonly Handle[]): Handle | undefined {
  const described = handles.filter(({ name }) => name !== null);
  return described.find(({ handle }) => handle === "mirrored") ?? described[0];
}

function untied(options: Readonly<Record<string, string>>): Record<string, string> {
  const own = Object.entries(options).filter(([name]) => !tyingOptions.some((tying) => tying === name));
  return Object.fromEntries(own);
}

function compareCidrs(one: string, other: string): number {
  const [a, b] = [parseCidr(one), parseCidr(other)];
  return a.family - b.family || (a.first < b.first ? -1 : 1);
}
