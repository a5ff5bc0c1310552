import type { Argument, Command, Option } from "commander";

/** What may come next on a command line. */
export interface Offer {
  readonly words: readonly string[];
  /** The command of Fairway that lists objects which may come, too: `network ls`. */
  readonly list?: string | undefined;
}

/** What a shell offers of a program. */
export interface Offers {
  /** By the chain of commands before it: `network show`. */
  readonly behind: ReadonlyMap<string, Offer>;
  /** What options take, by the chain of commands and the flag. */
  readonly values: readonly { readonly path: string; readonly flag: string; readonly offer: Offer }[];
  /** What options take that may stand behind every command. */
  readonly commonValues: readonly { readonly flags: readonly string[]; readonly words: readonly string[] }[];
  /** Flags behind which a word is no command. */
  readonly taking: readonly string[];
}

/** Nobody waits longer for names before he types them himself. */
export const patienceSeconds = 3;

/** By what an operand or an option's value is called: the command that lists such objects by the names that other commands take. */
const lists: Readonly<Record<string, string>> = {
  address: "address ls",
  domain: "domain ls",
  endpoint: "endpoint ls",
  group: "group ls",
  host: "host ls",
  network: "network ls",
  "physical-network": "physical-network ls",
  organization: "organization ls",
  policy: "policy ls",
  port: "port ls --logical",
  principal: "principal ls",
  router: "router ls",
  target: "route-target ls",
  subnet: "subnet ls",
  token: "token ls",
  vip: "vip ls",
  zone: "zone ls",
};

/** What may follow each chain of commands, and each option. Aliases are understood, not offered. */
export function offersOf(program: Command): Offers {
  const everywhere = program.options.flatMap(flagsOf);
  const commands = commandsByPath(program);
  return {
    behind: new Map(
      commands.map(([path, command]) => [
        path,
        {
          words: [
            ...command.commands.map((child) => child.name()),
            ...(command === program ? [] : command.options.flatMap(flagsOf)),
            ...everywhere,
            "--help",
          ],
          list: listOfOperand(command),
        },
      ]),
    ),
    values: commands
      .filter(([, command]) => command !== program)
      .flatMap(([path, { options }]) =>
        options.flatMap((option) => {
          const offer = { words: option.argChoices ?? [], list: listOfValue(option) };
          const isKnown = offer.words.length > 0 || offer.list !== undefined;
          return isKnown ? flagsOf(option).map((flag) => ({ path, flag, offer })) : [];
        }),
      ),
    commonValues: program.options.flatMap((option) =>
      option.argChoices === undefined ? [] : [{ flags: flagsOf(option), words: option.argChoices }],
    ),
    taking: takingValues(program),
  };
}

/** A command is not completed by the names of what it creates. */
function listOfOperand(command: Command): string | undefined {
  const [first]: readonly Argument[] = command.registeredArguments;
  const isNew = command.name() === "create" && command.parent?.name() === first?.name();
  return first === undefined || isNew ? undefined : lists[first.name()];
}

function listOfValue({ flags, required }: Option): string | undefined {
  const [, name = ""] = /<([\w-]+)>$/.exec(flags) ?? [];
  return required && Object.hasOwn(lists, name) && !isAddressToKeep(flags) ? lists[name] : undefined;
}

/** `--ip <address>` and the like name addresses that nobody has yet. */
function isAddressToKeep(flags: string): boolean {
  return flags.endsWith("<address>");
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

function takingValues(command: Command): readonly string[] {
  const own = command.options.filter(({ required }) => required).flatMap(flagsOf);
  return [...new Set([...own, ...command.commands.flatMap(takingValues)])];
}

function flagsOf({ long, short }: Option): readonly string[] {
  return [long, short].filter((flag) => flag !== undefined);
}
