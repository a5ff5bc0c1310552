/**
 * Finds, of items that are refused together, those that are refused: by halves, so that a few among thousands take a few tries.
 * @param refuses why these are not taken together; undefined where they are.
 * @returns the reasons, none where nothing is taken at all: then no item is to blame.
 */
export async function findRefused<Item>(
  items: readonly Item[],
  refuses: (some: readonly Item[]) => Promise<string | undefined>,
): Promise<ReadonlyMap<Item, string>> {
  const refused = new Map<Item, string>();
  if ((await refuses([])) !== undefined) return refused;
  const taken: Item[] = [];
  const take = async (some: readonly Item[]): Promise<void> => {
    const reason = await refuses([...taken, ...some]);
    const [only] = some;
    if (reason === undefined) taken.push(...some);
    else if (some.length === 1 && only !== undefined) refused.set(only, reason);
    else {
      const half = Math.ceil(some.length / 2);
      await take(some.slice(0, half));
      await take(some.slice(half));
    }
  };
  if (items.length > 0) await take(items);
  return refused;
}
