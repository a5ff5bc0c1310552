import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";

/** Tests that run as one process: a file, all component tests, or those of the scripts and of what prints pages. */
export interface Suite {
  /** What the output calls it: its file, `components` or `scripts`. */
  readonly name: string;
  /** Paths or patterns for `node --test`. */
  readonly files: readonly string[];
  /** Whether the tests need a tree's programs and run in it, all cores for themselves. */
  readonly isInTree: boolean;
}

/** What make's targets name. */
export const kinds = ["components", "lab", "chain", "ci", "e2e", "long"] as const;
export type Kind = (typeof kinds)[number];

/** A container's way from its start to the world: what `make test` runs end to end. */
const chain =
  "one-host two-hosts options addresses two-host-addresses egress ports names compose configuration join leave mirrors".split(
    " ",
  );
/**
 * What continuous integration leaves to `make e2e`, so that it ends within an hour: every command of the pages, and what other files prove, too, in
 * less time. No promise is proved by these alone.
 */
const thorough =
  "across-hosts center-silent cleanup failpoints gateway-is-host host-access ipam-drivers isolation-matrix leave-center network-removal package subnets systemd-cluster systemd-removal usual-name-server docs-cli docs-cluster docs-run docs-systemd docs-troubles docs-use driver-names-compose center-killed docker-first five-hosts flows host-routes host-services lan-leases leave limits mirrors older-intent other-bridges port-bindings systemd-late-address systemd-taken-nic taken-nics-killed tunnels".split(
    " ",
  );
/** What `make e2e-long` repeats as often as the promises say. */
const long = ["failpoints", "restarts", "five-hosts", "docker-first"];

const endToEnd = () => globSync("test/e2e/**/*.test.ts").sort();
const named = (names: readonly string[]) => names.map((name) => `test/e2e/${name}.test.ts`);

const filesOf: Readonly<Record<Kind, () => readonly string[]>> = {
  components: () => ["packages/*/test/**/*.test.ts"],
  lab: () => globSync("test/lab/*.test.ts").sort(),
  chain: () => named(chain),
  ci: () => endToEnd().filter((file) => !thorough.includes(basename(file, ".test.ts"))),
  e2e: endToEnd,
  long: () => named(long),
};

export interface Choice {
  readonly kinds: readonly Kind[];
  /** Only tests whose title begins with this promise's id, or with several of which it is one. */
  readonly id?: string;
  /** Whether files that have hosts of all kinds, whatever the variant, are left out. */
  readonly withoutMixed: boolean;
}

/** The suites of these kinds, each once. */
export function chooseSuites(
  { kinds, id, withoutMixed }: Choice,
  read = (file: string) => readFileSync(file, "utf8"),
): readonly Suite[] {
  const suites = new Map<string, Suite>();
  for (const kind of kinds) {
    const files = filesOf[kind]();
    if (kind === "components") {
      suites.set(kind, { name: kind, files, isInTree: true });
      // They need the machine's own programs, e.g. man.
      suites.set("scripts", {
        name: "scripts",
        files: ["scripts/*.test.ts", "test/walk/*.test.ts"],
        isInTree: false,
      });
    } else for (const file of files) suites.set(file, { name: file, files: [file], isInTree: false });
  }
  return [...suites.values()].filter(({ name }) => {
    if (!name.endsWith(".test.ts")) return true;
    const source = read(name);
    if (withoutMixed && name.startsWith("test/e2e/") && !usesVariant(source)) return false;
    return id === undefined || titlesBeginningWith(id, "[\"'`]").test(source);
  });
}

/** What `--test-name-pattern` takes, or what a source holds after the quotation mark given. */
export function titlesBeginningWith(id: string, before = "^"): RegExp {
  return new RegExp(`${before}(?:[A-Z]\\d\\d )*${id}\\b`);
}

/** Test files that do not ask for the variant have hosts of kinds of their own. */
const usesVariant = (source: string) =>
  /import \{[^}]*\bvariant\b[^}]*\} from "\.{1,2}\/settings\.ts"/.test(source);

/**
 * Longest first, by the seconds that each took when it was measured: the short ones fill what is left at the end. What
 * was never measured comes first, since nobody knows how long it takes.
 */
export function longestFirst(
  suites: readonly Suite[],
  seconds: Readonly<Record<string, number>>,
): readonly Suite[] {
  const of = ({ name }: Suite) => seconds[basename(name, ".test.ts")] ?? Number.POSITIVE_INFINITY;
  return [...suites].sort((one, another) => (of(another) === of(one) ? 0 : of(another) - of(one)));
}
