import { type Command, Option } from "commander";
import type { Token } from "../../center/schemas/member.ts";
import { type Ask, bounds } from "../ask.ts";
import { parseSeconds } from "../duration.ts";
import { listOf } from "../list.ts";
import type { ListCommands } from "../list-commands.ts";
import { shortId } from "../text.ts";
import { joinLine } from "./cluster.ts";

/** Adds `fairway token`. */
export function addTokenCommands(program: Command, ask: Ask, lists: ListCommands): void {
  const token = program
    .command("token")
    .description("create, list and remove the tokens with which machines join");
  token
    .command("create")
    .description("create a token for one machine, and print the line to run there")
    .addOption(new Option("--role <role>", "what the machine becomes").choices(["host"]).default("host"))
    .option("--ttl <time>", "how long the token is valid: seconds, or e.g. 30m, 1h, 2d", parseSeconds, 3600)
    .addHelpText("after", "\nExample:\n  sudo fairway token create --ttl 10m")
    .action(({ role, ttl }: { readonly role: "host"; readonly ttl: number }) =>
      ask((client) => client.createToken({ role, lifetime: ttl }), joinLine, bounds.change),
    );
  lists.add(token.command("ls").description("list the tokens, without their secrets"), {
    lists: [tokens],
    nouns: ["token"],
  });
  token
    .command("rm")
    .argument("<token>", "the token's id or its beginning, as in `fairway token ls`")
    .description("remove a token; nobody can join with it any more")
    .action((id: string) =>
      ask(
        (client) => client.removeToken({ token: id }),
        () => `removed ${id}`,
        bounds.change,
      ),
    );
}

const tokens = listOf<Token, unknown>(
  {
    columns: [
      { title: "ID", cell: ({ uuid }) => shortId(uuid) },
      { title: "ROLE", cell: ({ role }) => role },
      { title: "STATE", cell: ({ state, usedBy }) => (usedBy === null ? state : `${state} by ${usedBy}`) },
      { title: "EXPIRES", cell: ({ expires }) => `${expires.slice(0, 16).replace("T", " ")} UTC` },
    ],
    name: ({ uuid }) => uuid,
  },
  (client) => Array.fromAsync(client.each("listTokens")),
);
