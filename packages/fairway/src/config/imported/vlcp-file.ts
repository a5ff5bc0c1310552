import { FairwayError } from "../../errors.ts";
import { parseLiteral } from "../../python-literal.ts";
import type { Item, Items } from "./plugin.ts";

/**
 * The lines `key=value` of VLCP's configuration: a value is a literal of Python and goes on in lines that begin with white space; `#` begins a comment.
 * Throws `invalid` with the line. Messages show no value: an address may hold a password.
 */
export function vlcpItems(file: string, text: string): Items {
  const items = new Map<string, Item>();
  for (const { line, content } of statements(file, text)) {
    const place = `${file}:${line}`;
    const [, name, literal = ""] = /^([\w.]+)\s*=([^]*)$/.exec(content) ?? [];
    if (name === undefined) throw new FairwayError("invalid", `${place}: must be KEY=VALUE, or begin with #`);
    const before = items.get(name);
    if (before !== undefined)
      throw new FairwayError(
        "invalid",
        `${place}: ${name} stands in line ${before.place.slice(file.length + 1)} already; leave one`,
      );
    items.set(name, { name, value: valueOf(place, name, literal), place });
  }
  return items;
}

interface Statement {
  readonly line: number;
  content: string;
}

function statements(file: string, text: string): readonly Statement[] {
  const found: Statement[] = [];
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (/^\s*(?:#|$)/.test(line)) continue;
    const last = found.at(-1);
    if (!/^\s/.test(line)) found.push({ line: index + 1, content: line });
    else if (last !== undefined) last.content += `\n${line}`;
    else
      throw new FairwayError(
        "invalid",
        `${file}:${index + 1}: must not begin with white space: no value goes on here`,
      );
  }
  return found;
}

function valueOf(place: string, name: string, literal: string): unknown {
  try {
    return parseLiteral(literal);
  } catch {
    throw new FairwayError(
      "invalid",
      `${place}: ${name} must have a literal of Python: 'text', a number, True, False, None, or a list or dictionary of these`,
    );
  }
}
