import { stringify } from "yaml";
import { check, type Fault } from "../../check.ts";
import { FairwayError } from "../../errors.ts";
import { nearestName } from "../../runtime/nearest-name.ts";
import { configSchema } from "../schema.ts";
import { nuage } from "./nuage.ts";
import { opencontrail } from "./opencontrail.ts";
import { ovs } from "./ovs.ts";
import type { Item, Items, Plugin, Setting, Told } from "./plugin.ts";
import { vlcp } from "./vlcp.ts";

const plugins = { nuage, vlcp, opencontrail, ovs } as const;

/** By the driver's name. */
export type Origin = keyof typeof plugins;

export interface Imported {
  /** What stands in the file, as a value. */
  readonly content: object;
  /** The same as YAML. */
  readonly yaml: string;
  /** What the new file does not say, each with where the plugin was told and what has its place. */
  readonly notes: readonly string[];
}

interface Said extends Setting {
  /** Where, and by which word. */
  readonly by: string;
}

/**
 * Another plugin's configuration as Fairway's, which is valid. Throws `invalid` with the place of what the plugin itself would not have taken, or Fairway
 * cannot take.
 */
export function importConfiguration(from: Origin, told: Told): Imported {
  const plugin: Plugin = plugins[from];
  checkOrigin(plugin, told);
  if (told.isCommand && !plugin.hasFlags)
    throw new FairwayError(
      "invalid",
      `${plugin.title} was told by its file alone; name that instead of --command`,
    );
  const items = plugin.read(told);
  checkNames(plugin, items, told);
  const said: Said[] = [{ key: "driver-names", value: plugin.driverNames, by: plugin.title }];
  const notes: string[] = [];
  for (const item of items.values()) {
    const by = `${item.place}: ${item.name}`;
    const { settings = [], note } = plugin.meant(item.name)?.(item, items) ?? {};
    said.push(...settings.map((setting) => ({ ...setting, by })));
    if (note !== undefined) notes.push(`${by}: ${note}`);
  }
  for (const { about, settings = [], note } of plugin.assumed?.(items) ?? []) {
    const by = `${items.get(about)?.place ?? told.name}: ${about}`;
    said.push(...settings.map((setting) => ({ ...setting, by })));
    if (note !== undefined) notes.push(`${by}: ${note}`);
  }
  const content = asObject(said);
  const checked = check(configSchema, content);
  if (!checked.ok)
    throw new FairwayError("invalid", checked.faults.map((fault) => complaint(fault, said)).join("\n"));
  return { content, yaml: stringify(content), notes };
}

/** A file of another plugin's is best named, not searched for faults. */
function checkOrigin(plugin: Plugin, { name, text }: Told): void {
  if (plugin.recognises(text)) return;
  const other = Object.entries(plugins).find(([, each]) => each.recognises(text));
  if (other === undefined) return;
  const [right, { title }] = other;
  throw new FairwayError("invalid", `${name}: is of ${title}, not of ${plugin.title}; use --from ${right}`);
}

function checkNames(plugin: Plugin, items: Items, told: Told): void {
  const unknown = [...items.values()].filter(({ name }) => plugin.meant(name) === undefined);
  if (unknown.length > 0)
    throw new FairwayError("invalid", unknown.map((item) => unknownKey(item, plugin)).join("\n"));
  if (items.size === 0 && plugin.assumed === undefined)
    throw new FairwayError(
      "invalid",
      `${told.name}: says nothing; ${plugin.title} has ${plugin.known.join(", ")}`,
    );
}

function unknownKey({ place, name }: Item, { title, known }: Plugin): string {
  const nearest = nearestName(name, known);
  const hint = nearest === undefined ? `${title} has ${known.join(", ")}` : `did you mean "${nearest}"?`;
  return `${place}: unknown key "${name}"; ${hint}`;
}

/** Throws `invalid` where two items say two things of one key. */
function asObject(said: readonly Said[]): object {
  const content: Record<string, Record<string, unknown> | unknown> = {};
  const sources = new Map<string, Said>();
  for (const each of said) {
    const before = sources.get(each.key);
    if (before !== undefined && before.value !== each.value)
      throw new FairwayError(
        "invalid",
        `${each.by} says ${each.key}: ${String(each.value)}, and ${before.by} says ${String(before.value)}; leave one of them`,
      );
    sources.set(each.key, each);
    const [section = "", name] = each.key.split(".");
    content[section] =
      name === undefined ? each.value : { ...(content[section] as object), [name]: each.value };
  }
  return content;
}

function complaint({ path, message }: Fault, said: readonly Said[]): string {
  const key = path.join(".");
  const source =
    said.find((each) => each.key === key) ?? said.find((each) => each.key.startsWith(`${String(path[0])}.`));
  return source === undefined ? message : `${source.by} cannot be taken: ${message}`;
}
