import { readFile } from "node:fs/promises";

/** The API takes no more; a machine with more routes is a router, and knows its subnets. */
const maxRoutes = 4096;

/**
 * Where this host's main routing table leads, default routes left out: an automatic subnet that overlapped one would cut the host
 * off from it. Docker compares with the same table, and asks again for as long as it is given what overlaps.
 * @param directory `/proc/net`, where the kernel shows it (proc_pid_net(5)).
 */
export async function hostRoutes(family: 4 | 6, directory = "/proc/net"): Promise<string[]> {
  const file = family === 4 ? "route" : "ipv6_route";
  // Without IPv6 in the kernel its file is not there.
  const text = await readFile(`${directory}/${file}`, "latin1").catch(() => "");
  const routes = text.split("\n").flatMap(family === 4 ? routeV4 : routeV6);
  return [...new Set(routes)].slice(0, maxRoutes);
}

/** `eth0 00000A0A 00000000 0001 0 0 0 0000FFFF …`: destination and mask are words in the host's byte order. */
function routeV4(line: string): string[] {
  const [, destination = "", , , , , , mask = ""] = line.trim().split(/\s+/);
  if (!isHex(destination, 8) || !isHex(mask, 8) || mask === "00000000") return [];
  const address = destination.match(/../g)?.toReversed() ?? [];
  const prefix = Number.parseInt(mask, 16).toString(2).replaceAll("0", "").length;
  return [`${address.map((byte) => Number.parseInt(byte, 16)).join(".")}/${prefix}`];
}

/** `fd000000000000000000000000000000 40 … eth0`. Link-local and multicast are on every link and in nobody's way. */
function routeV6(line: string): string[] {
  const [destination = "", prefix = ""] = line.trim().split(/\s+/);
  if (!isHex(destination, 32) || !isHex(prefix, 2) || prefix === "00") return [];
  if (/^(fe[89ab]|ff|0{31}1)/.test(destination)) return [];
  return [`${destination.match(/.{4}/g)?.join(":")}/${Number.parseInt(prefix, 16)}`];
}

function isHex(text: string, digits: number): boolean {
  return text.length === digits && /^[0-9a-f]+$/i.test(text);
}
