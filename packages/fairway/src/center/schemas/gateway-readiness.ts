import { z } from "zod";
import { components, text, uuid } from "./common.ts";

/** Of which routers a host can be the way out; of those that it may be and does not name, nobody knows. */
export const gatewayReadiness = z.strictObject({
  routers: z
    .array(
      z.strictObject({
        router: uuid,
        /** Why it cannot; null where it can. */
        trouble: text(256, 1).nullable(),
      }),
    )
    .max(4_096),
});
export type GatewayReadiness = z.input<typeof gatewayReadiness>;
components.add(gatewayReadiness, { id: "GatewayReadiness" });
