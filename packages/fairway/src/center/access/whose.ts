import type { TableName } from "../../intent/indexes.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { levelsOf } from "../../level-names.ts";

/** Of which organization a row is: its UUID; undefined: nobody's. */
type Owner<T extends TableName> = (view: View, row: IntentRow<T>) => string | null | undefined;

const everybodys = Symbol("everybody's");

const ofRouter: Owner<"Router"> = (_, { organization }) => organization;
const ofZone: Owner<"Zone"> = (view, { router }) => owner(view, "Router", router, ofRouter);
const ofNetwork: Owner<"Network"> = (view, { zone }) => owner(view, "Zone", zone, ofZone);
const ofSubnet: Owner<"Subnet"> = (view, { network }) => owner(view, "Network", network, ofNetwork);
const ofEndpoint: Owner<"Endpoint"> = (view, { network }) => owner(view, "Network", network, ofNetwork);

/** Whose the rows of each table are, by that in which they are; what is said of no organization is the cluster's. */
const owners: { readonly [T in TableName]: Owner<T> | typeof everybodys } = {
  Central: everybodys,
  // Shown by whatever of an organization refers to them; see `SeenView`.
  Host: everybodys,
  Physical_Network: everybodys,
  Physical_Port: everybodys,
  Token: () => null,
  Principal: () => null,
  Organization: (_, { _uuid }) => _uuid,
  Router: ofRouter,
  Zone: ofZone,
  Network: ofNetwork,
  Subnet: ofSubnet,
  Endpoint: ofEndpoint,
  Address: (view, { subnet }) => owner(view, "Subnet", subnet, ofSubnet),
  // Its network may be gone, and then its name says it.
  Address_Use: (view, { network_name }) => {
    const [organization = "", ...below] = levelsOf(network_name);
    return below.length === 0 ? undefined : view.find("Organization", "byName", organization)[0]?._uuid;
  },
  Router_Interface: (view, { router }) => owner(view, "Router", router, ofRouter),
  Router_Gateway: (view, { router }) => owner(view, "Router", router, ofRouter),
  Vip: (view, { network }) => owner(view, "Network", network, ofNetwork),
  Security_Group: (_, { organization }) => organization,
  Policy: (_, { organization }) => organization,
  Host_Access: (view, { network }) => owner(view, "Network", network, ofNetwork),
  Docker_Pool: (view, { subnet }) => owner(view, "Subnet", subnet, ofSubnet),
  Docker_Network: (view, { network }) => owner(view, "Network", network, ofNetwork),
  Docker_Endpoint: (view, { endpoint }) => owner(view, "Endpoint", endpoint, ofEndpoint),
  // Shown by the endpoints of its container alone.
  Container_Port: everybodys,
  Container_Groups: everybodys,
  Publication: (view, { network }) => owner(view, "Network", network, ofNetwork),
};

/**
 * Whose a row is, too, that is on another's network, for as long as that is shared with it. What is its network's organization's says nothing of
 * one.
 */
const guests: { readonly [T in TableName]?: Owner<T> } = {
  Endpoint: ofGuest,
  Address: (view, { subnet, organization }) =>
    ofGuest(view, { network: view.get("Subnet", subnet)?.network ?? "", organization }),
  Docker_Network: ofGuest,
  Docker_Endpoint: (view, { endpoint }) => owner(view, "Endpoint", endpoint, ofGuest),
};

/** With whom a row is shared, who sees it and changes nothing of it. */
const sharers: { readonly [T in TableName]?: (view: View, row: IntentRow<T>) => readonly string[] } = {
  Network: (_, { shared_with }) => shared_with,
  Subnet: (view, { network }) => view.get("Network", network ?? "")?.shared_with ?? [],
};

/** What is on a network, and for which other organization. */
interface OnNetwork {
  readonly network: string;
  readonly organization: string | null;
}

function ofGuest(view: View, { network, organization }: OnNetwork): string | null {
  const isShared =
    organization !== null && view.get("Network", network)?.shared_with.includes(organization) === true;
  return isShared ? organization : null;
}

function owner<T extends TableName>(
  view: View,
  table: T,
  uuid: string | null,
  ownerOf: Owner<T>,
): string | null | undefined {
  const row = uuid === null ? undefined : view.get(table, uuid);
  return row && ownerOf(view, row);
}

/** Whether the rows of a table are shown to all who see anything. */
export function isEverybodys(table: TableName): boolean {
  return owners[table] === everybodys;
}

/** Of which organization an object is, or that in which it is: its UUID; nothing where it is nobody's. */
export function organizationOf<T extends TableName>(
  view: View,
  table: T,
  row: IntentRow<T>,
): string | null | undefined {
  const ownerOf: Owner<T> | typeof everybodys = owners[table];
  return ownerOf === everybodys ? undefined : ownerOf(view, row);
}

/** To which organizations an object is shown: whose it is, whose network it is on, and with whom it is shared. */
export function organizationsOf<T extends TableName>(
  view: View,
  table: T,
  row: IntentRow<T>,
): readonly string[] {
  return [...ownersOf(view, table, row), ...sharersOf(view, table, row)];
}

/** To which organizations a row belongs: whose it is, or whose network it is on. */
export function ownersOf<T extends TableName>(view: View, table: T, row: IntentRow<T>): readonly string[] {
  const guestOf: Owner<T> | undefined = guests[table];
  return [organizationOf(view, table, row), guestOf?.(view, row)].flatMap((each) => each ?? []);
}

function sharersOf<T extends TableName>(view: View, table: T, row: IntentRow<T>): readonly string[] {
  const of: ((view: View, row: IntentRow<T>) => readonly string[]) | undefined = sharers[table];
  return of?.(view, row) ?? [];
}
