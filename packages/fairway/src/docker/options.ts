/** Docker's option maps in the API's words: text to text. */

import { longestValue } from "../free-text.ts";

const label = {
  generic: "com.docker.network.generic",
  internal: "com.docker.network.internal",
  portMap: "com.docker.network.portmap",
  exposedPorts: "com.docker.network.endpoint.exposedports",
  macAddress: "com.docker.network.endpoint.macaddress",
} as const;

type Options = Readonly<Record<string, unknown>>;

interface ExposedPort {
  readonly Proto: number;
  readonly Port: number;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "");
}

/** All `-o` of CreateNetwork. */
export function networkOptions(options: Options): Record<string, string> {
  const generic = options[label.generic] ?? {};
  return Object.fromEntries(Object.entries(generic).map(([name, value]) => [name, textOf(value)]));
}

/** What networks of this engine are where nobody says otherwise. */
export interface NetworkDefaults {
  readonly mode?: string | undefined;
  /** Where the mode is flat; or else the bridge of this host that an interface of it is in. */
  readonly "physical-network"?: string | undefined;
  readonly bridge?: string | undefined;
  /** Of a network whose subnet nobody says, and its gateway. */
  readonly subnet?: string | undefined;
  readonly gateway?: string | undefined;
  /** Bytes. */
  readonly mtu?: number | undefined;
  readonly "port-security"?: string | undefined;
}

/** Options of Docker's bridge driver by which a network says its mode. */
const dockersModes = ["enable_ip_masquerade", "gateway_mode_ipv4", "gateway_mode_ipv6"].map(
  (name) => `com.docker.network.bridge.${name}`,
);

/**
 * The options with this engine's defaults. A handle of a network that exists takes what that network has, and one that says its physical network
 * has the mode of that.
 */
export function withDefaults(
  options: Readonly<Record<string, string>>,
  { mode, "physical-network": wire, mtu, "port-security": portSecurity }: NetworkDefaults,
): Record<string, string> {
  if (options["network"] !== undefined || options["mirror"] !== undefined) return options;
  const hasMtu = options["com.docker.network.driver.mtu"] !== undefined;
  const hasMode = ["mode", ...dockersModes].some((name) => options[name] !== undefined);
  const isFlat = (options["mode"] ?? (hasMode ? undefined : mode)) === "flat";
  const isPlaced = options["physicalnetwork"] !== undefined;
  return {
    ...(mode !== undefined && !hasMode && !(isFlat && isPlaced) && { mode }),
    ...(wire !== undefined && isFlat && !isPlaced && { physicalnetwork: wire }),
    ...(mtu !== undefined && !hasMtu && { mtu: String(mtu) }),
    ...(portSecurity !== undefined && { "port-security": portSecurity }),
    ...options,
  };
}

/** Whether `docker network create --internal` was said (`com.docker.network.internal`). */
export function isInternal(options: Options): boolean {
  return options[label.internal] === true;
}

/** The `--driver-opt`s of an endpoint, and its exposed ports in short (`6/80 17/8000-8003`; the numbers are IP protocols). */
export function endpointOptions(options: Options): Record<string, string> {
  const {
    [label.portMap]: _published,
    [label.macAddress]: _mac,
    [label.generic]: _generic,
    ...others
  } = options;
  const { [label.exposedPorts]: exposed, ...own } = others;
  const texts = Object.fromEntries(Object.entries(own).map(([name, value]) => [name, textOf(value)]));
  const ports = Array.isArray(exposed) ? shortPortList(exposed as ExposedPort[]) : "";
  return ports === "" || ports.length > longestValue ? texts : { ...texts, [label.exposedPorts]: ports };
}

/**
 * The MAC address that was asked for: in `Interface.MacAddress` and, base64, in the options (`--mac-address`); only in the options, with colons, by
 * `--driver-opt`.
 */
export function askedMac(interfaceMac: string, options: Options): string | undefined {
  const option = options[label.macAddress];
  if (interfaceMac !== "") return interfaceMac.toLowerCase();
  if (typeof option !== "string" || option === "") return undefined;
  if (option.includes(":") || option.includes("-")) return option.replaceAll("-", ":").toLowerCase();
  return Buffer.from(option, "base64").toString("hex").match(/../g)?.join(":");
}

function shortPortList(exposed: readonly ExposedPort[]): string {
  const sorted = [...exposed].sort((one, other) => one.Proto - other.Proto || one.Port - other.Port);
  const ranges: { proto: number; first: number; last: number }[] = [];
  for (const { Proto: proto, Port: port } of sorted) {
    const range = ranges.at(-1);
    if (range?.proto === proto && port <= range.last + 1) range.last = port;
    else ranges.push({ proto, first: port, last: port });
  }
  return ranges
    .map(({ proto, first, last }) => (first === last ? `${proto}/${first}` : `${proto}/${first}-${last}`))
    .join(" ");
}
