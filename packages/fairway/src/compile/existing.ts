/** Those that are there, each once. */
export function existing(...uuids: readonly (string | null | undefined)[]): readonly string[] {
  return [...new Set(uuids.filter((uuid) => uuid !== null && uuid !== undefined))];
}
