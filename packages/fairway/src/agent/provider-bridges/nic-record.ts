import { readdir, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { readIfThere, writePrivately } from "../../host/files.ts";
import type { LinkConfiguration } from "../../host/netlink/link-configuration.ts";

const hex = z.string().regex(/^([0-9a-f]{2})*$/);

/** What is known of a NIC whose addresses a bridge of ours has, or is to have; in a file, for whoever comes after a crash. */
const nicRecord = z.strictObject({
  nic: z.string(),
  bridge: z.string(),
  physicalNetwork: z.string(),
  datapathType: z.string(),
  /**
   * `wanted`: nothing is done yet. `moving`: under way; from then on there is something to give back. `taken`: it was checked, and stays.
   * `undone`: given back, and not tried again. `returning`: to be given back.
   */
  state: z.enum(["wanted", "moving", "taken", "undone", "returning"]),
  /** Why it was undone. */
  reason: z.string().nullable(),
  /** Until when those who are asked must have answered, in milliseconds of Unix's time. */
  deadline: z.number().nullable(),
  /** Who answered before: gateways, and the center as `HOST:PORT`. */
  asked: z.strictObject({ gateways: z.array(z.string()), center: z.string().nullable() }).nullable(),
  /** The addresses, for people who read the file. */
  addresses: z.array(z.string()),
  /** What the NIC had, as messages of netlink. */
  had: z.strictObject({ addresses: z.array(hex), routes: z.array(hex), neighbours: z.array(hex) }).nullable(),
  /** The kernel's settings of the NIC, by their names. */
  settings: z.record(z.string(), z.string()),
});
export type NicRecord = z.infer<typeof nicRecord>;

/** What is known of a move before it begins. */
export type NicMove = Pick<NicRecord, "nic" | "bridge" | "physicalNetwork" | "datapathType">;

/** Where the records of a host's NICs are. @param stateFile of the agent. */
export function nicRecordsIn(stateFile: string): string {
  return join(dirname(stateFile), "nics");
}

/** The file of a NIC. */
export function nicFile(directory: string, nic: string): string {
  return join(directory, `${nic}.json`);
}

/** Where the process that moves a NIC's addresses has its number. */
export function nicPidFile(file: string): string {
  return `${file}.pid`;
}

/** A record of a move that has not begun. */
export function wantedMove(move: NicMove, known: NicRecord | undefined): NicRecord {
  return {
    ...move,
    state: "wanted",
    reason: null,
    deadline: null,
    asked: null,
    addresses: known?.addresses ?? [],
    had: known?.had ?? null,
    settings: known?.settings ?? {},
  };
}

/** Undefined where there is none. @throws what is wrong with the file. */
export async function readNicRecord(file: string): Promise<NicRecord | undefined> {
  const text = await readIfThere(file);
  return text === undefined ? undefined : nicRecord.parse(JSON.parse(text));
}

/** All records of a host. @param onUnreadable is told of a file that nobody can read, and why. */
export async function readNicRecords(
  directory: string,
  onUnreadable: (file: string, error: unknown) => void,
): Promise<readonly NicRecord[]> {
  const names = await readdir(directory).catch(() => []);
  const files = names.filter((name) => name.endsWith(".json")).map((name) => join(directory, name));
  const read = files.map((file) =>
    readNicRecord(file).catch((error: unknown) => {
      onUnreadable(file, error);
      return undefined;
    }),
  );
  return (await Promise.all(read)).filter((each) => each !== undefined);
}

/** Keeps what a NIC had, in a file that root alone reads, whole or not at all. Throws what the disk says. */
export function writeNicRecord(file: string, record: NicRecord): Promise<void> {
  return writePrivately(file, `${JSON.stringify(record, undefined, 2)}\n`);
}

/** Forgets a NIC that has what it had. */
export async function removeNicRecord(file: string): Promise<void> {
  await rm(file, { force: true });
}

/** What a NIC had, as it is kept. */
export function keptConfiguration(configuration: LinkConfiguration): NonNullable<NicRecord["had"]> {
  const text = (bodies: readonly Buffer[]) => bodies.map((body) => body.toString("hex"));
  const { addresses, routes, neighbours } = configuration;
  return { addresses: text(addresses), routes: text(routes), neighbours: text(neighbours) };
}

/** The same, as the kernel takes it. */
export function configurationOf({ had }: NicRecord): LinkConfiguration {
  const bytes = (texts: readonly string[] = []) => texts.map((each) => Buffer.from(each, "hex"));
  return {
    addresses: bytes(had?.addresses),
    routes: bytes(had?.routes),
    neighbours: bytes(had?.neighbours),
  };
}
