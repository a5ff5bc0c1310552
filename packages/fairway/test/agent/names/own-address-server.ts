/** A name server for tests: it answers every question with the address that it was asked at. Its arguments are its addresses. */
import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import { type Answer, decode, encode } from "dns-packet";
import { FrameReader, frame } from "../../../src/agent/names/frames.ts";

function answer(bytes: Buffer, address: string): Buffer {
  const { id = 0, questions: [question] = [] } = decode(bytes);
  const name = question?.name ?? "";
  const isText = question?.type === "TXT" || address.includes(":");
  const answers: Answer[] = [{ type: isText ? "TXT" : "A", name, data: address }];
  return encode({ type: "response", id, questions: question ? [question] : [], answers });
}

for (const address of process.argv.slice(2)) {
  const datagrams = createSocket(address.includes(":") ? "udp6" : "udp4");
  datagrams.on("message", (bytes, from) => datagrams.send(answer(bytes, address), from.port, from.address));
  await new Promise<void>((resolve) => datagrams.bind(53, address, resolve));
  createServer((socket) => {
    const reader = new FrameReader();
    socket.on("data", (chunk) => {
      for (const bytes of reader.push(chunk)) socket.write(frame(answer(bytes, address)));
    });
  }).listen(53, address);
}
console.log("serving");
