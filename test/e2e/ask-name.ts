/**
 * Asks a DNS server one question and prints the answer as JSON; run in a container's network namespace:
 *
 *   ask-name.ts SERVER NAME TYPE [tcp] [edns]
 */
import { createSocket } from "node:dgram";
import { connect } from "node:net";
import {
  type Answer,
  decode,
  encode,
  type Packet,
  type RecordType,
  streamDecode,
  streamEncode,
} from "dns-packet";

const [server = "", name = "", type = "A", ...how] = process.argv.slice(2);

const opt: Answer = {
  type: "OPT",
  name: ".",
  udpPayloadSize: 1232,
  extendedRcode: 0,
  ednsVersion: 0,
  flags: 0,
  flag_do: false,
  options: [],
};
const question: Packet = {
  type: "query",
  id: 4711,
  flags: 0x100,
  questions: [{ name, type: type as RecordType }],
  additionals: how.includes("edns") ? [opt] : [],
};

const print = ({ flags = 0, answers = [], additionals = [] }: Packet): void => {
  const data = answers.flatMap((answer) => ("data" in answer ? [answer.data] : []));
  const edns = additionals.some((record) => record.type === "OPT");
  console.log(JSON.stringify({ rcode: flags & 0xf, data, edns }));
  process.exit(0);
};

if (how.includes("tcp")) {
  let received = Buffer.alloc(0);
  const socket = connect(53, server).on("data", (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    const packet = received.length > 2 ? streamDecode(received) : null;
    if (packet !== null) print(packet);
  });
  socket.write(streamEncode(question));
} else {
  const socket = createSocket("udp4").on("message", (bytes) => print(decode(bytes)));
  socket.send(encode(question), 53, server);
}
setTimeout(() => {
  console.log(JSON.stringify({ silent: true }));
  process.exit(0);
}, 5_000);
