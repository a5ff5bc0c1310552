import type { Mutant } from "./mutant.ts";

const source = (name: string) => `packages/fairway/src/config/imported/${name}.ts`;
const files = "packages/fairway/test/config/import-files.test.ts";
const flags = "packages/fairway/test/config/import-flags.test.ts";
const errors = "packages/fairway/test/config/import-errors.test.ts";

export const mutants: readonly Mutant[] = [
  {
    breaks: "what has no place in the new file is told",
    file: source("import"),
    from: "if (note !== undefined) notes.push(`${by}: ${note}`);\n  }\n  for",
    to: "}\n  for",
    test: files,
  },
  {
    breaks: "an unknown key is an error",
    file: source("import"),
    from: "  checkNames(plugin, items, told);\n",
    to: "",
    test: errors,
  },
  {
    breaks: "the new file is one that Fairway takes",
    file: source("import"),
    from: "if (!checked.ok)",
    to: "if (false)",
    test: errors,
  },
  {
    breaks: "base64 that is none is told without the password",
    file: source("nuage"),
    from: "    decoded(item);\n    return",
    to: "    return",
    test: errors,
  },
  {
    breaks: "VLCP's address of its database is told to nobody: it may hold a password",
    file: source("vlcp"),
    from: 'const store = gone("not needed:',
    to: 'const store: Meant = ({ value }) => ({ note: `${String(value)}` }); gone("not needed:',
    test: files,
  },
  {
    breaks: "a slip in a key of VLCP's that says something is told",
    file: source("vlcp"),
    from: "if (nearestName(name, Object.keys(exact)) !== undefined) return undefined;",
    to: "",
    test: errors,
  },
  {
    breaks: "of a unit the commands that it starts count alone",
    file: source("command-lines"),
    from: "if (!isUnit) return",
    to: "if (true) return",
    test: flags,
  },
  {
    breaks: "flags win over the file that they name",
    file: source("opencontrail"),
    from: "...yamlItems(path, told.readFile(path)), ...own",
    to: "...own, ...yamlItems(path, told.readFile(path))",
    test: flags,
  },
  {
    breaks: "docker-ovs-plugin's own subnet holds where no flag says another",
    file: source("ovs"),
    from: "  assumed,\n",
    to: "",
    test: flags,
  },
];
