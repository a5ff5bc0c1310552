import { Loop } from "../../runtime/loop.ts";
import { serveVlcp, type VlcpApi, type VlcpOptions } from "./server.ts";

export interface KeptVlcp extends VlcpOptions {
  /** Says of an error of listening who has the port. */
  readonly withPortOwner: (error: unknown) => Promise<unknown>;
}

/**
 * VLCP's calls, served as soon as their port is free. Who has it, as VLCP itself before a migration ends, keeps nothing else of the center from starting; the log
 * names who that is.
 */
export function keepVlcp({ withPortOwner, ...options }: KeptVlcp): AsyncDisposable {
  const { logger } = options;
  let api: VlcpApi | undefined;
  const work = async () => {
    if (api !== undefined) return;
    try {
      api = await serveVlcp(options);
    } catch (error) {
      throw await withPortOwner(error);
    }
    logger.info({ target: api.target }, "VLCP's calls are served");
  };
  const loop = new Loop({ name: "serve VLCP's calls", work, logger });
  loop.soon();
  return {
    async [Symbol.asyncDispose]() {
      await loop[Symbol.asyncDispose]();
      await api?.[Symbol.asyncDispose]();
    },
  };
}
