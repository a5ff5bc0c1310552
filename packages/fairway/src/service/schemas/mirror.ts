import { z } from "zod";
import { engineId, uuid } from "./common.ts";

/** All that an engine has to say of the networks that it has, or was to have, for the cluster. */
export const mirrorReport = z.strictObject({
  /** Networks that it cannot have, and why. */
  troubles: z.array(z.strictObject({ network: uuid, trouble: z.string().min(1).max(1024) })).max(65_536),
  /** Networks that are being removed, and the names of its containers on them, stopped ones too. */
  uses: z
    .array(z.strictObject({ engineId, containers: z.array(z.string().max(255)).max(65_536) }))
    .max(65_536),
});
export type MirrorReport = z.input<typeof mirrorReport>;
