/** What names something that is not there is refused with these words; `gone`: what removes it has succeeded. */
export interface Case {
  readonly path: string;
  readonly body?: unknown;
  readonly status: number;
  readonly detail?: RegExp;
}

/** What removes it has succeeded. */
export const gone = (path: string): Case => ({ path, status: 204 });
/** @param detail what the refusal says. */
export const refused = (status: number, path: string, detail: RegExp, body?: unknown): Case => ({
  path,
  status,
  detail,
  ...(body !== undefined && { body }),
});
