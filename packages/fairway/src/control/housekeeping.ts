import { Expiry } from "../center/expiry.ts";
import type { HostWatch } from "../center/hosts/host-watch.ts";
import type { Store } from "../intent/store.ts";
import type { Logger } from "../logger.ts";
import { Loop } from "../runtime/loop.ts";

const EXPIRY_MS = 10_000;
const HOSTS_MS = 1_000;
/** Who looks so late was asleep, and heard nobody meanwhile. */
const ASLEEP_MS = 5_000;

export interface HousekeepingParts {
  readonly store: Store;
  readonly hostWatch: Pick<HostWatch, "begin" | "look">;
  readonly logger: Logger;
}

/** What the leader does by the clock: it frees what has expired and looks for hosts that are not heard. Until it is disposed. */
export function keepHouse({ store, hostWatch, logger }: HousekeepingParts): AsyncDisposable {
  const expiry = new Expiry(store, logger);
  const stack = new AsyncDisposableStack();
  const expire = async () => void (await expiry.expire(Date.now()));
  stack.use(new Loop({ name: "expiry", periodMs: EXPIRY_MS, work: expire, logger }));
  hostWatch.begin();
  let lookedMs = performance.now();
  const look = async () => {
    const now = performance.now();
    if (now - lookedMs > ASLEEP_MS) hostWatch.begin();
    lookedMs = now;
    await hostWatch.look();
  };
  stack.use(new Loop({ name: "look at the hosts", periodMs: HOSTS_MS, work: look, logger }));
  return stack;
}
