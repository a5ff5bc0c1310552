import { loadConfig } from "../config/load.ts";
import type { Config } from "../config/schema.ts";
import { messageOf } from "../errors.ts";
import { checks } from "./checks.ts";
import { type Examination, examine } from "./examine.ts";
import { Site } from "./site.ts";

/** The longest that a check may take, ms; what hangs is a finding then. */
const boundMs = 5_000;

/** Examines this machine. It needs neither Fairway to run nor a configuration that is right. */
export async function examineMachine(
  file: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Examination> {
  const { config, faults } = readConfig(file, environment);
  await using site = new Site(config, faults);
  return await examine(checks, site, boundMs);
}

/** The configuration, or the defaults beside what is wrong with it. */
function readConfig(
  file: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): { readonly config: Config; readonly faults: readonly string[] } {
  try {
    return { config: loadConfig(file, environment), faults: [] };
  } catch (error) {
    return { config: loadConfig("/dev/null", {}), faults: messageOf(error).split("\n") };
  }
}
