import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { check, type Fault } from "../check.ts";
import { FairwayError, messageOf } from "../errors.ts";
import { defaultFile } from "./defaults.ts";
import { type Override, readOverrides } from "./environment.ts";
import { keysOf } from "./keys.ts";
import { type Config, configSchema } from "./schema.ts";
import { readSource, type Source } from "./source.ts";

/**
 * The configuration: defaults, then the file, then the environment. Without a `file`, the default one is read where it
 * exists. Throws `invalid`, naming every wrong key and value with its place and what would be right.
 */
export function loadConfig(
  file: string | undefined,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Config {
  return traceConfig(file, environment).config;
}

export interface TracedConfig {
  readonly config: Config;
  /** Who says a key's value: `default`, `file:line:column` or the environment's variable. */
  readonly originOf: (path: readonly string[]) => string;
}

/** As `loadConfig`, for a person who wonders where a value comes from. */
export function traceConfig(
  file: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): TracedConfig {
  const source = readSource(file ?? defaultFile, readText(file));
  const overrides = readOverrides(keysOf(configSchema), environment);
  const checked = check(configSchema, overrides.reduce(override, source.content));
  if (!checked.ok) throw complaint(checked.faults, source, overrides);
  const { api, ...rest } = checked.value;
  const config = { ...rest, api: { ...api, target: api.target ?? `unix:${api.socket}` } };
  const faults = contradictions(config);
  if (faults.length > 0) throw complaint(faults, source, overrides);
  const originOf = (path: readonly string[]): string => {
    const set = overrides.find((each) => each.path.join(".") === path.join("."));
    if (set !== undefined) return `environment ${set.variable}`;
    return source.has(path) ? source.locate({ path, unknownKey: undefined }) : "default";
  };
  return { config, originOf };
}

function readText(file: string | undefined): string {
  try {
    return readFileSync(file ?? defaultFile, "utf8");
  } catch (cause) {
    const missing = cause instanceof Error && "code" in cause && cause.code === "ENOENT";
    if (file === undefined && missing) return "";
    const reason = missing ? "there is no such file" : messageOf(cause);
    throw new FairwayError("invalid", `cannot read ${file ?? defaultFile}: ${reason}`, { cause });
  }
}

/** A copy of `content` with one more value. What is no object where one must be stays, for the schema to refuse. */
function override(
  content: unknown,
  { path: [name, ...rest], value }: Pick<Override, "path" | "value">,
): unknown {
  if (name === undefined) return value;
  if (typeof content !== "object" || content === null || Array.isArray(content)) {
    return content === undefined || content === null
      ? override({}, { path: [name, ...rest], value })
      : content;
  }
  return { ...content, [name]: override(Reflect.get(content, name), { path: rest, value }) };
}

/** Keys that are right each by itself, but not together. */
function contradictions({ center, api, docker, "driver-names": names }: Config): readonly Fault[] {
  const faults: Fault[] = [];
  const own = basename(docker.plugin, ".sock");
  if (own !== "fairway" && names.some((name) => name === own)) {
    const message = `driver-names must not have ${own}: docker.plugin, ${docker.plugin}, gives that name to fairway already`;
    faults.push({ path: ["driver-names"], unknownKey: undefined, message });
  }
  const isRemote = api.target.startsWith("https:");
  if (!center.enabled && !isRemote) {
    const message = "api.target must be https://HOST:PORT of a center, since center.enabled is false here";
    faults.push({ path: ["api", "target"], unknownKey: undefined, message });
  }
  for (const name of ["ca", "cert", "key"] as const) {
    if (!isRemote || api[name] !== undefined) continue;
    const message = `api.${name} is missing; ${api.target} needs api.ca, api.cert and api.key`;
    faults.push({ path: ["api", name], unknownKey: undefined, message });
  }
  return faults;
}

function complaint(faults: readonly Fault[], source: Source, overrides: readonly Override[]): FairwayError {
  const lines = faults.map((fault) => {
    const set = overrides.find(({ path }) => path.every((part, index) => part === fault.path[index]));
    const where = set === undefined ? source.locate(fault) : `environment ${set.variable}`;
    return `${where}: ${fault.message}`;
  });
  return new FairwayError("invalid", lines.join("\n"));
}
