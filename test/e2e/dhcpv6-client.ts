/**
 * Asks for an address by DHCPv6 (RFC 8415) on a link, with Solicit and Request, and prints what it gets as JSON; run in a network namespace:
 *
 *   dhcpv6-client.ts INTERFACE
 */
import { createSocket } from "node:dgram";
import { networkInterfaces } from "node:os";

const [device = ""] = process.argv.slice(2);
const everybody = "ff02::1:2";
const message = { solicit: 1, advertise: 2, request: 3, reply: 7 } as const;
const option = { client: 1, server: 2, addresses: 3, address: 5, wanted: 6, elapsed: 8, dns: 23 } as const;

const word = (value: number): Buffer => Buffer.from([value >> 8, value & 255]);
const write = (code: number, body: Buffer): Buffer => Buffer.concat([word(code), word(body.length), body]);

function read(bytes: Buffer): ReadonlyMap<number, Buffer> {
  const options = new Map<number, Buffer>();
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = bytes.readUInt16BE(at + 2);
    options.set(bytes.readUInt16BE(at), bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return options;
}

const text = (bytes: Buffer): string =>
  new URL(`http://[${(bytes.toString("hex").match(/.{4}/g) ?? []).join(":")}]`).hostname.slice(1, -1);

const own = networkInterfaces()[device]?.find(({ family, scopeid }) => family === "IPv6" && scopeid !== 0);
if (own === undefined) throw new Error(`${device} has no link-local address`);
const client = write(
  option.client,
  Buffer.concat([word(3), word(1), Buffer.from(own.mac.replaceAll(":", ""), "hex")]),
);
const noAddress = write(option.addresses, Buffer.concat([Buffer.from([0, 0, 0, 1]), Buffer.alloc(8)]));
const common = [client, write(option.elapsed, word(0)), write(option.wanted, word(option.dns))];
const transaction = Buffer.from([1, 2, 3]);

const socket = createSocket("udp6");
const say = (type: number, ...options: readonly Buffer[]) =>
  socket.send(Buffer.concat([Buffer.from([type]), transaction, ...options]), 547, `${everybody}%${device}`);

socket.on("message", (bytes) => {
  const options = read(bytes.subarray(4));
  const server = options.get(option.server);
  const association = options.get(option.addresses);
  if (server === undefined || association === undefined) return;
  if (bytes[0] === message.advertise)
    say(message.request, ...common, write(option.server, server), write(option.addresses, association));
  if (bytes[0] !== message.reply) return;
  const address = read(association.subarray(12)).get(option.address);
  const dns = options.get(option.dns) ?? Buffer.alloc(0);
  const servers = Array.from({ length: dns.length / 16 }, (_, at) =>
    text(dns.subarray(16 * at, 16 * at + 16)),
  );
  console.log(
    JSON.stringify({ addresses: address === undefined ? [] : [text(address.subarray(0, 16))], dns: servers }),
  );
  process.exit(0);
});
socket.bind(546, `${own.address}%${device}`, () => say(message.solicit, ...common, noAddress));
setTimeout(() => {
  console.log(JSON.stringify({ addresses: [], dns: [] }));
  process.exit(0);
}, 5_000);
