import { FairwayError } from "../../errors.ts";
import { familyOf } from "../../ip.ts";
import { titleOf } from "./kinds.ts";
import { differences, mapPatch, type Planner, refuseChange, summaryOf } from "./step.ts";

/** Of a principal's token, seconds: ten years. */
const longestLifetime = 3_653 * 86_400;

export const planReservation: Planner<"Reservation"> = ({ document, present }) => {
  const { content, place } = document;
  const { kind, ...body } = content;
  const common = { kind, title: titleOf(content), place } as const;
  if (present === undefined)
    return {
      ...common,
      mark: "+",
      details: body.note === "" ? [] : [`note: ${body.note}`],
      changes: [{ operation: "reserveAddress", body }],
    };
  const { note, labels, expires } = present.content;
  const details = differences(
    { note, labels, expires: timeOf(expires) },
    { note: body.note, labels: body.labels, expires: timeOf(body.expires) },
  );
  if (details.length === 0) return undefined;
  const patch = { note: body.note, labels: mapPatch(labels, body.labels), expires: body.expires };
  const [parameters, ifMatch] = [{ reference: present.uuid }, present.revision];
  return {
    ...common,
    mark: "~",
    details,
    changes: [{ operation: "updateReservation", parameters, body: patch, ifMatch }],
  };
};

export const planPort: Planner<"Port"> = ({ document, present }) => {
  const { content, place } = document;
  const { kind, ...body } = content;
  const common = { kind, title: titleOf(content), place } as const;
  if (present === undefined)
    return {
      ...common,
      mark: "+",
      details: summaryOf(content),
      changes: [{ operation: "createPort", body }],
    };
  const now = present.content;
  refuseChange(
    "port",
    {
      id: now.id,
      network: now.network,
      organization: now.organization,
      mac: now.mac,
      host: now.host,
    },
    {
      ...(body.id !== undefined && { id: body.id }),
      network: body.network,
      ...(body.organization !== undefined && { organization: body.organization }),
      ...(body.mac !== undefined && { mac: body.mac.toLowerCase() }),
      host: body.host,
    },
  );
  const families = new Set(body.addresses.map(familyOf));
  const kept = now.addresses.filter((ip) => !families.has(familyOf(ip)));
  const replaced = now.addresses.filter((ip) => !kept.includes(ip) && !body.addresses.includes(ip));
  const details = differences(
    { labels: now.labels, options: now.options, addresses: now.addresses.toSorted() },
    { labels: body.labels, options: body.options, addresses: [...body.addresses, ...kept].sort() },
  );
  if (details.length === 0) return undefined;
  const patch = {
    labels: mapPatch(now.labels, body.labels),
    options: mapPatch(now.options, body.options),
    ...(body.addresses.length > 0 && { addresses: body.addresses }),
  };
  const [parameters, ifMatch] = [{ reference: present.uuid }, present.revision];
  return {
    ...common,
    mark: "~",
    details,
    ...(replaced.length > 0 && {
      cuts: `what uses ${replaced.join(" and ")} until it takes the new address`,
    }),
    changes: [{ operation: "updatePort", parameters, body: patch, ifMatch }],
  };
};

/** A principal that is there keeps its token, and with it its end. */
export const planPrincipal: Planner<"Principal"> = ({ document, present }) => {
  const { content, place } = document;
  const { kind, name, role, organization, expires } = content;
  const common = { kind, title: titleOf(content), place } as const;
  if (present !== undefined) {
    const now = present.content;
    const shown = { role: now.role, organization: now.organization ?? "all" };
    const details = differences(shown, { role, organization: organization ?? "all" });
    if (details.length === 0) return undefined;
    const [parameters, ifMatch] = [{ name }, present.revision];
    return {
      ...common,
      mark: "~",
      details,
      changes: [{ operation: "updatePrincipal", parameters, body: { role, organization }, ifMatch }],
    };
  }
  return {
    ...common,
    mark: "+",
    details: summaryOf(content),
    changes: [
      {
        operation: "createPrincipal",
        body: { name, role, organization, lifetime: lifetimeOf(expires) },
      },
    ],
  };
};

/** How long a token is good for from now on, seconds. Throws `invalid`. */
function lifetimeOf(expires: string | null): number | null {
  if (expires === null) return null;
  const seconds = Math.ceil((Date.parse(expires) - Date.now()) / 1_000);
  if (seconds >= 1 && seconds <= longestLifetime) return seconds;
  const detail = `expires must be a time that has not passed, ten years from now at most; it is ${expires}`;
  throw new FairwayError("invalid", detail, { fields: [{ field: "expires", detail }] });
}

function timeOf(time: string | null): string | null {
  return time === null ? null : new Date(time).toISOString();
}
