import { z } from "zod";
import { components, engineId, text, uuid } from "./common.ts";

/** All that an engine has to say of the networks that it has, or was to have, for the cluster. */
export const mirrorReport = z.strictObject({
  /** Networks that it cannot have, and why. */
  troubles: z.array(z.strictObject({ network: uuid, trouble: text(1024, 1) })).max(65_536),
  /** Networks that are being removed, and the names of its containers on them, stopped ones too. */
  uses: z.array(z.strictObject({ engineId, containers: z.array(text(255)).max(65_536) })).max(65_536),
  /** Networks that the engine shows as they were before a change, because containers are on them. */
  outdated: z.array(engineId).max(65_536).default([]),
});
export type MirrorReport = z.input<typeof mirrorReport>;
components.add(mirrorReport, { id: "MirrorReport" });
