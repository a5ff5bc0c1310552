import { z } from "zod";
import { option } from "../option-text.ts";
import { uuid } from "../schemas/common.ts";

/** What ties an engine's network, or its pool, to a network that exists: `-o` and `--ipam-opt` say it alike. */
export const handleSpec = z.strictObject({
  /** The network that this one is a handle of. */
  network: option(z.string().min(1).optional(), {
    names: ["network"],
    takes: "the name, UUID or engine's id of a network that exists",
  }),
  /** For which organization the network is used that another one shares with it. */
  organization: option(z.string().min(1).optional(), {
    names: ["organization"],
    takes:
      "with `network`: the name of the organization with which that is shared, and for which it is used here",
  }),
  /** The network that Fairway itself made this one a mirror of. Nobody else writes it. */
  mirror: option(uuid.optional(), {
    names: ["mirror"],
    takes: "the UUID of a network; Fairway writes it on the mirrors that it makes",
  }),
});
