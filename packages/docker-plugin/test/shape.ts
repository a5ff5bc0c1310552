import { isIP } from "node:net";

/**
 * What of a message makes a difference to who reads it: names, types, what is empty, which kind of text; not the values.
 * Two messages of one shape are the same test.
 */
export function shapeOf(value: unknown, name = ""): unknown {
  if (Array.isArray(value)) return shapeOfList(value);
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value).map(([key, content]) => [key, shapeOf(content, key)] as const);
    return Object.fromEntries(fields.sort(([one], [other]) => (one < other ? -1 : 1)));
  }
  if (typeof value === "string") return shapeOfText(value);
  if (typeof value === "number" && value !== 0 && name !== "Proto" && name !== "DiscoveryType")
    return "number";
  return value;
}

function shapeOfList(items: readonly unknown[]): unknown {
  if (items.length === 0) return [];
  const shapes = new Set(items.map((item) => JSON.stringify(shapeOf(item))));
  return [items.length > 1 ? "several" : "one", ...[...shapes].sort()];
}

function shapeOfText(text: string): string {
  if (text === "") return "";
  if (/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(text)) return "MAC";
  const [address = "", prefix] = text.split("/");
  if (isIP(address) === 0) return "text";
  return `IPv${isIP(address)}${prefix === undefined ? "" : " CIDR"}`;
}
