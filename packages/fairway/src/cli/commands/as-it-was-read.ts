import { FairwayError } from "../../errors.ts";

/** Somebody else's change in between is looked at again so often. */
const mostTries = 3;

/** Reads an object and changes what was read: lists are replaced as a whole. @param change throws `precondition_failed` where the object is another by now. */
export async function asItWasRead<Before, After>(
  read: () => Promise<Before>,
  change: (before: Before) => Promise<After>,
): Promise<After> {
  for (let tries = 1; ; tries++) {
    const before = await read();
    try {
      return await change(before);
    } catch (error) {
      const isOvertaken = error instanceof FairwayError && error.code === "precondition_failed";
      if (!isOvertaken || tries === mostTries) throw error;
    }
  }
}
