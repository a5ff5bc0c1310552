import type { Option } from "commander";
import { commandTree, type DescribedCommand } from "../../src/cli/command-tree.ts";

/** The text of `docs/cli.md`, made from the definitions of the commands. */
export function cliPage(): string {
  const [program, ...commands] = commandTree();
  if (program === undefined) throw new Error("there is no command");
  return `# Commands

Run all commands as root. The commands that show networks, endpoints, hosts and ports, \`status\` and \`version\` work on every host of the cluster.
Those that change them, and \`fairway token\`, work on the center; on another host they say so ([limits.md](limits.md#commands-on-other-hosts)).

\`list\` is another name of \`ls\`, \`inspect\` of \`show\`, \`delete\` and \`remove\` of \`rm\`, and \`container\` of \`endpoint\`. At a terminal
states have colours unless \`NO_COLOR\` is set, and what cuts traffic asks first: \`-y\` answers. The Debian package
brings this page as pages of the manual, too: \`man fairway\`, \`man fairway-network-ls\`.

A command exits with 0, with 1 when it failed, and with 2 when its command line is wrong. With \`FAIRWAY_DEBUG=1\` in the environment an
error is followed by its stack. \`fairway COMMAND --help\` prints what is on this page.

| command | does |
| --- | --- |
${commands.filter(isLeaf).map(rowOf).join("\n")}

## Lists in scripts

Every \`ls\` shows what fails first, unless \`--sort\` names a column; that also orders \`-o json\`. \`--no-headers\` leaves out the columns' names.
\`-o name\` prints for each item what other commands call it: a name, of a subnet \`CIDR@NETWORK\`, of an endpoint and of a token its id.
With \`--watch\` a list is printed again whenever it changes: at a terminal in its place, elsewhere behind an empty line, and with \`-o json\` as
one line each time. What time alone changes, as \`LAST HEARD\`, is as old as the last change.

\`\`\`console
# fairway network ls --label team=web -o name | xargs -n 1 fairway network rm -y
# fairway endpoint ls --no-headers --sort host
\`\`\`

<!-- not run: the lab's hosts have no jq -->
\`\`\`console
# fairway host ls --watch -o json | jq --unbuffered -c 'map(select(.state == "down").name)'
\`\`\`

## Options of every command

${optionsTable(program.command.options)}

${commands.filter(isLeaf).map(section).join("\n\n")}

---

A test compares this page with the commands;
\`UPDATE_DOCS=1 node --test packages/fairway/test/cli/pages.test.ts\` writes it anew.
`;
}

/** Why the test that types the pages does not type a command's examples; what proves it instead. */
const notRun: Readonly<Record<string, string>> = {
  "fairway host rm": "it takes hosts out of the cluster: test/e2e/dead-hosts.test.ts, leave.test.ts",
  "fairway init": "docs/many-hosts.md types it",
  "fairway join": "docs/many-hosts.md types it",
  "fairway leave": "docs/uninstall.md types it",
  "fairway run": "Fairway runs already",
};

/** Examples as root types them. The page says that all commands are root's, so `sudo` says nothing more. */
function typedExamples(words: string, examples: string): string {
  const reason = notRun[words];
  const lines = examples.split("\n").map((line) => `# ${line.replaceAll("sudo ", "")}`);
  const marker = reason === undefined ? "" : `<!-- not run: ${reason} -->\n`;
  return `${marker}\`\`\`console\n${lines.join("\n")}\n\`\`\``;
}

const isLeaf = ({ command }: DescribedCommand): boolean => command.commands.length === 0;

function rowOf({ words, command }: DescribedCommand): string {
  return `| [\`${words}\`](#${words.replaceAll(" ", "-")}) | ${command.description()} |`;
}

function section({ words, command, notes }: DescribedCommand): string {
  const [note, examples] = split(notes);
  const operands = command.registeredArguments.map(
    (argument) => `| \`${argument.name().toUpperCase()}\` | ${argument.description} |`,
  );
  const parts = [
    `## ${words}`,
    `\`\`\`\n${[words, command.usage()]
      .join(" ")
      .replace("[options]", command.options.length > 0 ? "[options]" : "")
      .replaceAll("  ", " ")
      .trim()}\n\`\`\``,
    `${command.description().replace(/^./, (letter) => letter.toUpperCase())}.`,
    ...(operands.length > 0 ? [`| operand | is |\n| --- | --- |\n${operands.join("\n")}`] : []),
    ...(command.options.length > 0 ? [optionsTable(command.options)] : []),
    ...(note === "" ? [] : [note]),
    ...(examples === "" ? [] : [typedExamples(words, examples)]),
  ];
  return parts.join("\n\n");
}

function optionsTable(options: readonly Option[]): string {
  return `| option | does | default |\n| --- | --- | --- |\n${options.map(optionRow).join("\n")}`;
}

function optionRow({ flags, description, defaultValue, argChoices, envVar, negate }: Option): string {
  const choices =
    argChoices === undefined ? "" : `: ${argChoices.map((choice) => `\`${choice}\``).join(" or ")}`;
  const variable = envVar === undefined ? "" : `; \`${envVar}\` in the environment takes its place`;
  const isOff = defaultValue === undefined || defaultValue === false || negate;
  const byDefault = isOff ? "" : `\`${String(defaultValue)}\``;
  return `| \`${flags}\` | ${description}${choices}${variable} | ${byDefault} |`;
}

/** What help says below the options: sentences, then examples. */
function split(notes: string): readonly [note: string, examples: string] {
  const [note = "", examples = ""] = notes.split(/^Examples?:$/m);
  return [note.trim(), examples.replaceAll(/^ {2}/gm, "").trim()];
}
