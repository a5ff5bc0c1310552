import { randomUUID, timingSafeEqual } from "node:crypto";
import { FairwayError } from "../../errors.ts";
import type { Store } from "../../intent/store.ts";
import type { IntentRow } from "../../intent/view.ts";
import { isPrincipalToken, randomPrincipalToken } from "../../principal-token.ts";
import { hashOfToken } from "../../token-hash.ts";
import { mayAdminister } from "../access/access.ts";
import type { Context, PrincipalCaller } from "../context.ts";
import type { Certifier } from "../members/certifier.ts";
import { required } from "../members/tokens.ts";
import type { NewPrincipal, Principal, PrincipalRequest } from "../schemas/principal.ts";

/** More than anybody needs, and few enough to be listed at once. */
const mostPrincipals = 1_000;

const another = "make another by `fairway principal create` on the center";

/** Who may ask the center from any machine, by a token. Tokens are kept as hashes. */
export class Principals {
  readonly #store: Store;
  readonly #certifier: Certifier | undefined;
  readonly #now: () => number;

  constructor(store: Store, certifier: Certifier | undefined, now: () => number) {
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
    return { ...this.#show(row), token, api: `https://${address}`, authority: authorityPem };
  }

  /** All principals by name, without their tokens. */
  list(context: Context): readonly Principal[] {
    mayAdminister(context.caller);
    return Array.from(this.#store.view.rows("Principal"), (row) => this.#show(row)).sort((a, b) =>
      a.name.localeCompare(b.name),
    );
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

  #show(row: IntentRow<"Principal">): Principal {
    return {
      uuid: row._uuid,
      name: row.name,
      role: row.role,
      organization: row.organization,
      created: new Date(row.created).toISOString(),
      expires: row.expires === null ? null : new Date(row.expires).toISOString(),
      state: this.#isExpired(row) ? "expired" : "valid",
    };
  }
}
