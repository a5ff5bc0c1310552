/**
 * Sends to a group of multicast ten times a second, or hears it and prints what comes: `group.ts send|hear GROUP PORT`. It runs in a container's
 * network, whose only interface but the loopback one it takes.
 */
import { createSocket } from "node:dgram";
import { networkInterfaces } from "node:os";

const [, , verb, group = "", port = ""] = process.argv;
const family = group.includes(":") ? 6 : 4;
const [name = "", addresses = []] = Object.entries(networkInterfaces()).find(([each]) => each !== "lo") ?? [];
const own = addresses.find((each) => each.family === "IPv4")?.address ?? "";
const link = family === 6 ? `::%${name}` : own;
const socket = createSocket({ type: `udp${family}`, reuseAddr: true });
socket.bind(verb === "hear" ? Number(port) : 0, () => {
  if (verb === "hear") {
    socket.addMembership(group, link);
    socket.on("message", (text, { address }) => process.stdout.write(`${text.toString()} from ${address}\n`));
    process.stdout.write("listening\n");
    return;
  }
  socket.setMulticastInterface(link);
  socket.setMulticastTTL(4);
  let number = 0;
  setInterval(() => socket.send(`news ${number++}`, Number(port), group), 100);
});
