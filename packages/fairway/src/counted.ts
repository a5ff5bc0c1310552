/** A number with its noun, for people: `1 endpoint`, `2 endpoints`. @param many the noun of several, where an `s` does not make it */
export function counted(count: number, noun: string, many = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : many}`;
}
