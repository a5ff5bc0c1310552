import { command } from "../program.ts";

/** What `ovs-vsctl --format=json` prints of rows: names and maps (RFC 7047 §5.1). */
interface Listing {
  readonly data: readonly (readonly [
    name: string,
    externalIds: readonly ["map", readonly [string, string][]],
  ])[];
}

/** Tells by the `external_ids` of a row. */
type IsToGo = (externalIds: Readonly<Record<string, string>>) => boolean;

const mappings = "external_ids:ovn-bridge-mappings";

/**
 * Takes ports out of their bridges, and waits until Open vSwitch has removed their interfaces. Where there are none nothing is waited for.
 * @param socket of the database. @param isToGo tells by the `external_ids` of a port.
 * @throws `unavailable` with ovs-vsctl's words, after 10 s.
 */
export function removePorts(socket: string, isToGo: IsToGo): Promise<void> {
  return removeNamed(socket, { table: "Port", verb: "del-port" }, isToGo);
}

/** As `removePorts`, of bridges. Interfaces of the machine that are in them stay. */
export function removeBridges(socket: string, isToGo: IsToGo): Promise<void> {
  return removeNamed(socket, { table: "Bridge", verb: "del-br" }, isToGo);
}

async function removeNamed(
  socket: string,
  { table, verb }: { readonly table: string; readonly verb: string },
  isToGo: IsToGo,
): Promise<void> {
  const printed = await vsctl(socket, "--format=json", "--columns=name,external_ids", "list", table);
  const { data } = JSON.parse(printed) as Listing;
  const removals = data
    .filter(([, [, externalIds]]) => isToGo(Object.fromEntries(externalIds)))
    .flatMap(([name]) => ["--", "--if-exists", verb, name]);
  if (removals.length > 0) await vsctl(socket, ...removals);
}

/**
 * Takes OVN's mappings of physical networks to bridges back (ovn-controller(8), `ovn-bridge-mappings`); everybody else's stay.
 * @param socket of the database. @param isToGo tells by the name of a physical network. @throws as `removePorts`.
 */
export async function removeMappings(
  socket: string,
  isToGo: (physicalNetwork: string) => boolean,
): Promise<void> {
  const printed = (await vsctl(socket, "--if-exists", "get", "Open_vSwitch", ".", mappings)).trim();
  const present = printed === "" ? [] : printed.replaceAll('"', "").split(",");
  const kept = present.filter((pair) => !isToGo(pair.split(":", 1)[0] ?? ""));
  if (kept.length === present.length) return;
  if (kept.length > 0) await vsctl(socket, "set", "Open_vSwitch", ".", `${mappings}="${kept.join(",")}"`);
  else await vsctl(socket, "remove", "Open_vSwitch", ".", "external_ids", "ovn-bridge-mappings");
}

/**
 * Runs ovs-vsctl(8), which waits for ovs-vswitchd.
 * @param socket of the database. @returns what it printed. @throws `unavailable` with its words, after 10 s.
 */
export function vsctl(socket: string, ...words: readonly string[]): Promise<string> {
  return command("ovs-vsctl", ["--timeout=10", `--db=unix:${socket}`, ...words]);
}
