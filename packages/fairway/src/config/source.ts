import { isMap, isScalar, LineCounter, type Node, parseDocument } from "yaml";
import type { Fault } from "../check.ts";
import { FairwayError } from "../errors.ts";

/** A YAML file: its content, and where in it a fault is. */
export interface Source {
  readonly content: unknown;
  /** `file:line:column` of the value, or of the nearest part around it that the file has. */
  locate(fault: Pick<Fault, "path" | "unknownKey">): string;
  has(path: readonly string[]): boolean;
}

/** Throws `invalid` with `file:line:column` for what is not YAML. */
export function readSource(file: string, text: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const broken = document.errors[0];
  if (broken !== undefined) {
    throw new FairwayError("invalid", `${place(broken.pos[0])}: not YAML: ${broken.message}`, {
      cause: broken,
    });
  }
  return {
    content: document.toJS() ?? {},
    locate({ path, unknownKey }) {
      for (let length = path.length; length >= 0; length--) {
        const node = document.getIn(path.slice(0, length), true) as Node | undefined;
        if (node?.range == null) continue;
        const key = unknownKey !== undefined && isMap(node) ? keyNode(node, unknownKey) : undefined;
        return place((key ?? node).range?.[0] ?? 0);
      }
      return file;
    },
    has: (path) => document.hasIn(path),
  };
}

function keyNode(map: Node, name: string): Node | undefined {
  if (!isMap(map)) return undefined;
  const keys = map.items.map(({ key }) => key);
  return keys.filter(isScalar).find(({ value }) => String(value) === name);
}
