import { FairwayError } from "../errors.ts";
import type { IntentRow } from "../intent/view.ts";
import { nearest } from "./spelling.ts";

type Mode = IntentRow<"Network">["mode"];

export interface NetworkOptions {
  readonly mode: Mode;
  /** Bytes; null where nobody asked. */
  readonly mtuAsked: number | null;
  readonly scope: IntentRow<"Network">["scope"];
  /** An existing network that this one is a handle of. */
  readonly network: string | undefined;
}

/** Options that mean something. Another that is one slip away from them is a mistake; the rest is metadata. */
const known = ["mode", "mtu", "scope", "network", "com.docker.network.driver.mtu"] as const;

/** Options whose promise is not built yet: refused rather than ignored. */
const notYet = ["physicalnetwork", "vlanid", "vni", "sticky", "ipam", "rt", "multicast", "egress"] as const;

const modes: readonly string[] = ["nat", "isolated", "routed"] satisfies Mode[];

/** The smallest MTU that IPv4 allows (RFC 791 §3.2), bytes. */
const MIN_MTU = 68;
const MAX_MTU = 65_535;

/** Reads `docker network create -o`. Throws `invalid` or `unsupported` naming the option and what would be right. */
export function readNetworkOptions(options: Readonly<Record<string, string>>): NetworkOptions {
  for (const name of Object.keys(options)) checkName(name);
  const mode = options["mode"] ?? "nat";
  if (mode === "flat")
    throw new FairwayError("unsupported", "option mode=flat is not supported by this version");
  if (!isMode(mode)) throw invalid("mode", mode, `one of ${modes.join(", ")}`);
  const scope = options["scope"] ?? "cluster";
  if (scope !== "host" && scope !== "cluster") throw invalid("scope", scope, "host or cluster");
  return { mode, scope, mtuAsked: readMtu(options), network: options["network"] };
}

function readMtu(options: Readonly<Record<string, string>>): number | null {
  const name = options["mtu"] === undefined ? "com.docker.network.driver.mtu" : "mtu";
  const text = options[name];
  if (text === undefined) return null;
  const mtu = Number(text);
  if (!/^\d+$/.test(text) || mtu < MIN_MTU || mtu > MAX_MTU)
    throw invalid(name, text, `a number of bytes from ${MIN_MTU} to ${MAX_MTU}`);
  return mtu;
}

function isMode(text: string): text is Mode {
  return modes.includes(text);
}

function checkName(name: string): void {
  if (name.startsWith("x-") || known.some((option) => option === name)) return;
  if (notYet.some((option) => option === name))
    throw new FairwayError("unsupported", `option ${name} is not supported by this version`);
  const meant = nearest(name, [...known, ...notYet]);
  if (meant === undefined) return;
  throw new FairwayError(
    "invalid",
    `unknown option ${name}; did you mean ${meant}? (x-${name} is never taken for a mistake)`,
  );
}

function invalid(name: string, value: string, right: string): FairwayError {
  return new FairwayError("invalid", `option ${name}=${value} is not valid; it takes ${right}`);
}

/** Bytes that the tunnel adds to a packet over IPv4 (design's engine facts): Geneve with OVN's option, or VXLAN. */
const overhead = { geneve: 58, vxlan: 50 } as const;

/** The MTU that fits: what was asked for, or less. Bytes. */
export function effectiveMtu(asked: number | null, central: IntentRow<"Central">): number {
  const fits = central.underlay_mtu - overhead[central.encapsulation];
  return Math.min(asked ?? fits, fits);
}
