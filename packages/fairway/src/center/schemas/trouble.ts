import { z } from "zod";
import { components, text, uuid } from "./common.ts";

const reason = text(1024, 1);

/** All that does not work on a host at the moment, by what it belongs to. */
export const troubleReport = z.strictObject({
  networks: z.array(z.strictObject({ network: uuid, reason })).max(65_536),
  /** Absent in the report of an older host. */
  physicalNetworks: z
    .array(z.strictObject({ physicalNetwork: uuid, reason }))
    .max(4_096)
    .default([]),
  endpoints: z.array(z.strictObject({ endpoint: uuid, reason })).max(65_536),
});
export type TroubleReport = z.input<typeof troubleReport>;
components.add(troubleReport, { id: "TroubleReport" });
