import type { Section, TypedCommand } from "./transcript.ts";

/** `scripts/docs-pages.test.ts` asks of each block who types it. */
const typedBy = "<!-- not run: `make walk` types it on machines of its own, and writes this page -->";

const introduction = `# A walk from the package to its removal

Three Debian machines with Docker, everything typed as root. \`make walk\` types these commands on machines of its own, stops where one does not
end as it must, and writes this page: every line below is what the machines printed. Secrets of tokens and the build of the kernel are left out.
`;

/** The text of \`docs/walkthrough.md\`: what was typed and printed, with a few words before each section. */
export function walkthroughPage(sections: readonly Section[]): string {
  return [introduction, ...sections.map(sectionText)].join("\n");
}

function sectionText({ heading, intro, commands }: Section): string {
  const block = commands.map(commandText).join("\n\n");
  return `## ${heading}\n\n${intro}\n\n${typedBy}\n\`\`\`console\n${withoutSecrets(block)}\n\`\`\`\n`;
}

function commandText({ machine, line, output }: TypedCommand, index: number, all: readonly TypedCommand[]) {
  const prompt = `${machine}# ${line}`;
  const same = all.find((other) => other.output === output && other.line === line);
  // A reader needs the same long answer of another machine once.
  if (same !== undefined && all.indexOf(same) < index && output.includes("\n"))
    return `${prompt}\n… as on ${same.machine}`;
  return output === "" ? prompt : `${prompt}\n${output}`;
}

const withoutSecrets = (text: string) =>
  text
    .replaceAll(/\bhost\.[\w-]{20,}\.[\w-]{20,}/g, "host.…")
    .replaceAll(/\bkernel=(\d+(?:\.\d+)*)[^\s,]*/g, "kernel=$1");
