import type { ApiClient } from "../../api/client.ts";
import type { Result, Step } from "./step.ts";

/**
 * Carries steps out as one transaction, or asks what it would do.
 * @returns for each step, what the last of its changes answers.
 */
export async function transact(
  client: ApiClient,
  steps: readonly Step[],
  isDry: boolean,
): Promise<readonly Result[]> {
  if (steps.length === 0) return [];
  const changes = steps.flatMap((step) => step.changes);
  const { results } = await client.transact({ "dry-run": isDry }, { changes });
  let next = 0;
  return steps.map((step) => {
    next += step.changes.length;
    return results[next - 1] ?? null;
  });
}
