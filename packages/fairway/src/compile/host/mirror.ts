import { isMirrored } from "../../intent/mirroring.ts";
import { cidrOf } from "../../intent/parsed-rows.ts";
import { fact, type IntentRow, type View } from "../../intent/view.ts";
import type { ItemKind } from "./item-kind.ts";

type Handle = IntentRow<"Docker_Network">;

/** A network of the cluster that an engine is to have beside those that its own users made. */
interface MirrorItem {
  readonly key: string;
  readonly kind: "mirror";
  readonly network: string;
  readonly name: string;
  /** The driver's name under which the original was made; absent: Fairway's own. */
  readonly driver?: string;
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

/** Their keys name the network. */
export const mirrorItems: ItemKind<MirrorItem> = {
  kind: "mirror",
  sources: [{ table: "Network", byHost: null, id: (row) => (isMirrored(row) ? row._uuid : undefined) }],
  compile: mirrorItem,
};

/** undefined where the network is not for this host's engine, or was made there. */
function mirrorItem(view: View, host: string, uuid: string): MirrorItem | undefined {
  const mirrored = mirroredAs(view, uuid);
  return mirrored?.makers.includes(host) === true ? undefined : mirrored?.item;
}

/** A network's one item for all hosts but those that have made it; undefined where engines are not to have it. */
const mirroredAs = fact((view, uuid: string) => {
  const network = view.get("Network", uuid);
  if (network === undefined || !isMirrored(network)) return undefined;
  const model = network.origin === "api" ? undefined : view.get("Docker_Network", modelOf(view, uuid) ?? "");
  if (model === undefined && network.origin !== "api") return undefined;
  const makers = view.find("Docker_Network", "madeOfNetwork", uuid).map(({ host }) => host);
  // What an engine's user said of it counts for as long as nobody changed it.
  const words = network.changed.length > 0 ? undefined : model;
  const item: MirrorItem = {
    key: `mirror/${uuid}`,
    kind: "mirror",
    network: uuid,
    name: network.name,
    ...(model?.driver !== undefined && model.driver !== null && { driver: model.driver }),
    internal: network.internal,
    attachable: network.attachable,
    labels: network.labels,
    options: words === undefined ? optionsOf(network) : untied(words.options),
    ipamOptions: untied(model?.ipam_options ?? {}),
    subnets: view
      .find("Subnet", "byNetwork", uuid)
      .toSorted(byCidr)
      .map(({ cidr, gateway, ranges }) => ({
        cidr,
        gateway: words === undefined || words.gateways.includes(cidr) ? gateway : null,
        range: (words === undefined ? onlyOne(ranges) : words.ranges[cidr]) ?? null,
      })),
  };
  return { item, makers };
});

/** The handle that mirrors are made after. Each host may have one: all of them are looked at only where no original is left. */
const modelOf = fact((view, network: string): string | undefined => {
  const original = view.find("Docker_Network", "madeOfNetwork", network).find(isOriginal);
  return (original ?? copyAmong(view.find("Docker_Network", "byNetwork", network)))?._uuid;
});

/** Whether the others are copies of a handle that was made. */
function isOriginal({ name, options }: Handle): boolean {
  return name !== null && options["network"] === undefined;
}

function copyAmong(handles: readonly Handle[]): Handle | undefined {
  const described = handles.filter(({ name }) => name !== null);
  return described.find(({ handle }) => handle === "mirrored") ?? described[0];
}

/** What is said of a network in the words of `-o`. */
function optionsOf({ mode, mtu_asked: mtu, options }: IntentRow<"Network">): Record<string, string> {
  return {
    ...(mode !== "nat" && { mode }),
    ...(mtu !== null && { mtu: String(mtu) }),
    ...untied(options),
  };
}

/** An engine shows one range of a subnet at most. */
function onlyOne(ranges: readonly string[]): string | undefined {
  return ranges.length === 1 ? ranges[0] : undefined;
}

function untied(options: Readonly<Record<string, string>>): Record<string, string> {
  const own = Object.entries(options).filter(([name]) => !tyingOptions.some((tying) => tying === name));
  return Object.fromEntries(own);
}

function byCidr(one: IntentRow<"Subnet">, other: IntentRow<"Subnet">): number {
  const [a, b] = [cidrOf(one), cidrOf(other)];
  return a.family - b.family || (a.first < b.first ? -1 : 1);
}
