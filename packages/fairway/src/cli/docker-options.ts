/** Nouns and commands whose `-o KEY=VALUE` is Docker's. */
const nouns = ["network", "router"];
const commands = ["create", "update"];

/**
 * A command line in which `-o KEY=VALUE` behind `network create` or `update`, or those of routers, is `--opt KEY=VALUE`, as Docker's users write it. Everywhere else, and
 * without an equals sign, `-o` is the format of the output.
 */
export function dockerOptions(args: readonly string[]): readonly string[] {
  const at = args.findIndex((word) => nouns.includes(word));
  if (at === -1 || !commands.includes(args[at + 1] ?? "")) return args;
  return args.flatMap((word, index) => {
    const next = args[index + 1] ?? "";
    if (index > at && word === "-o" && next.includes("=")) return "--opt";
    const glued = /^-o([^=]+=.*)$/s.exec(word)?.[1];
    return index > at && glued !== undefined ? ["--opt", glued] : word;
  });
}
