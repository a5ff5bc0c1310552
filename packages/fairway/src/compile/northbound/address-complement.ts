import { cidrsOf, type Family, formatCidr, parseIp, subnetOf } from "../../ip.ts";

/** All addresses of a family but these, as the fewest subnets, ascending. @throws `invalid` where one is no IP address. */
export function exceptFor(family: Family, addresses: readonly string[]): readonly string[] {
  const values = [...new Set(addresses.map((address) => parseIp(address).value))].sort((one, other) =>
    one < other ? -1 : 1,
  );
  const { last } = subnetOf(family, 0n, 0);
  const starts = [0n, ...values.map((value) => value + 1n)];
  const ends = [...values.map((value) => value - 1n), last];
  return starts.flatMap((first, at) => cidrsOf(family, { first, last: ends[at] ?? last }).map(formatCidr));
}
