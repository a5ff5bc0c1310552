import { hostItem } from "../center/schemas/host-state.ts";

/**
 * Why an item of a host's state is of no use here; undefined where it is. A newer center may say more of it than is known, which is
 * no fault.
 */
export function faultOf(item: unknown): string | undefined {
  const fault = hostItem.safeParse(item).error?.issues.find(({ code }) => code !== "unrecognized_keys");
  return fault && [fault.path.join("."), fault.message].filter((part) => part !== "").join(": ");
}
