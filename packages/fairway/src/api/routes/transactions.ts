import { z } from "zod";
import type { Center } from "../../center/center.ts";
import type { Context } from "../../center/context.ts";
import { address } from "../../center/schemas/address.ts";
import { changeQuery, components, mostChanges } from "../../center/schemas/common.ts";
import { network, subnet } from "../../center/schemas/network.ts";
import { physicalNetwork } from "../../center/schemas/physical-network.ts";
import { policy } from "../../center/schemas/policy.ts";
import { port } from "../../center/schemas/port.ts";
import { newPrincipal, principal } from "../../center/schemas/principal.ts";
import { router } from "../../center/schemas/router.ts";
import { securityGroup } from "../../center/schemas/security-group.ts";
import { organization, zone } from "../../center/schemas/tenancy.ts";
import { vip } from "../../center/schemas/vip.ts";
import type { Failures } from "../../center/transactions.ts";
import { FairwayError, type FieldFault } from "../../errors.ts";
import { releaseReservation, reserveAddress, updateReservation } from "./addresses.ts";
import { createNetwork, putNetwork, removeNetwork, updateNetwork } from "./networks.ts";
import {
  addPhysicalPort,
  createPhysicalNetwork,
  removePhysicalNetwork,
  removePhysicalPort,
  updatePhysicalNetwork,
  updatePhysicalPort,
} from "./physical-networks.ts";
import { createPolicy, putPolicy, removePolicy, updatePolicy } from "./policies.ts";
import { createPort, putPort, removePort, updatePort } from "./ports.ts";
import { createPrincipal, removePrincipal, updatePrincipal } from "./principals.ts";
import { type AnyRoute, type Route, route } from "./route.ts";
import {
  attachNetwork,
  createRouter,
  detachNetwork,
  putRouter,
  removeRouter,
  updateRouter,
} from "./routers.ts";
import {
  createSecurityGroup,
  joinSecurityGroup,
  leaveSecurityGroup,
  putSecurityGroup,
  removeSecurityGroup,
  updateSecurityGroup,
} from "./security-groups.ts";
import { createSubnet, putSubnet, removeSubnet, updateSubnet } from "./subnets.ts";
import {
  createOrganization,
  createZone,
  putOrganization,
  putZone,
  removeOrganization,
  removeZone,
  updateOrganization,
  updateZone,
} from "./tenancy.ts";
import { createVip, removeVip, updateVip } from "./vips.ts";

/** What may be done with others in one transaction: each has one change, and its use cases are among `UserNouns`. */
const operations = {
  createPhysicalNetwork,
  updatePhysicalNetwork,
  removePhysicalNetwork,
  addPhysicalPort,
  updatePhysicalPort,
  removePhysicalPort,
  createOrganization,
  putOrganization,
  updateOrganization,
  removeOrganization,
  createZone,
  putZone,
  updateZone,
  removeZone,
  createNetwork,
  putNetwork,
  updateNetwork,
  removeNetwork,
  createSubnet,
  putSubnet,
  updateSubnet,
  removeSubnet,
  createRouter,
  putRouter,
  updateRouter,
  removeRouter,
  attachNetwork,
  detachNetwork,
  createPort,
  putPort,
  updatePort,
  removePort,
  reserveAddress,
  updateReservation,
  releaseReservation,
  createPrincipal,
  updatePrincipal,
  removePrincipal,
  createSecurityGroup,
  putSecurityGroup,
  updateSecurityGroup,
  removeSecurityGroup,
  joinSecurityGroup,
  leaveSecurityGroup,
  createPolicy,
  putPolicy,
  updatePolicy,
  removePolicy,
  createVip,
  updateVip,
  removeVip,
} as const;
type Name = keyof typeof operations;

/** No message tells of more; `errors` has all of them. */
const toldAtMost = 5;

type Outputs<Part> = Part extends z.ZodType ? z.output<Part> : undefined;
type ChangeOf<Own extends Name> = {
  readonly operation: Own;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly body?: Outputs<(typeof operations)[Own]["body"]>;
  readonly ifMatch?: string;
};

/** One change, in the words of its operation. */
function changeOf(operation: Name): z.ZodObject {
  const { params, query, body, isConditional }: AnyRoute = operations[operation];
  const { "dry-run": _ofAll, ...named } = { ...params?.shape, ...query?.shape };
  return z.strictObject({
    operation: z.literal(operation),
    ...(Object.keys(named).length > 0 && { parameters: z.strictObject(named) }),
    ...(body !== undefined && { body }),
    ...(isConditional === true && { ifMatch: z.string().max(64).optional() }),
  });
}

