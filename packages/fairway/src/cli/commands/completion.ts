import { Argument, type Command } from "commander";
import { bashScript } from "../completion/bash.ts";
import { fishScript } from "../completion/fish.ts";
import { offersOf } from "../completion/offers.ts";

/** By shell: the script that it reads. */
const scripts = {
  bash: (program: Command) => bashScript(offersOf(program)),
  zsh: (program: Command) => `autoload -U +X bashcompinit && bashcompinit\n${bashScript(offersOf(program))}`,
  fish: (program: Command) => fishScript(offersOf(program)),
} as const;

/** `fairway completion SHELL`. It comes last: it completes what was added before. */
export function addCompletionCommand(program: Command, out: (text: string) => void): void {
  program
    .command("completion")
    .addArgument(new Argument("<shell>", "the shell").choices(Object.keys(scripts)))
    .description("print a script that completes fairway's commands, and the names of objects, in a shell")
    .addHelpText(
      "after",
      "\nExamples:\n  fairway completion bash | sudo tee /etc/bash_completion.d/fairway\n  source <(fairway completion zsh)\n" +
        "  fairway completion fish >~/.config/fish/completions/fairway.fish",
    )
    .action((shell: keyof typeof scripts) => out(scripts[shell](program)));
}
