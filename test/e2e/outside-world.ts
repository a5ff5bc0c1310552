/**
 * What stands outside of a lab: a name server that knows a few names, and whoever is asked at TCP port 443 says the address at which he was. Run on the outside machine:
 *
 *   outside-world.ts ADDRESS RECORDS
 *
 * RECORDS is JSON: by name, addresses or one other name, all with a TTL of one second.
 */
import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { type Answer, decode, encode } from "dns-packet";

const [address = "", records = "{}"] = process.argv.slice(2);
const known = JSON.parse(records) as Record<string, string[]>;

function answersOf(name: string, type: string): Answer[] {
  return (known[name.toLowerCase()] ?? []).flatMap((data): Answer[] => {
    if (!/^[\d.]+$|:/.test(data)) return [{ type: "CNAME", name, data, ttl: 1 }, ...answersOf(data, type)];
    const own = data.includes(":") ? "AAAA" : "A";
    return own === type ? [{ type: own, name, data, ttl: 1 }] : [];
  });
}

const datagrams = createSocket("udp4");
datagrams.on("message", (bytes, from) => {
  const { id = 0, questions: [question] = [] } = decode(bytes);
  const answers = question === undefined ? [] : answersOf(question.name, question.type);
  const packet = encode({ type: "response", id, questions: question ? [question] : [], answers });
  datagrams.send(packet, from.port, from.address);
});
await new Promise<void>((resolve) => datagrams.bind(53, address, resolve));
const server = createServer((socket) => {
  socket.on("error", () => socket.destroy()).end(`${socket.localAddress?.replace("::ffff:", "")}\n`);
});
await new Promise<void>((resolve) => server.listen({ port: 443, host: "::" }, resolve));
console.log("serving");
