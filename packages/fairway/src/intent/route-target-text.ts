import { shorten } from "../free-text.ts";
import { unquoted } from "../option-word.ts";

/** The options of a network, and its labels of the same names, that say its route targets: which it imports and exports, and which it does one of. */
export const routeTargetOptions = { both: "rt", import: "rt.import", export: "rt.export" } as const;

/** One option or label says no more. */
export const mostTargetsSaid = 16;

/** What a route target looks like, to stand behind "it takes". */
export const routeTargetForm = "AS:NUMBER, e.g. 64512:100, or ADDRESS:NUMBER, e.g. 192.0.2.1:100";

/** What an option or label takes, to stand behind "it takes". */
export const routeTargetList = `at most ${mostTargetsSaid} route targets with commas between them, each ${routeTargetForm}`;

/** Characters of a text in a message. */
const shownAtMost = 40;
/** Texts in a message. */
const namedAtMost = 3;

const form = /^(?:target:)?([^:]+):(\d{1,10})$/;
const wholeNumber = /^[1-9]\d{0,9}$/;
const quad = /^(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}$/;
const most16 = 65_535;
const most32 = 4_294_967_295;

/**
 * A route target as Fairway writes it: `AS:NUMBER`, where one of both has 16 bits and the other 32 at most (RFC 4360, RFC 5668), or
 * `ADDRESS:NUMBER` with a number of 16 bits. OpenContrail writes `target:` before it. Undefined where the text is none.
 */
export function readRouteTarget(text: string): string | undefined {
  const [, administrator = "", digits = ""] = form.exec(text.trim()) ?? [];
  if (digits !== "0" && !wholeNumber.test(digits)) return undefined;
  const most = mostNumber(administrator);
  return most === undefined || Number(digits) > most ? undefined : `${administrator}:${digits}`;
}

/** The largest number that may stand behind an autonomous system or an address; undefined behind what is neither. */
function mostNumber(administrator: string): number | undefined {
  if (quad.test(administrator))
    return administrator.split(".").every((byte) => Number(byte) <= 255) ? most16 : undefined;
  if (!wholeNumber.test(administrator) || Number(administrator) > most32) return undefined;
  return Number(administrator) <= most16 ? most32 : most16;
}

/** A list of route targets as options and labels say it. */
interface ReadTargets {
  /** Each once. */
  readonly targets: readonly string[];
  /** What of the text counts for nothing, and why: `"64512" is none`. */
  readonly faults: readonly string[];
}

/** Reads `64512:100,64512:200`; an empty text says none. */
export function readRouteTargets(text: string): ReadTargets {
  const parts = unquoted(text)
    .split(",")
    .map((part) => part.trim());
  if (parts.length === 1 && parts[0] === "") return { targets: [], faults: [] };
  if (parts.length > mostTargetsSaid)
    return {
      targets: [],
      faults: [`${parts.length} are too many`],
    };
  const read = parts.map((part) => ({ part, target: readRouteTarget(part) }));
  const wrong = read.flatMap(({ part, target }) => (target === undefined ? part : []));
  return {
    targets: [...new Set(read.flatMap(({ target }) => target ?? []))],
    faults: wrong
      .slice(0, namedAtMost)
      .map((part) => `${JSON.stringify(shorten(part, shownAtMost))} is none`),
  };
}

/** The route targets of a network, sorted. */
export interface RouteTargets {
  readonly imports: readonly string[];
  readonly exports: readonly string[];
}

/** Those that it has at all, each once. */
export function targetsOf({ imports, exports }: RouteTargets): readonly string[] {
  return [...new Set([...imports, ...exports])];
}

/** What a network's row says of its route targets; what it says wrongly counts for nothing. */
interface SaidTargets extends RouteTargets {
  /** Of each option or label of which something does not count: `label rt takes …; "64512" is none`. */
  readonly faults: readonly string[];
}

type Texts = Readonly<Record<string, string>>;

/** What options and labels say together: each adds to the others. */
export function saidRouteTargets({
  options,
  labels,
}: {
  readonly options: Texts;
  readonly labels: Texts;
}): SaidTargets {
  const said = [["option", options] as const, ["label", labels] as const].flatMap(([where, texts]) =>
    Object.values(routeTargetOptions).flatMap((name) => {
      const text = texts[name];
      return text === undefined ? [] : [{ name, where, ...readRouteTargets(text) }];
    }),
  );
  const of = (way: "import" | "export") =>
    said.flatMap(({ name, targets }) =>
      name === routeTargetOptions.both || name === routeTargetOptions[way] ? targets : [],
    );
  return {
    imports: [...new Set(of("import"))].sort(),
    exports: [...new Set(of("export"))].sort(),
    faults: said.flatMap(({ name, where, faults }) =>
      faults.length === 0 ? [] : `${where} ${name} takes ${routeTargetList}; ${faults.join(", ")}`,
    ),
  };
}
