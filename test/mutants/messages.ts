import type { Mutant } from "./mutant.ts";

const file = "packages/fairway/src/host/netlink/message.ts";
const test = "packages/fairway/test/host/netlink-message.test.ts";

const ip = { file: "packages/fairway/src/ip.ts", test: "packages/fairway/test/ip.test.ts" };
const dns = {
  file: "packages/fairway/src/agent/names/message.ts",
  test: "packages/fairway/test/agent/names/message.test.ts",
};

/** Bytes from outside, and addresses. */
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
  { ...ip, breaks: "a subnet's last address", from: "ip.value <= cidr.last", to: "ip.value < cidr.last" },
  { ...ip, breaks: "the end of a subnet in another", from: "inner.last <= outer.last", to: "true" },
  { ...ip, breaks: "subnets before another do not overlap it", from: " && other.first <= one.last", to: "" },
  { ...ip, breaks: "the end of a span", from: " || larger.last > last", to: "" },
  { ...dns, breaks: "the id of an answer", from: "bytes.readUInt16BE(0) === id && ", to: "" },
  { ...dns, breaks: "RD is repeated", from: "(recursionDesired ? RECURSION_DESIRED : 0)", to: "0" },
  { ...dns, breaks: "RA is answered", from: "| RECURSION_AVAILABLE |", to: "|" },
  {
    breaks: "names that are too old are not answered",
    file: "packages/fairway/src/agent/names/answer-cache.ts",
    from: " || this.#age(kept) >= this.#keeping(kept.value).staleMs",
    to: "",
    test: "packages/fairway/test/agent/names/resolver.test.ts",
  },
];
