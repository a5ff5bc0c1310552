import { type Cidr, type Ip, parseCidr, parseIp } from "../ip.ts";
import type { IntentRow } from "./view.ts";

/** A route in every container's table. */
export interface HostRoute {
  /** CIDR. */
  readonly destination: string;
  /** null: the destination is on the container's own link. */
  readonly nextHop: string | null;
}

/** What a host has beside Fairway, which no network of containers should have. */
interface Taken {
  readonly cidr: Cidr;
  readonly kind: "route" | "address" | "name server";
  /** By which interface a route leads; undefined where it names none. */
  readonly device: string | undefined;
}

type Subnet = Pick<IntentRow<"Subnet">, "cidr">;
type Address = Pick<IntentRow<"Address">, "ip">;

/**
 * Reads a text of a row once for each row object: rows are never changed in place, a change makes another.
 * What another hand than ours has damaged stays damaged for that row alone.
 */
function once<R extends object, V>(read: (row: R) => V): (row: R) => V {
  const known = new WeakMap<R, { readonly value: V } | { readonly error: unknown }>();
  const attempt = (row: R) => {
    try {
      return { value: read(row) };
    } catch (error) {
      return { error };
    }
  };
  return (row) => {
    const result = known.get(row) ?? attempt(row);
    known.set(row, result);
    if ("error" in result) throw result.error;
    return result.value;
  };
}

/** The subnet of a row. Throws `invalid` where the row is damaged. */
export const cidrOf: (row: Subnet) => Cidr = once(({ cidr }) => parseCidr(cidr));

/** The address of a row. Throws `invalid` where the row is damaged. */
export const ipOf: (row: Address) => Ip = once(({ ip }) => parseIp(ip));

/** What a subnet's automatic addresses are limited to; none: nothing limits them. Throws `invalid` where the row is damaged. */
export const rangesOf: (row: Pick<IntentRow<"Subnet">, "ranges">) => readonly Cidr[] = once(({ ranges }) =>
  ranges.map(parseCidr),
);

/** The routes that a subnet gives to containers. */
export const routesOf: (row: Pick<IntentRow<"Subnet">, "host_routes">) => readonly HostRoute[] = once(
  ({ host_routes }) =>
    host_routes.map((text) => {
      const [destination = "", nextHop = null] = text.split(" ");
      return { destination, nextHop };
    }),
);

/** What a host has told to have; what nobody can read of it is left out. */
export const takenOf: (row: Pick<IntentRow<"Host">, "taken">) => readonly Taken[] = once(({ taken }) =>
  taken.flatMap((text) => sound(() => readTaken(text)) ?? []),
);

/** As a row keeps it. @param cidr canonical. */
export function writeTaken(cidr: string, kind: Taken["kind"], device = ""): string {
  return [cidr, kind.replaceAll(" ", "-"), device].join(" ").trim();
}

function readTaken(text: string): Taken {
  const [cidr = "", kind = "", device] = text.split(" ");
  const known = (["route", "address", "name server"] as const).find(
    (each) => each.replaceAll(" ", "-") === kind,
  );
  return { cidr: parseCidr(cidr), kind: known ?? "route", device };
}

/** The subnet of a row, for whoever looks at many; undefined where the row is damaged. */
export function soundCidr(row: Subnet): Cidr | undefined {
  return sound(() => cidrOf(row));
}

/** The address of a row, for whoever looks at many; undefined where the row is damaged. */
export function soundIp(row: Address): Ip | undefined {
  return sound(() => ipOf(row));
}

function sound<V>(read: () => V): V | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
