/**
 * Does all steps, one after the other; one that fails keeps no other from its turn.
 * @throws the first failure, when all have had their turn.
 */
export async function inTurn(steps: Iterable<() => Promise<unknown>>): Promise<void> {
  const failures: unknown[] = [];
  for (const step of steps)
    try {
      await step();
    } catch (error) {
      failures.push(error);
    }
  if (failures.length > 0) throw failures[0];
}
