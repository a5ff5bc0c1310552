import { z } from "zod";
import { text, uuid } from "./common.ts";

const reason = text(1024, 1);

/** All that does not work on a host at the moment, by what it belongs to. */
export const troubleReport = z.strictObject({
  networks: z.array(z.strictObject({ network: uuid, reason })).max(65_536),
  endpoints: z.array(z.strictObject({ endpoint: uuid, reason })).max(65_536),
});
export type TroubleReport = z.input<typeof troubleReport>;
