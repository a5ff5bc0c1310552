import { FairwayError } from "../../errors.ts";
import { run } from "../program.ts";

/** What a program prints; undefined where it is not there or says nothing, as iptables does of tables that it cannot read. */
export async function printed(program: string, words: readonly string[]): Promise<string | undefined> {
  try {
    const { code, stdout } = await run(program, words);
    return code === 0 && stdout.trim() !== "" ? stdout : undefined;
  } catch (error) {
    if (error instanceof FairwayError && error.code === "unsupported") return undefined;
    throw error;
  }
}

/** All rules of the filter table, as `-S` prints them; none where the program is not there or says nothing. @throws as `run` does. */
export async function listIptables(program: string): Promise<readonly string[]> {
  return (await printed(program, ["-w", "5", "-S"]))?.split("\n") ?? [];
}
