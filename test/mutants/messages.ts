import type { Mutant } from "./mutant.ts";

const file = "packages/fairway/src/agent/netlink-message.ts";
const test = "packages/fairway/test/agent/netlink-message.test.ts";

/** Bytes from outside. */
export const mutants: readonly Mutant[] = [
  {
    breaks: "a netlink message that is cut off is none",
    file,
    from: " || offset + length > datagram.length",
    to: "",
    test,
  },
  {
    breaks: "a netlink attribute that is cut off is none",
    file,
    from: " || offset + length > data.length",
    to: "",
    test,
  },
];
