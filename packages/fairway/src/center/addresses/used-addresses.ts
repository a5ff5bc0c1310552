import { derive } from "../../identity.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { ownedBy, seenBy } from "../access/seen.ts";
import type { Context } from "../context.ts";
import { endpointOf, hostNamed, networkOf, subnetOf } from "../lookup.ts";
import { isNamed, pageOf } from "../page.ts";
import type { Address, AddressUse } from "../schemas/address.ts";
import { keyInList } from "../schemas/list-keys.ts";
import type { PageWish } from "../schemas/page.ts";
import { useOf } from "./address-uses.ts";
import { addressView, timeText } from "./address-view.ts";
import type { Addresses } from "./addresses.ts";
import { addressOf } from "./lookup-addresses.ts";

type Row = IntentRow<"Address">;
type Use = Omit<IntentRow<"Address_Use">, "until"> & { readonly until: number | null };

/** Which addresses. */
interface AddressFilter extends PageWish {
  readonly network?: string | undefined;
  readonly subnet?: string | undefined;
  readonly host?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly purpose?: Address["purpose"] | undefined;
}

/** Which uses. */
interface UseFilter extends PageWish {
  readonly ip?: string | undefined;
  readonly network?: string | undefined;
  readonly holder?: string | undefined;
  readonly at?: string | undefined;
}

/** An address that is in use, or one that rests. */
type Listed =
  | Row
  | { readonly _uuid: string; readonly ip: string; readonly subnet: string; readonly until: number };

/** The addresses in use, of every subnet, and who had them. */
export class UsedAddresses {
  readonly #view: View;
  readonly #addresses: Addresses;

  constructor(view: View, addresses: Addresses) {
    this.#view = view;
    this.#addresses = addresses;
  }

  /**
   * The addresses in use or at rest that the filter lets through, by number.
   * @param filter `network`, `subnet`: by any of its references; `endpoint`: by a container's or port's name, or a UUID. Throws `not_found` where one of
   * them is not there.
   */
  list(filter: AddressFilter, context: Context): readonly Address[] {
    const view = seenBy(context.caller, this.#view);
    const { purpose } = filter;
    const host = filter.host === undefined ? undefined : hostNamed(view, filter.host)._uuid;
    const endpoints = filter.endpoint === undefined ? undefined : endpointsCalled(view, filter.endpoint);
    const subnets = subnetsIn(view, filter);
    const used =
      subnets === undefined
        ? Array.from(view.rows("Address"))
        : subnets.flatMap((uuid) => view.find("Address", "bySubnet", uuid));
    const rows: Listed[] = used.filter(
      (row) =>
        (purpose === undefined || row.purpose === purpose) &&
        (host === undefined || row.host === host) &&
        (endpoints === undefined || endpoints.has(row.endpoint ?? "")),
    );
    if (host === undefined && endpoints === undefined && (purpose === undefined || purpose === "resting"))
      rows.push(...this.#resting(ownedBy(context.caller, this.#view), subnets));
    const key = ({ ip, subnet }: Listed) => keyInList.address({ ip, subnet: { uuid: subnet } });
    return pageOf(rows, filter, { key, view: (row) => shown(view, row) });
  }

  /** One address in use. Throws `not_found`. @param reference a UUID, the start of one, or an address, also with `@` and its network. */
  show(reference: string, context: Context): Address {
    const view = seenBy(context.caller, this.#view);
    return addressView(view, addressOf(view, reference));
  }

  /**
   * Who had or has the addresses that the filter lets through, by address, then by time.
   * @param filter `network`: the name that it had, or its UUID; `at`: only those who had it at this time.
   */
  history({ ip, network, holder, at, ...page }: UseFilter, context: Context): readonly AddressUse[] {
    const view = seenBy(context.caller, this.#view);
    const time = at === undefined ? undefined : Date.parse(at);
    const rows = [...view.rows("Address_Use"), ...presentUses(view)].filter(
      (row) =>
        (ip === undefined || row.ip === ip) &&
        (network === undefined || row.network === network || row.network_name === network) &&
        isNamed(row.holder, holder) &&
        (time === undefined || ((row.since ?? 0) <= time && (row.until ?? Number.POSITIVE_INFINITY) > time)),
    );
    return pageOf(rows, page, { key: (row) => keyInList.addressUse(shownUse(row)), view: shownUse });
  }

  /** @param own whose they were nobody knows: they are their network's. */
  #resting(own: View, subnets: readonly string[] | undefined): readonly Listed[] {
    return this.#addresses
      .resting()
      .filter(({ subnet }) => own.get("Subnet", subnet) !== undefined && subnets?.includes(subnet) !== false)
      .map((each) => ({ ...each, _uuid: derive("resting", each.subnet, each.ip) }));
  }
}

function* presentUses(view: View): Iterable<Use> {
  for (const row of view.rows("Address")) {
    const use = useOf(view, row);
    if (use !== undefined) yield { ...use, _uuid: row._uuid, until: null };
  }
}

function shown(view: View, row: Listed): Address {
  if (!("until" in row)) return addressView(view, row);
  const blank = {
    organization: null,
    endpoint: null,
    host: null,
    note: "",
    labels: {},
    since: null,
  } as const;
  const rested = addressView(view, { ...row, ...blank, purpose: "endpoint", expires: row.until });
  return { ...rested, purpose: "resting" };
}

/** The subnets that a filter names; undefined: all. */
function subnetsIn(
  view: View,
  { network, subnet }: Pick<AddressFilter, "network" | "subnet">,
): readonly string[] | undefined {
  if (network === undefined && subnet === undefined) return undefined;
  const owner = network === undefined ? undefined : networkOf(view, network);
  if (subnet !== undefined) {
    const isWhole = owner === undefined || subnet.includes("@") || !subnet.includes("/");
    const row = subnetOf(view, isWhole ? subnet : `${subnet}@${owner.name}`);
    return owner === undefined || row.network === owner._uuid ? [row._uuid] : [];
  }
  return view.find("Subnet", "byNetwork", owner?._uuid ?? "").map(({ _uuid }) => _uuid);
}

/** All endpoints of a container, which has one on each of its networks, or the one of a port. Throws `not_found`. */
function endpointsCalled(view: View, reference: string): ReadonlySet<string> {
  const ofContainer = Array.from(view.rows("Docker_Endpoint")).filter(
    ({ container_name, container_id }) => container_name === reference || container_id === reference,
  );
  const [port] = view.find("Endpoint", "byPortName", reference);
  const found = [...ofContainer.map(({ endpoint }) => endpoint), ...(port === undefined ? [] : [port._uuid])];
  return new Set(found.length > 0 ? found : [endpointOf(view, reference)._uuid]);
}

function shownUse(row: Use): AddressUse {
  return {
    uuid: row._uuid,
    ip: row.ip,
    network: { uuid: row.network, name: row.network_name },
    subnet: row.subnet,
    holder: { kind: row.kind, name: row.holder, host: row.host },
    endpoint: row.endpoint,
    since: timeText(row.since),
    until: timeText(row.until),
  };
}
