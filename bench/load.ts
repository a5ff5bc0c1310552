import { once } from "node:events";
import { connect } from "node:net";

/**
 * Asks a web server again and again, each time by a connection of its own, and prints how many answers came in a second:
 * `node load.ts ADDRESS PORT SECONDS CONNECTIONS`.
 */
const [host = "", port = "", seconds = "5", connections = "8"] = process.argv.slice(2);
const warmUpMs = 500;
let answers = 0;
let failures = 0;

async function ask(): Promise<void> {
  const socket = connect({ host, port: Number(port) });
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  socket.on("error", () => undefined);
  socket.end(`GET / HTTP/1.0\r\nHost: ${host}\r\n\r\n`);
  await once(socket, "close");
  if (Buffer.concat(chunks).includes(" 200 OK")) answers++;
  else failures++;
}

const begun = performance.now();
const endAt = begun + warmUpMs + Number(seconds) * 1000;
let countedFrom = begun;
setTimeout(() => {
  answers = 0;
  failures = 0;
  countedFrom = performance.now();
}, warmUpMs);
const one = async () => {
  while (performance.now() < endAt) await ask();
};
await Promise.all(Array.from({ length: Number(connections) }, one));
const perSecond = answers / ((performance.now() - countedFrom) / 1000);
process.stdout.write(`${JSON.stringify({ perSecond, failures })}\n`);
