import type { Host } from "../../../lab/host/host.ts";
import { intoNetwork } from "../docker-network.ts";

/** Ethernet frames that no honest container sends, as hexadecimal text. */

const broadcast = "ff:ff:ff:ff:ff:ff";
const icmp6 = 58;
const etherType = { ip4: "0800", arp: "0806", ip6: "86dd" } as const;

interface From {
  readonly mac: string;
}

const hex = (mac: string) => mac.replaceAll(":", "");
const ip4 = (address: string) => Buffer.from(address.split(".").map(Number)).toString("hex");
const number = (value: number, bytes: number) => value.toString(16).padStart(2 * bytes, "0");

/** An IPv6 address with at most one `::`. */
function ip6(address: string): string {
  const [left = "", right = ""] = address.split("::");
  const words = (part: string) =>
    part
      .split(":")
      .filter(Boolean)
      .map((word) => word.padStart(4, "0"));
  const [before, behind] = [words(left), words(right)];
  return [...before, ...Array(8 - before.length - behind.length).fill("0000"), ...behind].join("");
}

function ethernet(to: string, { mac }: From, type: keyof typeof etherType, payload: string): string {
  return `${hex(to)}${hex(mac)}${etherType[type]}${payload}`;
}

/** The Internet checksum (RFC 1071). */
function checksum(data: string): string {
  const words = (data.length % 4 === 0 ? data : `${data}00`).match(/.{4}/g) ?? [];
  let sum = words.reduce((total, word) => total + Number.parseInt(word, 16), 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return number(~sum & 0xffff, 2);
}

/** "That address is mine", to everybody: a gratuitous answer (RFC 5227 §3). */
export function arpAnswer(from: From, address: string): string {
  const own = `${hex(from.mac)}${ip4(address)}`;
  return ethernet(broadcast, from, "arp", `0001080006040002${own}${own}`);
}

export function udp4(from: From, source: string, ports: readonly [number, number], to = "255.255.255.255") {
  const head = `45000024000040004011`;
  const addresses = `${ip4(source)}${ip4(to)}`;
  const ip = `${head}${checksum(`${head}0000${addresses}`)}${addresses}`;
  return ethernet(
    broadcast,
    from,
    "ip4",
    `${ip}${number(ports[0], 2)}${number(ports[1], 2)}00100000${"00".repeat(8)}`,
  );
}

/** An IPv6 packet to all nodes of the link, with its checksum; empty headers of options before what it carries. */
function overIp6(from: From, next: number, payload: string, headers: readonly number[] = []): string {
  const [own, all] = [ip6(linkLocal(from)), ip6("ff02::1")];
  const at = next === icmp6 ? 4 : 12;
  const sum = checksum(`${own}${all}${number(payload.length / 2, 4)}${number(next, 4)}${payload}`);
  const whole = payload.slice(0, at) + sum + payload.slice(at + 4);
  const chain = [...headers, next];
  // Each says what follows it, and has one option that is padding (RFC 8200 §4.2).
  const options = headers.map((_, place) => `${number(chain[place + 1] ?? next, 1)}00010400000000`).join("");
  const length = number((options.length + whole.length) / 2, 2);
  const head = `60000000${length}${number(chain[0] ?? next, 1)}ff`;
  return ethernet("33:33:00:00:00:01", from, "ip6", `${head}${own}${all}${options}${whole}`);
}

/** The address that a kernel makes of a MAC address (RFC 4291, appendix A). */
function linkLocal({ mac }: From): string {
  const bytes = mac.split(":").map((byte) => Number.parseInt(byte, 16));
  const [first = 0, second = 0, third = 0, ...last] = bytes;
  const eui = Buffer.from([first ^ 2, second, third, 0xff, 0xfe, ...last]).toString("hex");
  return `fe80::${eui.match(/.{4}/g)?.join(":")}`;
}

/** "I am your router, for half an hour" (RFC 4861 §4.2), from a link-local address. */
export function routerAdvertisement(from: From, headers: readonly number[] = []): string {
  return overIp6(from, icmp6, `8600000040000708${"00".repeat(8)}`, headers);
}

/** "That address is mine" (RFC 4861 §4.4). */
export function neighborAdvertisement(from: From, address: string): string {
  return overIp6(from, icmp6, `8800000020000000${ip6(address)}0201${hex(from.mac)}`);
}

export function udp6(from: From, ports: readonly [number, number]): string {
  return overIp6(from, 17, `${number(ports[0], 2)}${number(ports[1], 2)}00100000${"00".repeat(8)}`);
}

/**
 * A frame as hosts carry it to each other: Geneve (RFC 8926) with OVN's option, which says from which port to which
 * (ovn-architecture(7), "Tunnel Encapsulations").
 */
export function geneve(network: number, port: number, frame: string): string {
  return `02406558${number(network, 3)}00010280010000${number(port, 2)}${frame}`;
}

/** Sends frames by a container's interface, past its kernel. */
export async function send(host: Host, container: string, frames: readonly string[]): Promise<void> {
  const script = `import socket, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("eth0", 0))
for frame in sys.argv[1:]: s.send(bytes.fromhex(frame))`;
  await inNetwork(host, container, "python3", "-c", script, ...frames);
}

/** Runs a program of the host in a container's network. */
export async function inNetwork(host: Host, container: string, ...argv: readonly string[]): Promise<string> {
  return (await host.run([...(await intoNetwork(host, container)), ...argv])).stdout;
}
