import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import type { Center, UserNouns } from "../../center/center.ts";
import { FairwayError } from "../../errors.ts";
import { shorten } from "../../free-text.ts";
import { nearestName } from "../../runtime/nearest-name.ts";
import type { Answer, Kind, Shown, Verb, Work } from "./call.ts";
import { logicalNetworks } from "./logical-networks.ts";
import { logicalPorts } from "./logical-ports.ts";
import type { Parameters } from "./parameters.ts";
import { physicalNetworks } from "./physical-networks.ts";
import { physicalPorts } from "./physical-ports.ts";
import { routerInterfaces } from "./router-interfaces.ts";
import { subnets } from "./subnets.ts";
import { listOf, mostObjects, read } from "./values.ts";
import { virtualRouters } from "./virtual-routers.ts";

/** One call of VLCP's API: its answer is what stands under `result`. */
export type Call = (parameters: Parameters, work: Work) => unknown;

/** Every kind of VLCP's objects that Fairway has. */
export const kinds: readonly Kind[] = [
  physicalNetworks,
  physicalPorts,
  logicalNetworks,
  subnets,
  logicalPorts,
  virtualRouters,
  routerInterfaces,
];

const verbs = ["create", "update", "delete"] as const;

const done = { status: "OK" } as const;

/** Every call by its path below `/`: `viperflow/createsubnet`. */
export const calls: ReadonlyMap<string, Call> = new Map(kinds.flatMap(callsOf));

function callsOf(kind: Kind): readonly (readonly [string, Call])[] {
  const { module = "viperflow", noun, words } = kind;
  return [
    ...verbs.flatMap((word): readonly (readonly [string, Call])[] => {
      const verb = kind[word];
      if (verb === undefined) return [];
      const name = `${module}/${word === "update" ? word : (words?.[word] ?? word)}${noun}`;
      const run = (objects: readonly Parameters[], work: Work) => runAll(kind, { word, verb }, objects, work);
      return [
        [name, (parameters, work) => run([parameters], work)],
        [`${name}s`, (parameters, work) => run(objectsOf(kind, parameters), work)],
      ];
    }),
    ...["", "s"].map((plural) => [`${module}/list${noun}${plural}`, listing(kind)] as const),
  ];
}

/** Answers calls by a center in this process. */
export function answerBy(center: Center): Answer {
  return async (name, parameters, context) => {
    const call = callOf(name);
    return center.authorship.onBehalfOf(context, async () => call(parameters, { center, context }));
  };
}

/** The call of a path. Throws `not_found` with the nearest that there is. */
export function callOf(path: string): Call {
  const call = calls.get(path);
  if (call !== undefined) return call;
  const meant = nearestName(path, [...calls.keys()]);
  throw new FairwayError(
    "not_found",
    `no call /${shorten(path, 80)}; ${meant === undefined ? "docs/vlcp.md lists them" : `did you mean /${meant}?`}`,
  );
}

/** What a call with several objects is given of each. */
function objectsOf({ list, noun }: Kind, parameters: Parameters): readonly Parameters[] {
  const object = z.record(z.string(), z.unknown(), "must be an object with named parameters");
  const given = read(
    z.strictObject({
      [list]: listOf(
        object,
        mostObjects,
        `a list of what a call with one ${noun} is given, e.g. [{"id": "one"}]`,
      ),
    }),
    parameters,
  );
  return given[list] as readonly Parameters[];
}

/** Does the same with several objects in one transaction. */
async function runAll(
  kind: Kind,
  { word, verb }: { readonly word: (typeof verbs)[number]; readonly verb: Verb },
  objects: readonly Parameters[],
  work: Work,
): Promise<unknown> {
  const items = objects.map((given) => itemOf(verb, given));
  const seen = new Set<string>();
  for (const { key } of items) {
    if (key !== "" && seen.has(key))
      throw new FairwayError(
        "invalid",
        `${kind.noun} ${shorten(key.trim(), 80)} is named twice; name it once`,
      );
    seen.add(key);
  }
  const runs = items.map(
    ({ item, given }) =>
      (nouns: UserNouns) =>
        verb.run(item, given, { ...work, nouns }),
  );
  const shown: readonly Shown[] = await work.center.transactions.run(runs);
  return word === "delete" ? done : shown.map((each) => each?.());
}

function itemOf(verb: Verb, given: Parameters) {
  const item = read(verb.schema, given);
  return { item, given, key: verb.key(item) };
}

/** Attributes that are asked for must be as they are asked for; text says the same as what it is the text of. */
function listing(kind: Kind): Call {
  return (parameters, work) => {
    const asked = Object.entries(parameters).filter(([, value]) => value !== "" && value !== null);
    const objects = kind.find(Object.fromEntries(asked), work);
    const attributes = asked.filter(([name]) => !kind.filters.includes(name));
    return objects.filter((object) =>
      attributes.every(([name, value]) =>
        isSaid(Object.hasOwn(object, name) ? Reflect.get(object, name) : undefined, value),
      ),
    );
  };
}

function isSaid(is: unknown, asked: unknown): boolean {
  if (isDeepStrictEqual(is, asked)) return true;
  const isPlain = typeof is === "number" || typeof is === "boolean";
  return isPlain && typeof asked === "string" && asked.toLowerCase() === String(is);
}
