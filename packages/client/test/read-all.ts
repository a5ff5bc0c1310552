import { createClient } from "../src/node/index.ts";

/**
 * Reads all networks of the center at a target, and prints how many there were and the most that the heap held at the end of a page, bytes. Run it
 * with `--expose-gc`.
 */
const [target = "", way = "each"] = process.argv.slice(2);
const collect = globalThis.gc ?? (() => undefined);
await using client = createClient({ target });
collect();
const before = process.memoryUsage().heapUsed;
let [count, most, last] = [0, 0, ""];
const all = way === "each" ? client.each("listNetworks") : await client.listNetworks();
for await (const { name } of all) {
  if (name <= last) throw new Error(`${name} comes behind ${last}`);
  last = name;
  if (++count % 500 !== 0) continue;
  collect();
  most = Math.max(most, process.memoryUsage().heapUsed - before);
}
console.log(JSON.stringify({ count, most }));
