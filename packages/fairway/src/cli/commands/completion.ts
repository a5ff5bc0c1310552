import { Argument, type Command, type Option } from "commander";

/** `fairway completion SHELL`. It comes last: it completes what was added before. */
export function addCompletionCommand(program: Command, out: (text: string) => void): void {
  program
    .command("completion")
    .addArgument(new Argument("<shell>", "the shell").choices(["bash", "zsh"]))
    .description("print a script that completes fairway's commands in a shell")
    .addHelpText(
      "after",
      "\nExamples:\n  fairway completion bash | sudo tee /etc/bash_completion.d/fairway\n  source <(fairway completion zsh)",
    )
    .action((shell: string) => out(completionScript(program, shell)));
}

/** For bash; zsh reads the same by its own compatibility. */
function completionScript(program: Command, shell: string): string {
  const cases = wordsByPath(program).map(([path, words]) => `    '${path}') words='${words.join(" ")}' ;;`);
  const choices = program.options.flatMap((option) =>
    option.argChoices === undefined
      ? []
      : [`    *' '${flagsOf(option).join("|*' '")}) words='${option.argChoices.join(" ")}' ;;`],
  );
  const ownChoices = choicesByPath(program).map(
    ([path, flag, words]) => `    '${path} ${flag}') words='${words.join(" ")}' ;;`,
  );
  return `${shell === "zsh" ? "autoload -U +X bashcompinit && bashcompinit\n" : ""}_fairway() {
  local word before='' path='' words=''
  for word in "\${COMP_WORDS[@]:1:$((COMP_CWORD - 1))}"; do
    case $before in
    ${takingValues(program).join("|")}) ;;
    *) [[ $word == -* ]] || path="\${path:+$path }$word" ;;
    esac
    before=$word
  done
  case $path in
${cases.join("\n")}
  esac
  case "$path \${COMP_WORDS[$((COMP_CWORD - 1))]}" in
${[...ownChoices, ...choices].join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _fairway fairway
`;
}

/** What may follow each chain of commands. Aliases are understood, not offered. */
function wordsByPath(program: Command): readonly (readonly [path: string, words: readonly string[]])[] {
  const everywhere = program.options.flatMap(flagsOf);
  return commandsByPath(program).map(([path, command]) => [
    path,
    [
      ...command.commands.map((child) => child.name()),
      ...(command === program ? [] : command.options.flatMap(flagsOf)),
      ...everywhere,
      "--help",
    ],
  ]);
}

/** What may follow each option of a command that takes one of a few words. */
function choicesByPath(
  program: Command,
): readonly (readonly [path: string, flag: string, words: readonly string[]])[] {
  return commandsByPath(program)
    .filter(([, command]) => command !== program)
    .flatMap(([path, { options }]) =>
      options.flatMap((option) =>
        flagsOf(option).map((flag) => [path, flag, option.argChoices ?? []] as const),
      ),
    )
    .filter(([, , words]) => words.length > 0);
}

/** Every command by each chain of words that leads to it, aliases included. */
function commandsByPath(command: Command, path = ""): readonly (readonly [path: string, Command])[] {
  const below = command.commands.flatMap((child) =>
    [child.name(), ...child.aliases()].flatMap((name) =>
      commandsByPath(child, path === "" ? name : `${path} ${name}`),
    ),
  );
  return [[path, command], ...below];
}

/** Flags behind which a word is no command. */
function takingValues(command: Command): readonly string[] {
  const own = command.options.filter(({ required }) => required).flatMap(flagsOf);
  return [...new Set([...own, ...command.commands.flatMap(takingValues)])];
}

function flagsOf({ long, short }: Option): readonly string[] {
  return [long, short].filter((flag) => flag !== undefined);
}
