import type { MadeEndpoint, MadeNetwork } from "../center.ts";

/** What is there when the cases come. */
export interface Known {
  readonly blue: MadeNetwork;
  /** With a port of a name. */
  readonly red: MadeNetwork;
  readonly web: MadeEndpoint;
}

export interface Case {
  readonly path: string;
  readonly body?: unknown;
  /** Absent: the same again gives the same answer and one object. */
  readonly refused?: { readonly status: number; readonly detail: RegExp };
}

/** By operation: what comes twice, or says something twice. */
export type Cases = Readonly<Record<string, (known: Known) => readonly Case[]>>;

/** The host that the cases are of. */
export const host = "/v1/hosts/node-1";

export const same = (path: string, body?: unknown): Case => ({ path, body });

export const refused = (path: string, body: unknown, detail: RegExp, status = 409): Case => ({
  path,
  body,
  refused: { status, detail },
});
