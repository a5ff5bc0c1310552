import { type Command, InvalidArgumentError, Option } from "commander";
import type { Token } from "../../api/types.ts";
import type { Ask } from "../ask.ts";
import { shortId, table } from "../text.ts";
import { joinLine } from "./cluster.ts";

export function addTokenCommands(program: Command, ask: Ask): void {
  const token = program.command("token").description("who may join the cluster");
  token
    .command("create")
    .description("make a token with which one machine may join, and print how")
    .addOption(new Option("--role <role>", "what the machine becomes").choices(["host"]).default("host"))
    .option("--ttl <time>", "how long it is good for: seconds, or e.g. 30m, 1h, 2d", parseSeconds, 3600)
    .addHelpText("after", "\nExample:\n  sudo fairway token create --ttl 10m")
    .action(({ role, ttl }: { readonly role: "host"; readonly ttl: number }) =>
      ask((client) => client.createToken({ role, lifetime: ttl }), joinLine),
    );
  token
    .command("ls")
    .description("list the tokens; what is secret of them is told only once")
    .action(() => ask((client) => client.listTokens(), renderTokens));
  token
    .command("rm")
    .argument("<token>", "its id or the start of it, as `fairway token ls` shows it")
    .description("remove a token, so that nobody can join with it")
    .action((id: string) =>
      ask(
        (client) => client.removeToken(id),
        () => `removed ${id}`,
      ),
    );
}

function renderTokens(tokens: readonly Token[]): string {
  const rows = tokens.map(({ uuid, role, state, usedBy, expires }) => [
    shortId(uuid),
    role,
    usedBy === null ? state : `${state} by ${usedBy}`,
    `${expires.slice(0, 16).replace("T", " ")} UTC`,
  ]);
  return table(["ID", "ROLE", "STATE", "EXPIRES"], rows);
}

const secondsIn: Readonly<Record<string, number>> = { "": 1, s: 1, m: 60, h: 3600, d: 86_400 };

function parseSeconds(text: string): number {
  const [, amount = "", unit = ""] = /^(\d{1,6})([smhd]?)$/.exec(text) ?? [];
  const seconds = Number(amount) * (secondsIn[unit] ?? 0);
  if (amount === "" || seconds < 1 || seconds > 7 * 86_400)
    throw new InvalidArgumentError("It must be a time of at most a week, e.g. 600, 30m, 1h or 2d.");
  return seconds;
}
