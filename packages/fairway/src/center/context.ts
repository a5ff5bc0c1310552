import type { Role } from "./schemas/principal.ts";

/** Somebody who shows a token. Without an organization it is in all of them. */
export interface PrincipalCaller {
  readonly kind: "principal";
  readonly name: string;
  readonly role: Role;
  readonly organization: string | null;
}

/** On whose behalf a use case runs. The edge establishes it; the center decides what it may. */
export type Caller =
  | { readonly kind: "root" }
  | PrincipalCaller
  /** `hasExpired`: it showed an expired certificate, with which it may do nothing but get a new one. */
  | { readonly kind: "host"; readonly name: string; readonly hasExpired?: true }
  /** Nobody whom the cluster has admitted. */
  | { readonly kind: "stranger"; readonly reason: string };

/** What every use case is given beside its own arguments. */
export interface Context {
  readonly caller: Caller;
  /** Follows the request through every log line that it causes. */
  readonly request: string;
  /** Ends waiting, never a commit that is under way. */
  readonly signal: AbortSignal;
}
