/** A table of a pipeline that had something to say of a packet. */
export interface TableHit {
  /** OVN's name of it, e.g. `ls_in_l2_lkup`. */
  readonly stage: string;
  /** Of the flow that matched; empty where none did: then the table drops the packet. */
  readonly match: string;
  readonly priority: number;
  /** As ovn-sb(5) writes them, without the semicolon. */
  readonly actions: readonly string[];
}

/** What a packet comes out of, at the end of a pipeline. */
export interface Output {
  readonly port: string;
  /** As ovn-sb(5), Port_Binding `type`; `patch` leads into another switch or router. */
  readonly type: string;
}

/** A packet's way through one pipeline of a switch or router. */
export interface Passage {
  readonly pipeline: "ingress" | "egress";
  /** The name of the switch or router. */
  readonly datapath: string;
  readonly inport: string;
  readonly tables: readonly TableHit[];
  readonly outputs: readonly Output[];
}

const begins = /^\s*(ingress|egress)\(dp="([^"]*)", inport="([^"]*)"/;
const hit = /^\s*\d+\. (\w+)(?: \([^)]*\))?: (.*), priority (\d+)(?:, uuid [0-9a-f]+)?$/;
const miss = /^\s*\d+\. (\w+)(?: \([^)]*\))?: no match/;
const output = /^\s*\/\* output to "([^"]*)", type "([^"]*)" \*\/$/;
const action = /^\s+([^\s/].*);(?:\s*\/\*.*)?$/;

/**
 * Reads what `ovn-trace --detailed --no-friendly-names` prints (OVN 23.03 to 26.03). Lines of a kind that is not known are passed over.
 * Undefined where there is no pipeline at all: then the text is a complaint.
 */
export function readTrace(text: string): readonly Passage[] | undefined {
  const passages: { -readonly [K in keyof Passage]: Passage[K] }[] = [];
  for (const line of text.split("\n")) {
    const beginning = begins.exec(line);
    if (beginning !== null) {
      const [, pipeline = "", datapath = "", inport = ""] = beginning;
      passages.push({ pipeline: pipeline as Passage["pipeline"], datapath, inport, tables: [], outputs: [] });
      continue;
    }
    const passage = passages.at(-1);
    if (passage !== undefined) Object.assign(passage, withLine(passage, line));
  }
  return passages.length === 0 ? undefined : passages;
}

function withLine({ tables, outputs }: Passage, line: string): Partial<Passage> {
  const found = output.exec(line);
  if (found !== null) return { outputs: [...outputs, { port: found[1] ?? "", type: found[2] ?? "" }] };
  const [, stage, match = "", priority] = hit.exec(line) ?? miss.exec(line) ?? [];
  if (stage !== undefined)
    return { tables: [...tables, { stage, match, priority: Number(priority ?? 0), actions: [] }] };
  const last = tables.at(-1);
  const done = action.exec(line)?.[1];
  if (last === undefined || done === undefined) return {};
  return { tables: [...tables.slice(0, -1), { ...last, actions: [...last.actions, done] }] };
}
