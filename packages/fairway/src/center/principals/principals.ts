import { randomUUID, timingSafeEqual } from "node:crypto";
import { FairwayError } from "../../errors.ts";
import type { Changeable } from "../../intent/joint-change.ts";
import { changeOrRehearse } from "../../intent/rehearsal.ts";
import type { IntentRow } from "../../intent/view.ts";
import { isPrincipalToken, randomPrincipalToken } from "../../principal-token.ts";
import { hashOfToken } from "../../token-hash.ts";
import { mayAdminister } from "../access/access.ts";
import type { Context, PrincipalCaller } from "../context.ts";
import { principalNamed } from "../lookup.ts";
import type { Manner } from "../manner.ts";
import type { Certifier } from "../members/certifier.ts";
import { required } from "../members/tokens.ts";
import { isNamed, pageOf } from "../page.ts";
import { checkRevision, revisionOf } from "../revision.ts";
import { keyInList } from "../schemas/list-keys.ts";
import type { PageWish } from "../schemas/page.ts";
import type {
  NewPrincipal,
  Principal,
  PrincipalPatch,
  PrincipalRequest,
  Role,
} from "../schemas/principal.ts";

/** More than anybody needs, and few enough to be listed at once. */
const mostPrincipals = 1_000;

const another = "make another by `fairway principal create` on the center";

/** Which principals. */
interface PrincipalFilter extends PageWish {
  readonly name?: string | undefined;
  readonly role?: Role | undefined;
}

/** Who may ask the center from any machine, by a token. Tokens are kept as hashes. */
export class Principals {
  readonly #store: Changeable;
  readonly #certifier: Certifier | undefined;
  readonly #now: () => number;

  constructor(store: Changeable, certifier: Certifier | undefined, now: () => number) {
    this.#store = store;
    this.#certifier = certifier;
    this.#now = now;
  }

  /** Makes a principal with a token, which no other answer shows. Throws `conflict` for a name that another has. */
  async create(request: PrincipalRequest, context: Context): Promise<NewPrincipal> {
    mayAdminister(context.caller);
    const { address, authorityPem } = required(this.#certifier);
    const { name, role, organization = null, lifetime = null } = request;
    const [uuid, token, created] = [randomUUID(), randomPrincipalToken(), this.#now()];
    const row = await this.#store.change((draft) => {
      if (draft.find("Principal", "byName", name).length > 0)
        throw new FairwayError(
          "conflict",
          `there is a principal ${name} already; give this one another name, or remove that one first by \`fairway principal rm ${name}\``,
        );
      if (Array.from(draft.rows("Principal")).length >= mostPrincipals)
        throw new FairwayError(
          "exhausted",
          `the cluster has ${mostPrincipals} principals, as many as it may; remove some by \`fairway principal rm\``,
        );
      return draft.insert("Principal", uuid, {
        name,
        role,
        organization,
        secret_hash: hashOfToken(token),
        created,
        expires: lifetime === null ? null : created + lifetime * 1000,
      });
    });
    return { ...this.view(row), token, api: `https://${address}`, authority: authorityPem };
  }

  /** The principals that the filter lets through, by name, without their tokens. */
  list({ name, role, ...page }: PrincipalFilter, context: Context): readonly Principal[] {
    mayAdminister(context.caller);
    const rows = Array.from(this.#store.view.rows("Principal")).filter(
      (row) => isNamed(row.name, name) && (role === undefined || row.role === role),
    );
    return pageOf(rows, page, { key: keyInList.principal, view: (row) => this.view(row) });
  }

  /** One principal, without its token. Throws `not_found`. */
  show(name: string, context: Context): Principal {
    mayAdminister(context.caller);
    return this.view(principalNamed(this.#store.view, name));
  }

  /** Changes what a principal may, and until when, while its token stays. Throws `not_found`, and `precondition_failed` where it has none of the revisions. */
  async update(
    name: string,
    { role, organization, lifetime }: PrincipalPatch,
    manner: Manner,
    context: Context,
  ): Promise<Principal> {
    mayAdminister(context.caller);
    const now = this.#now();
    return changeOrRehearse(this.#store, manner, (draft) => {
      const row = principalNamed(draft, name);
      checkRevision(`principal ${name}`, revisionOfPrincipal(row), manner.revisions);
      draft.update("Principal", row._uuid, {
        role: role ?? row.role,
        organization: organization === undefined ? row.organization : organization,
        ...(lifetime !== undefined && { expires: lifetime === null ? null : now + lifetime * 1000 }),
      });
      return this.view(principalNamed(draft, name));
    });
  }

  /** Removes a principal: its token is refused from now on. One that is not there has been removed. */
  async remove(name: string, context: Context): Promise<void> {
    mayAdminister(context.caller);
    await this.#store.change((draft) => {
      for (const { _uuid } of draft.find("Principal", "byName", name)) draft.delete("Principal", _uuid);
    });
  }

  /** Who shows this token. Throws `unauthenticated`, without a word of the token. */
  authenticate(token: string): PrincipalCaller {
    if (!isPrincipalToken(token))
      throw new FairwayError(
        "unauthenticated",
        `the bearer token is none of a principal's: fwp_ and 43 characters; ${another}`,
      );
    const hash = hashOfToken(token);
    const [row] = this.#store.view.find("Principal", "bySecretHash", hash);
    // The index finds hashes of random tokens, of which time tells nothing; what decides compares in constant time all the same.
    if (row === undefined || !timingSafeEqual(Buffer.from(row.secret_hash), Buffer.from(hash)))
      throw new FairwayError(
        "unauthenticated",
        `this center knows no such token: it was mistyped, or its principal was removed; ${another}`,
      );
    if (this.#isExpired(row))
      throw new FairwayError(
        "unauthenticated",
        `the token of principal ${row.name} expired at ${new Date(row.expires ?? 0).toISOString()}; ${another}`,
      );
    return { kind: "principal", name: row.name, role: row.role, organization: row.organization };
  }

  #isExpired({ expires }: IntentRow<"Principal">): boolean {
    return expires !== null && expires <= this.#now();
  }

  /** A principal as it is listed. */
  view(row: IntentRow<"Principal">): Principal {
    return {
      uuid: row._uuid,
      name: row.name,
      role: row.role,
      organization: row.organization,
      created: new Date(row.created).toISOString(),
      expires: row.expires === null ? null : new Date(row.expires).toISOString(),
      state: this.#isExpired(row) ? "expired" : "valid",
      revision: revisionOfPrincipal(row),
    };
  }
}

/** The revision of what a principal may; its token does not count. */
function revisionOfPrincipal({ name, role, organization, expires }: IntentRow<"Principal">): string {
  return revisionOf({ name, role, organization, expires });
}
