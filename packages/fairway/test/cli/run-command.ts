import { main } from "../../src/cli/main.ts";
import type { Surroundings } from "../../src/cli/program.ts";
import type { Served } from "../api/serve.ts";

interface Outcome {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in this process, and gives what it printed. */
export async function fairway(
  args: readonly string[],
  surroundings: Partial<Surroundings> = {},
): Promise<Outcome> {
  let [out, err] = ["", ""];
  const status = await main(args, {
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    environment: {},
    run: () => Promise.reject(new Error("not asked for")),
    ...surroundings,
  });
  return { status, out, err };
}

/** The same, asking a center that a test serves. */
export function at(
  served: Pick<Served, "path">,
  line: string,
  surroundings: Partial<Surroundings> = {},
): Promise<Outcome> {
  return fairway([...line.split(" "), "--socket", served.path], surroundings);
}
