import type { IntentRow, View } from "../../intent/view.ts";
import { mayReadAll } from "../access/access.ts";
import type { Context } from "../context.ts";
import { hostNamed, networkOf, referred } from "../lookup.ts";
import { pageOf } from "../page.ts";
import type { Address } from "../schemas/address.ts";
import { keyInList } from "../schemas/list-keys.ts";
import type { PageWish } from "../schemas/page.ts";
import { subnetsOf } from "../subnets/network-subnets.ts";
import { hostNameOf } from "../views.ts";

type Row = IntentRow<"Address">;

/** Which addresses. */
interface AddressFilter extends PageWish {
  readonly network?: string | undefined;
  readonly host?: string | undefined;
  readonly purpose?: Row["purpose"] | undefined;
}

/** The addresses in use, of every subnet. */
export class UsedAddresses {
  readonly #view: View;

  constructor(view: View) {
    this.#view = view;
  }

  /**
   * The addresses in use that the filter lets through, by number.
   * @param filter `network`: only those of this network, by any of its references. Throws `not_found` where it, or the host, is not there.
   */
  list({ network, host, purpose, ...page }: AddressFilter, context: Context): readonly Address[] {
    mayReadAll(context.caller);
    const view = this.#view;
    const holder = host === undefined ? undefined : hostNamed(view, host)._uuid;
    const all =
      network === undefined
        ? Array.from(view.rows("Address"))
        : subnetsOf(view, networkOf(view, network)._uuid).flatMap(({ _uuid }) =>
            view.find("Address", "bySubnet", _uuid),
          );
    const rows = all.filter(
      (row) =>
        (purpose === undefined || row.purpose === purpose) && (holder === undefined || row.host === holder),
    );
    const key = ({ ip, subnet }: Row) => keyInList.address({ ip, subnet: { uuid: subnet } });
    return pageOf(rows, page, { key, view: (row) => this.#shown(row) });
  }

  #shown(row: Row): Address {
    return addressView(this.#view, row);
  }
}

/** An address as the API shows it. */
export function addressView(view: View, row: IntentRow<"Address">): Address {
  const subnet = referred(view.get("Subnet", row.subnet));
  const network = subnet.network === null ? null : referred(view.get("Network", subnet.network));
  return {
    uuid: row._uuid,
    ip: row.ip,
    purpose: row.purpose,
    subnet: { uuid: subnet._uuid, cidr: subnet.cidr },
    network: network === null ? null : { uuid: network._uuid, name: network.name },
    endpoint: row.endpoint,
    host: hostNameOf(view, row.host),
    expires: row.expires === null ? null : new Date(row.expires).toISOString(),
  };
}
