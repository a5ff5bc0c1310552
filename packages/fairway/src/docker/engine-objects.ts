import { z } from "zod";
import { FairwayError } from "../errors.ts";

/**
 * What is read of the engine's answers (Docker Engine API 1.41 to 1.51). All but the ids may be missing or of another kind: one object that
 * is not as expected must not keep the others from being seen.
 */
const text = z.string().catch("");

const flag = z.boolean().catch(false);

/** Values that are no text are left out. */
const textMap = z
  .record(z.string(), z.unknown())
  .nullish()
  .catch(undefined)
  .transform((map) => Object.fromEntries(Object.entries(map ?? {}).filter(isTextEntry)));

const textList = z
  .array(z.unknown())
  .nullish()
  .catch(undefined)
  .transform((list) => (list ?? []).filter((each) => typeof each === "string"));

function isTextEntry(entry: [string, unknown]): entry is [string, string] {
  return typeof entry[1] === "string";
}

/** A list whose elements are read one by one; those that cannot be read are left out. */
function listOf<T extends z.ZodType>(element: T) {
  return z
    .array(z.unknown())
    .nullish()
    .catch(undefined)
    .transform((list) => readable(element, list ?? []));
}

/** Likewise a map. */
function mapOf<T extends z.ZodType>(value: T) {
  return z
    .record(z.string(), z.unknown())
    .nullish()
    .catch(undefined)
    .transform((map): Record<string, z.infer<T>> => {
      const entries = Object.entries(map ?? {}).flatMap(([name, each]) => {
        const read = value.safeParse(each);
        return read.success ? [[name, read.data] as const] : [];
      });
      return Object.fromEntries(entries);
    });
}

function readable<T extends z.ZodType>(element: T, list: readonly unknown[]): z.infer<T>[] {
  return list.flatMap((each) => {
    const read = element.safeParse(each);
    return read.success ? [read.data] : [];
  });
}

/** How a network's addresses are given, as it was asked for. */
const ipam = z.object({
  Driver: text,
  Options: textMap,
  Config: listOf(z.object({ Subnet: text, IPRange: text, Gateway: text })),
});

const noIpam = { Driver: "", Options: {}, Config: [] };

export const network = z.object({
  Id: z.string(),
  Name: text,
  Labels: textMap,
  Options: textMap,
  Attachable: flag,
  IPAM: ipam.catch(noIpam),
  /** Its endpoints on this engine, also half-made ones (`ep-…`). Only in the answer about one network. */
  Containers: mapOf(
    z.object({
      EndpointID: z.string(),
      /** With prefix lengths; empty where it has none. */
      IPv4Address: text,
      IPv6Address: text,
    }),
  ),
});
export type EngineNetwork = z.infer<typeof network>;

export const listedNetwork = z.object({
  Id: z.string(),
  Name: text,
  Driver: text,
  Labels: textMap,
  Options: textMap,
  Internal: flag,
  Attachable: flag,
  ConfigOnly: flag,
  IPAM: ipam.catch(noIpam),
});
export type ListedNetwork = z.infer<typeof listedNetwork>;

export const container = z.object({
  Id: z.string(),
  Name: text,
  /** The id of its image. */
  Image: text,
  Config: z.object({ Labels: textMap }).catch({ Labels: {} }),
  /** Error: why its last start failed; empty from when it runs. */
  State: z.object({ Status: text, Error: text }).catch({ Status: "", Error: "" }),
  HostConfig: z
    .object({ RestartPolicy: z.object({ Name: text }).catch({ Name: "" }), Dns: textList })
    .catch({ RestartPolicy: { Name: "" }, Dns: [] }),
  NetworkSettings: z
    .object({
      Networks: mapOf(
        z.object({ NetworkID: z.string(), EndpointID: z.string(), Aliases: textList, DNSNames: textList }),
      ),
    })
    .catch({ Networks: {} }),
});
export type EngineContainer = z.infer<typeof container>;

/** A container has its image's labels, too. */
export const image = z.object({ Id: z.string(), Config: z.object({ Labels: textMap }).nullish() });
export type EngineImage = z.infer<typeof image>;

export const listedContainer = z.object({
  Id: z.string(),
  /** With a slash before each. */
  Names: textList,
  /** Of one whose state is not known it is safe to assume that it runs. */
  State: z.string().catch("running"),
  HostConfig: z.object({ NetworkMode: text }).catch({ NetworkMode: "" }),
  NetworkSettings: z
    .object({
      Networks: mapOf(
        z.object({
          NetworkID: z.string(),
          EndpointID: z.string(),
          /** Empty where it has none, as the next two. */
          IPAddress: text,
          GlobalIPv6Address: text,
          MacAddress: text,
          DriverOpts: textMap,
        }),
      ),
    })
    .catch({ Networks: {} }),
});
export type ListedContainer = z.infer<typeof listedContainer>;

/** Whether it has its endpoints: a paused one has them, too. */
export function isRunning({ State }: ListedContainer): boolean {
  return State === "running" || State === "paused";
}

export const event = z.object({
  Type: z.string(),
  Action: z.string(),
  Actor: z.object({ ID: z.string(), Attributes: textMap }),
});
export type EngineEvent = z.infer<typeof event>;

/**
 * One object of the engine's. Throws `internal` where it is not what was asked for: asking again does not help.
 * @param path what was asked, for the message.
 */
export function readObject<T extends z.ZodType>(schema: T, path: string, answer: unknown): z.infer<T> {
  const read = schema.safeParse(answer);
  if (read.success) return read.data;
  throw notUnderstood(path, z.prettifyError(read.error));
}

/** Many; those without an id are left out. Throws `internal` where it is no list. */
export function readObjects<T extends z.ZodType>(schema: T, path: string, answer: unknown): z.infer<T>[] {
  if (!Array.isArray(answer)) throw notUnderstood(path, "it is no list");
  return readable(schema, answer);
}

function notUnderstood(path: string, problem: string): FairwayError {
  return new FairwayError("internal", `The engine's answer to ${path} is not understood: ${problem}`);
}
