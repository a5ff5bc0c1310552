import { FairwayError } from "../../errors.ts";
import { shorten } from "../../free-text.ts";
import type { Item, Meant } from "./plugin.ts";

/** An item that has no meaning any more, and what has its place. */
export const gone =
  (note: string): Meant =>
  () => ({ note });

/** Throws `invalid` for an item's value, which it shows. Not for secrets. */
export function wrong({ place, name, value }: Item, right: string): FairwayError {
  return new FairwayError(
    "invalid",
    `${place}: ${name} must be ${right}; it is ${shorten(JSON.stringify(value) ?? String(value), 80)}`,
  );
}

/** Throws `invalid` where the value is no text, or is empty. */
export function textOf(item: Item, right = "text"): string {
  if (typeof item.value !== "string" || item.value === "") throw wrong(item, right);
  return item.value;
}

/** The path of a socket on this machine, which may stand behind `unix:`. Throws `invalid` for any other address. */
export function socketOf(item: Item): string {
  const path = /^(?:unix:(?:\/\/)?)?(\/.+)$/.exec(textOf(item))?.[1];
  if (path === undefined)
    throw wrong(item, "the path of a socket on this machine: Fairway uses those of its own machine alone");
  return path;
}

/** A whole number, also as text. Throws `invalid`. */
export function wholeNumberOf(item: Item): number {
  const number = typeof item.value === "string" && item.value !== "" ? Number(item.value) : item.value;
  if (typeof number !== "number" || !Number.isSafeInteger(number)) throw wrong(item, "a whole number");
  return number;
}

const directoryOfDefault = "/run/docker/plugins";

/** Where Docker finds the plugin: `docker.plugin`, whose directory is that of all names' sockets. */
export function pluginDirectory(directory: string): {
  readonly settings?: readonly [{ readonly key: string; readonly value: string }];
} {
  const path = directory.replace(/\/+$/, "");
  if (path.replace(/^\/var\/run\//, "/run/") === directoryOfDefault) return {};
  return { settings: [{ key: "docker.plugin", value: `${path}/fairway.sock` }] };
}

/** Of a plugin that had one scope for all its networks. */
export const scope: Meant = (item) => {
  if (item.value === "local")
    return {
      settings: [{ key: "docker.mirror", value: false }],
      note: "local: this engine gets no networks of other engines. `-o scope=host` keeps a single network on its host",
    };
  if (item.value === "global")
    return { note: "global is how Fairway's networks are; Docker's cluster-store is not needed" };
  return {
    settings: [],
    note: `${JSON.stringify(item.value)} is neither local nor global; networks are on all hosts, which \`docker.mirror: false\` changes for this one`,
  };
};
