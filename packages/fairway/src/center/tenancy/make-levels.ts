import { derive } from "../../identity.ts";
import type { Draft } from "../../intent/draft.ts";
import type { IntentRow } from "../../intent/view.ts";
import { isNameInZone, levelAbove } from "../../level-names.ts";
import { insertRouter } from "../routers/router-rows.ts";

const plain = { labels: {}, options: {} };

/** The zone of a network's full name, made with all above it where it is not there; undefined of another name. */
export function madeZoneOfName(draft: Draft, network: string): IntentRow<"Zone"> | undefined {
  const name = isNameInZone(network) ? levelAbove(network) : undefined;
  if (name === undefined) return undefined;
  const [known] = draft.find("Zone", "byName", name);
  return (
    known ??
    draft.insert("Zone", derive("zone", name), {
      name,
      router: madeDomain(draft, levelAbove(name) ?? "")._uuid,
      ...plain,
    })
  );
}

function madeDomain(draft: Draft, name: string): IntentRow<"Router"> {
  const [known] = draft.find("Router", "byName", name);
  if (known !== undefined) return known;
  const organization = madeOrganization(draft, levelAbove(name) ?? "");
  return insertRouter(draft, derive("domain", name), {
    name,
    organization: organization._uuid,
    routes: {},
    zone_policy: null,
    zone_rules: {},
    ...plain,
  });
}

/** The organization of a name, made where it is not there. */
export function madeOrganization(draft: Draft, name: string): IntentRow<"Organization"> {
  const [known] = draft.find("Organization", "byName", name);
  return known ?? draft.insert("Organization", derive("organization", name), { name, quotas: {}, ...plain });
}
