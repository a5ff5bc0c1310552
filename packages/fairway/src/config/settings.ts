import { keysOf, valueAt } from "./keys.ts";
import { traceConfig } from "./load.ts";
import { configSchema } from "./schema.ts";

/** A key with what it is set to, and who says so: `default`, `file:line:column` or a variable of the environment. */
export interface Setting {
  readonly key: string;
  /** Null where nothing is set and nothing is assumed. */
  readonly value: unknown;
  readonly from: string;
}

/** Every key in effect, in the schema's order. Throws `invalid`, as `loadConfig` does. */
export function settingsOf(
  file: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): readonly Setting[] {
  const { config, originOf } = traceConfig(file, environment);
  return keysOf(configSchema).map(({ path }) => ({
    key: path.join("."),
    value: valueAt(config, path) ?? null,
    from: originOf(path),
  }));
}
