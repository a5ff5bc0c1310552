import { Document, isScalar, visit } from "yaml";

/** What programs read in place of a table. */
export type DataFormat = "json" | "yaml";

/** What a terminal would obey, or show in another order (Unicode's controls of direction). */
const unprintable = /[\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** A thing for programs. @param isOneOfMany whether more follow: JSON stands in one line then, and YAML is a document of its own. */
export function dataText(format: DataFormat, value: unknown, isOneOfMany = false): string {
  if (format === "json") return printableJson(value, isOneOfMany ? 0 : 2);
  return `${isOneOfMany ? "---\n" : ""}${printableYaml(value).trimEnd()}`;
}

/**
 * JSON that a terminal shows as it is: what `printable` replaces is written as an escape, which says the same (RFC 8259 §7).
 * @param indent columns; 0: all in one line
 */
export function printableJson(value: unknown, indent = 2): string {
  return escaped(JSON.stringify(value, null, indent));
}

/** YAML that a terminal shows as it is: what it would obey is written as an escape within double quotes, which says the same (YAML 1.2 §5.7). */
export function printableYaml(value: unknown): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_key, node) {
      if (isScalar(node) && typeof node.value === "string" && node.value.search(unprintable) !== -1)
        node.type = "QUOTE_DOUBLE";
    },
  });
  return escaped(document.toString({ lineWidth: 0 }));
}

/** JSON and YAML have the same escapes for it. */
function escaped(text: string): string {
  return text.replaceAll(
    unprintable,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