const names = Object.keys(operations) as Name[];
const [first, ...others] = names.map(changeOf) as [z.ZodObject, ...z.ZodObject[]];
const change = z.discriminatedUnion(
  "operation",
  [first, ...others] as unknown as [z.core.$ZodTypeDiscriminable],
  {
    // Only where no operation is of that name; else the operation's own schema says it.
    error: ({ code }) => (code === "invalid_union" ? `must be one of ${names.join(", ")}` : undefined),
  },
) as unknown as z.ZodType<ChangeOf<Name>, ChangeOf<Name>>;

const transaction = z.strictObject({
  /** In the order in which they are made: each may need what those before it make. */
  changes: z.array(change).min(1).max(mostChanges),
});
components.add(transaction, { id: "Transaction" });

const done = z.strictObject({
  /** What each operation answers, in the same order; null where it answers nothing. */
  results: z.array(
    z
      .union([
        physicalNetwork,
        organization,
        zone,
        network,
        router,
        subnet,
        port,
        address,
        principal,
        newPrincipal,
        securityGroup,
        policy,
        vip,
      ])
      .nullable(),
  ),
});
components.add(done, { id: "TransactionResults" });

export const transact = route({
  method: "POST",
  url: "/v1/transactions",
  summary: "Makes several changes as one transaction: all of them, or none.",
  access: "root",
  role: "member",
  isForOrganizations: true,
  query: changeQuery,
  body: transaction,
  example: {
    changes: [
      { operation: "createNetwork", body: { name: "green", subnets: [{ cidr: "10.3.0.0/24" }] } },
      { operation: "reserveAddress", body: { network: "green", ip: "10.3.0.9", note: "scanner" } },
      { operation: "updatePort", parameters: { reference: "vm1" }, body: { labels: { team: "ops" } } },
    ],
  },
  status: 200,
  answer: done,
  handle: async (center, { query, body, context, describe }) => {
    const works = body.changes.map(
      (each) => (nouns: Partial<Center>) => carryOut(each, { ...center, ...nouns }, context, describe),
    );
    const refusal = (failures: Failures) => refusalOf(failures, body.changes);
    const results = await center.transactions.run(works, { isDry: query["dry-run"], refusal });
    return { results: results.map((each) => each ?? null) };
  },
});

/** Each operation authorises by itself. */
async function carryOut(
  { operation, parameters, body, ifMatch }: ChangeOf<Name>,
  center: Center,
  context: Context,
  describe: () => Record<string, unknown>,
): Promise<z.output<typeof done>["results"][number] | void> {
  // Its parts are what the schema of this operation has let through.
  const own = operations[operation] as unknown as Route;
  const revisions = ifMatch === undefined ? undefined : [ifMatch];
  const named = { ...parameters };
  return own.handle(center, {
    params: named,
    query: { ...named, "dry-run": false },
    body,
    context,
    revisions,
    describe,
  }) as ReturnType<typeof carryOut>;
}

/** What is wrong with each change, named by its place. What is no fault of the request is thrown as it is. */
function refusalOf(failures: Failures, changes: readonly { readonly operation: Name }[]): unknown {
  const faults = [...failures].flatMap(([at, error]) =>
    error instanceof FairwayError && !error.retryable && error.code !== "internal" ? { at, error } : [],
  );
  const [told] = faults;
  if (told === undefined || faults.length < failures.size)
    return [...failures.values()].find((each) => !faults.some(({ error }) => error === each));
  const words = faults
    .slice(0, toldAtMost)
    .map(({ at, error }) => `changes[${at}] (${changes[at]?.operation}): ${error.message}`);
  const more = faults.length > toldAtMost ? [`and ${faults.length - toldAtMost} more`] : [];
  return new FairwayError(told.error.code, [...words, ...more].join("; "), {
    fields: faults.flatMap(({ at, error }) => fieldsOf(`changes[${at}]`, error)),
    cause: told.error,
  });
}

function fieldsOf(change: string, { fields, message }: FairwayError): readonly FieldFault[] {
  if (fields.length === 0) return [{ field: change, detail: message }];
  return fields.map(({ field, detail }) => ({ field: `${change}.body.${field}`, detail }));
}
