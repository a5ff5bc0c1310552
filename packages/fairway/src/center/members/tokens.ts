import { randomUUID } from "node:crypto";
import { FairwayError } from "../../errors.ts";
import type { Draft } from "../../intent/draft.ts";
import type { Store } from "../../intent/store.ts";
import type { IntentRow, View } from "../../intent/view.ts";
import { randomSecret, writeToken } from "../../join-token.ts";
import { hashOfToken } from "../../token-hash.ts";
import { mayAdminister } from "../access/access.ts";
import type { Context } from "../context.ts";
import { pageOf } from "../page.ts";
import { keyInList } from "../schemas/list-keys.ts";
import type { NewToken, Token, TokenRequest } from "../schemas/member.ts";
import type { PageWish } from "../schemas/page.ts";
import type { Certifier } from "./certifier.ts";

/** How long a used or expired token is remembered, so that who tries it is told what became of it, ms. */
const rememberedMs = 7 * 86_400_000;

/** For how long the machine that used a token may use it again, because the first answer did not reach it, ms. */
const secondUseMs = 10 * 60_000;

const another = "make another by `fairway token create` on the center";

/** Which tokens. */
interface TokenFilter extends PageWish {
  readonly state?: Token["state"] | undefined;
}

/** Join tokens: each good for one machine and for a while. Their secrets are kept as hashes. */
export class Tokens {
  readonly #store: Store;
  readonly #certifier: Certifier | undefined;
  readonly #now: () => number;

  constructor(store: Store, certifier: Certifier | undefined, now: () => number) {
    this.#store = store;
    this.#certifier = certifier;
    this.#now = now;
  }

  async create(request: TokenRequest, context: Context): Promise<NewToken> {
    mayAdminister(context.caller);
    const { authorityFingerprint, address } = required(this.#certifier);
    const { role = "host", lifetime = 3600 } = request;
    const [uuid, secret, now] = [randomUUID(), randomSecret(), this.#now()];
    const row = await this.#store.change((draft) => {
      for (const old of draft.rows("Token"))
        if (Math.max(old.expires, old.used ?? 0) + rememberedMs < now) draft.delete("Token", old._uuid);
      return draft.insert("Token", uuid, {
        secret_hash: hashOfToken(secret),
        role,
        created: now,
        expires: now + lifetime * 1000,
        used: null,
        used_by: null,
        used_key: null,
      });
    });
    const token = writeToken({ role, authority: authorityFingerprint, secret });
    return { ...this.view(row), token, center: address };
  }

  /** The tokens that the filter lets through, the oldest first. */
  list({ state, ...page }: TokenFilter, context: Context): readonly Token[] {
    mayAdminister(context.caller);
    const tokens = Array.from(this.#store.view.rows("Token"), (row) => this.view(row));
    return pageOf(
      tokens.filter((token) => state === undefined || token.state === state),
      page,
      { key: keyInList.token, view: (token) => token },
    );
  }

  /** One token. Throws `not_found`, and `invalid` where several begin so. @param reference its UUID, or the start of that. */
  show(reference: string, context: Context): Token {
    mayAdminister(context.caller);
    return this.view(tokenOf(this.#store.view, reference) ?? throwMissing(reference));
  }

  /** By its UUID or the start of it. What is not there has been removed; the start of none throws `not_found`. */
  async remove(reference: string, context: Context): Promise<void> {
    mayAdminister(context.caller);
    await this.#store.change((draft) => {
      const row = tokenOf(draft, reference);
      if (row !== undefined) draft.delete("Token", row._uuid);
      else if (reference.length < 36) throwMissing(reference);
    });
  }

  /** A token as it is listed. */
  view(row: IntentRow<"Token">): Token {
    return {
      uuid: row._uuid,
      role: row.role,
      created: new Date(row.created).toISOString(),
      expires: new Date(row.expires).toISOString(),
      state: row.used !== null ? "used" : row.expires <= this.#now() ? "expired" : "unused",
      usedBy: row.used_by,
    };
  }
}

/** By its UUID or the start of it; undefined where there is none. Throws `invalid` where there are several. */
function tokenOf(view: View, reference: string): IntentRow<"Token"> | undefined {
  const [row, ...others] = Array.from(view.rows("Token")).filter(({ _uuid }) => _uuid.startsWith(reference));
  if (others.length === 0) return row;
  throw new FairwayError("invalid", `${others.length + 1} tokens begin with "${reference}"; say more of it`);
}

function throwMissing(reference: string): never {
  throw new FairwayError("not_found", `no token begins with "${reference}"; \`fairway token ls\` lists them`);
}

/**
 * The token with this secret, for a machine with this key: unused, or used some minutes ago by that very machine, which is still a host.
 * Throws `unauthenticated`, saying what is wrong with the token.
 */
export function usableToken(view: View, secret: string, key: string, now: number): IntentRow<"Token"> {
  const row = knownToken(view, secret);
  if (row.used !== null && !mayUseAgain(view, row, key, now))
    throw new FairwayError(
      "unauthenticated",
      `this token was used already, by host ${row.used_by} at ${time(row.used)}; each is good for one machine: ${another}`,
    );
  if (row.expires <= now)
    throw new FairwayError("unauthenticated", `this token expired at ${time(row.expires)}; ${another}`);
  return row;
}

/** Throws `unauthenticated` where no token has this secret. */
export function knownToken(view: View, secret: string): IntentRow<"Token"> {
  const [row] = view.find("Token", "bySecretHash", hashOfToken(secret));
  if (row !== undefined) return row;
  throw new FairwayError(
    "unauthenticated",
    `this center knows no such token: it was mistyped, or removed by hand or with the host that used it; ${another}`,
  );
}

function mayUseAgain(view: View, token: IntentRow<"Token">, key: string, now: number): boolean {
  const [host] = view.find("Host", "byAdmittedKey", key);
  const isItsHost = host !== undefined && host.name === token.used_by && token.used_key === key;
  return isItsHost && now - (token.used ?? 0) < secondUseMs;
}

/** The tokens by which a host joined go with it: whoever has its key must not come back by them. */
export function deleteTokensOf(draft: Draft, host: IntentRow<"Host">): void {
  for (const token of Array.from(draft.rows("Token")))
    if (token.used_by === host.name || (token.used_key !== null && token.used_key === host.admitted_key))
      draft.delete("Token", token._uuid);
}

/** Throws `unsupported` where nobody can join. */
export function required(certifier: Certifier | undefined): Certifier {
  if (certifier !== undefined) return certifier;
  throw new FairwayError(
    "unsupported",
    "this center serves its own machine alone, without certificates; `fairway init` makes them",
  );
}

function time(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
