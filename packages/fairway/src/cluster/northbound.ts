import { command } from "../host/program.ts";

/** The tables of OVN's Northbound that may have rows of ours and whose rows live until they are deleted; all others' go with them (ovn-nb(5)). */
const rootTables = [
  "Logical_Switch",
  "Logical_Router",
  "Load_Balancer",
  "Address_Set",
  "Port_Group",
  "DHCP_Options",
];

/** Rows in one transaction: a command line has an end. */
const mostAtOnce = 500;

/** What `ovn-nbctl --format=json` prints of ids and maps (RFC 7047 §5.1). */
interface Listing {
  readonly data: readonly (readonly [
    uuid: readonly ["uuid", string],
    externalIds: readonly ["map", readonly [string, string][]],
  ])[];
}

/**
 * Takes everything that Fairway wrote out of OVN's Northbound: its rows have a mark. Rows of others stay. The center must have ended. May be repeated.
 * @param remote of the database. @throws `unavailable` where it does not answer.
 */
export async function clearNorthbound(remote: string): Promise<void> {
  const nbctl = (...words: readonly string[]) =>
    command("ovn-nbctl", ["--timeout=10", "--no-leader-only", `--db=${remote}`, ...words]);
  for (const table of rootTables) {
    const printed = await nbctl("--format=json", "--columns=_uuid,external_ids", "list", table);
    const { data } = JSON.parse(printed) as Listing;
    const ours = data
      .filter(([, [, externalIds]]) => externalIds.some(([name]) => name === "fairway"))
      .map(([[, uuid]]) => uuid);
    for (let at = 0; at < ours.length; at += mostAtOnce)
      await nbctl("--if-exists", "destroy", table, ...ours.slice(at, at + mostAtOnce));
  }
  await nbctl("remove", "NB_Global", ".", "external_ids", "fairway-epoch");
}

/** Looks whether the database answers. @throws `unavailable` where it does not. */
export async function requireNorthbound(remote: string): Promise<void> {
  await command("ovn-nbctl", [
    "--timeout=10",
    "--no-leader-only",
    `--db=${remote}`,
    "get",
    "NB_Global",
    ".",
    "_uuid",
  ]);
}
