import type { Mutant } from "./mutant.ts";

const file = "scripts/libraries.ts";
const test = "scripts/libraries.test.ts";

export const mutants: readonly Mutant[] = [
  { breaks: "declarations name declarations", file, from: "'$1.js\"'", to: "'$1.ts\"'", test },
  {
    breaks: "what is built stands in the manifest, not the sources",
    file,
    from: ".replace(/\\.ts$/, extension)",
    to: "",
    test,
  },
  {
    breaks: "no link of the README leads out of the archive",
    file,
    from: 'readme.replaceAll(/\\[([^\\]]+)\\]\\(\\.\\.\\/[^)]*\\)/g, "$1")',
    to: "readme",
    test,
  },
  {
    breaks: "an archive has the same modes whatever the umask",
    file,
    from: 'await chmod(path, file.isDirectory() || file.parentPath.endsWith("/bin") ? 0o755 : 0o644);',
    to: "",
    test,
  },
];
