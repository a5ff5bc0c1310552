/** A fenced block of a page. */
export interface Block {
  /** The page's line that the block begins on, behind the fence. */
  readonly line: number;
  /** The heading above it. */
  readonly heading: string;
  /** What stands behind the fence: `console`, `yaml`, or nothing. */
  readonly language: string;
  readonly text: string;
  /** Why nobody types it: `<!-- not run: REASON -->` stands above it, which a reader of the page does not see. */
  readonly notRun?: string;
}

/** A line that a person types, and what the page says that it prints. */
export interface Step {
  /** `h1`, `h2` and so on; the page's only machine has no name. */
  readonly host: string | undefined;
  readonly command: string;
  /** What is printed; empty where the page shows nothing of it. */
  readonly output: string;
  readonly line: number;
}

const fence = /^(\s*)```(\w*)$/;

/** The fenced blocks of a page, in its order, those within lists without their indent. */
export function blocksOf(page: string): readonly Block[] {
  const blocks: Block[] = [];
  let heading = "";
  let above = "";
  let open: { indent: string; language: string; line: number; lines: string[] } | undefined;
  for (const [at, line] of page.split("\n").entries()) {
    const [, indent = "", language = ""] = fence.exec(line) ?? [];
    if (open !== undefined && line.trim() === "```") {
      const [, reason] = /^<!-- not run: (.+) -->$/.exec(above) ?? [];
      const text = open.lines.map((each) => each.replace(open?.indent ?? "", "")).join("\n");
      blocks.push({
        line: open.line,
        heading,
        language: open.language,
        text,
        ...(reason !== undefined && { notRun: reason }),
      });
      open = undefined;
      above = "";
    } else if (open !== undefined) open.lines.push(line);
    else if (fence.test(line)) open = { indent, language, line: at + 2, lines: [] };
    else {
      heading = /^#+ (.+)$/.exec(line)?.[1] ?? heading;
      if (line.trim() !== "") above = line.trim();
    }
  }
  return blocks;
}

/** `h1# ` is root's prompt on that host, `# ` root's and `$ ` anybody's on the only machine that the page speaks of. */
const prompt = /^(h\d+)?[#$] (.*)$/;

/** What a block of `console`, which begins on that line of its page, says that somebody types. */
export function stepsOf({ text, line }: Pick<Block, "text" | "line">): readonly Step[] {
  const steps: { host: string | undefined; command: string; output: string[]; line: number }[] = [];
  for (const [at, each] of text.split("\n").entries()) {
    const last = steps.at(-1);
    const [, host, command] = prompt.exec(each) ?? [];
    if (command !== undefined) steps.push({ host, command, output: [], line: line + at });
    else if (last?.output.length === 0 && goesOn(last.command)) last.command += `\n${each}`;
    else last?.output.push(each);
  }
  return steps.map((step) => ({ ...step, output: step.output.join("\n").trimEnd() }));
}

/** Behind a backslash, and within a quoted text. */
function goesOn(command: string): boolean {
  return command.endsWith("\\") || command.split("'").length % 2 === 0;
}

/** Whether somebody is to type what a block holds. */
export function isTyped({ language, text }: Block): boolean {
  return language === "console" || (language === "" && text.split("\n").some((line) => prompt.test(line)));
}
