import { resolve } from "node:path";
import type { Host } from "../../lab/host/host.ts";
import { inspect } from "./docker-network.ts";

/** Where Fairway answers, on every network. */
export const nameServer = "169.254.53.53";

const checkout = resolve(import.meta.dirname, "../..");

/** One question from within a container, by a program that it need not have. */
export async function askName(host: Host, container: string, server: string, ...question: string[]) {
  const pid = await inspect(host, container, "{{.State.Pid}}");
  const program = [`${checkout}/node_modules/node/bin/node`, `${checkout}/test/e2e/ask-name.ts`];
  const { stdout } = await host.run([
    "nsenter",
    `--net=/proc/${pid}/ns/net`,
    ...program,
    server,
    ...question,
  ]);
  return JSON.parse(stdout) as { rcode?: number; data?: string[]; edns?: boolean; silent?: true };
}
