import { z } from "zod";
import { sources } from "../fields.ts";

/** What published ports of this host are where nobody says otherwise. */
export const publish = z
  .strictObject({
    from: sources
      .optional()
      .meta({ shown: "everywhere" })
      .describe(
        "Who may reach the published ports of containers that start on this host without `--driver-opt fairway.publish-from=`: subnets and " +
          "addresses of clients",
      ),
  })
  .prefault({});
