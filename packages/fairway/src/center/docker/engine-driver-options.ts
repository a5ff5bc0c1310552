import { FairwayError } from "../../errors.ts";
import { shorten } from "../../free-text.ts";
import { isYes, unquoted } from "../option-value.ts";

type Options = Readonly<Record<string, string>>;

/** A driver that comes with Docker. */
type EngineDriver = "bridge" | "overlay" | "macvlan" | "ipvlan" | "macvlan and ipvlan";

/** An option of one of Docker's own drivers (moby `daemon/libnetwork/drivers`, `netlabel`). */
interface EngineDriverOption {
  readonly name: string;
  readonly driver: EngineDriver;
  /** What of ours a value says, which is nothing where Fairway does that anyway; undefined: it is refused. Absent: every value is. */
  readonly as?: (value: string) => Options | undefined;
  /** What to do instead of a value that is refused, as a sentence goes on behind a colon. */
  readonly instead: string;
}

const prefix = "com.docker.network.";
/** Characters of a value in a message. */
const shownAtMost = 80;

/** For a switch: what its two positions say. */
const onOff =
  (on: Options | undefined, off: Options | undefined) =>
  (value: string): Options | undefined => {
    const isOn = isYes(value);
    return isOn === undefined ? undefined : isOn ? on : off;
  };

/** What a switch says that is off unless somebody asks for it, and whose other position Fairway does not have. */
const onlyOff = onOff(undefined, {});

const gatewayModes: Readonly<Record<string, Options>> = {
  nat: { mode: "nat" },
  routed: { mode: "routed" },
  isolated: { mode: "isolated" },
};
const gatewayMode = (value: string): Options | undefined => gatewayModes[unquoted(value) || "nat"];
const insteadOfGatewayMode =
  "take nat, routed or isolated, which say mode=; with mode=nat publish each port by -p, with mode=routed others reach all ports";

const everyAddress: ReadonlySet<string> = new Set(["", "0.0.0.0", "::"]);

const bridgeOptions: readonly Omit<EngineDriverOption, "driver">[] = [
  {
    name: "name",
    instead:
      "leave it out; all networks share Open vSwitch's integration bridge, and `fairway network show` tells a network's subnets for rules of a firewall",
  },
  {
    name: "enable_ip_masquerade",
    as: onOff({ mode: "nat" }, { mode: "routed" }),
    instead: "give true, which says mode=nat, or false, which says mode=routed",
  },
  {
    name: "host_binding_ipv4",
    as: (value) => (everyAddress.has(unquoted(value)) ? {} : undefined),
    instead: "name the address with each port, e.g. -p 127.0.0.1:8080:80",
  },
  { name: "gateway_mode_ipv4", as: gatewayMode, instead: insteadOfGatewayMode },
  { name: "gateway_mode_ipv6", as: gatewayMode, instead: insteadOfGatewayMode },
  {
    name: "inhibit_ipv4",
    as: onlyOff,
    instead: "give disablegateway=true, if containers shall have no way out by this network",
  },
  { name: "default_bridge", as: onlyOff, instead: "leave it out; Docker's default bridge stays Docker's" },
  {
    name: "trusted_host_interfaces",
    instead: "leave it out, and publish ports by -p, or take mode=routed",
  },
];

const others: readonly EngineDriverOption[] = [
  {
    name: `${prefix}container_iface_prefix`,
    driver: "bridge",
    instead:
      "name the interface of each endpoint, by docker network connect --driver-opt com.docker.network.endpoint.ifname=NAME",
  },
  ...["host_ipv4", "host_ipv6"].map(
    (name): EngineDriverOption => ({
      name: `${prefix}${name}`,
      driver: "bridge",
      instead:
        "leave it out; with mode=nat containers leave under the address that the host's own route chooses, with mode=routed under their own",
    }),
  ),
  {
    name: "encrypted",
    driver: "overlay",
    as: onlyOff,
    instead:
      "let the hosts' tunnels go over an encrypted network, such as WireGuard between the hosts: fairway join --address takes its address",
  },
  {
    name: `${prefix}driver.overlay.vxlanid_list`,
    driver: "overlay",
    instead: "leave it out; OVN numbers its tunnels by itself",
  },
  {
    name: `${prefix}driver.overlay.bind_interface`,
    driver: "overlay",
    instead: "name the tunnels' address where the host joins: fairway join --address",
  },
  {
    name: `${prefix}driver.overlay.neighbor_ip`,
    driver: "overlay",
    instead: "leave it out; the center tells every host the others",
  },
  {
    name: "parent",
    driver: "macvlan and ipvlan",
    instead:
      "make the interface a port of a physical network (fairway physical-port create NAME INTERFACE) and take physicalnetwork=NAME",
  },
  {
    name: "macvlan_mode",
    driver: "macvlan",
    instead:
      "leave it out; containers of one network reach each other, and port-security=off lets a container have macvlan inside",
  },
  { name: "ipvlan_mode", driver: "ipvlan", instead: "leave it out; instead of l3, take mode=routed" },
  {
    name: "ipvlan_flag",
    driver: "ipvlan",
    instead: "leave it out; instead of private, give each its network",
  },
  {
    name: "vlan",
    driver: "macvlan and ipvlan",
    instead: "take physicalnetwork=NAME and vlanid=NUMBER",
  },
];

/** Every option of Docker's own drivers that Fairway knows and has under another name, or not at all. */
export const engineDriverOptions: readonly EngineDriverOption[] = [
  ...bridgeOptions.map(
    (each): EngineDriverOption => ({
      ...each,
      name: `${prefix}bridge.${each.name}`,
      driver: "bridge",
    }),
  ),
  ...others,
];

/** Whether a name can only be an option of one of Docker's own drivers. */
export function isEngineDriverOption(name: string): boolean {
  return name.startsWith(prefix) || engineDriverOptions.some((each) => each.name === name);
}

/**
 * The options with those of our own that options of Docker's drivers say.
 * Throws `unsupported` for one that means nothing here, with what to use instead, and `invalid` where two contradict each other.
 */
export function withEngineDriverOptions(options: Options): Options {
  const said = new Map<string, { readonly by: string; readonly value: string }>();
  for (const { name, driver, as, instead } of engineDriverOptions) {
    const value = options[name];
    if (value === undefined) continue;
    const own = as?.(value);
    const written = value === "" ? name : `${name}=${shorten(value, shownAtMost)}`;
    if (own === undefined)
      throw new FairwayError(
        "unsupported",
        `option ${written} of Docker's ${driver} driver does not work on networks of Fairway: ${instead}`,
      );
    for (const [ours, meant] of Object.entries(own)) {
      const before = said.get(ours) ?? saidBefore(ours, options);
      if (before !== undefined && before.value !== meant)
        throw new FairwayError(
          "invalid",
          `options ${before.by} and ${written} contradict each other: the latter says ${ours}=${meant}, for both IP families; give one of them`,
        );
      said.set(ours, { by: written, value: meant });
    }
  }
  return { ...options, ...Object.fromEntries(Array.from(said, ([ours, { value }]) => [ours, value])) };
}

function saidBefore(name: string, options: Options) {
  const value = options[name];
  return value === undefined ? undefined : { by: `${name}=${value}`, value: unquoted(value) };
}

/** The error for a name of Docker's that nobody here knows. */
export function unknownEngineOption(name: string): FairwayError {
  return new FairwayError(
    "unsupported",
    `option ${name} looks like one of Docker's own drivers, and means nothing on networks of Fairway: leave it out (x-${name} is kept and does nothing)`,
  );
}
