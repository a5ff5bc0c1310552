import { unquoted } from "./option-word.ts";

/** The option of an endpoint that says who may reach its published ports. */
export const publishFromOption = "fairway.publish-from";

/** Every address of both families. */
export const anywhere: readonly string[] = ["0.0.0.0/0", "::/0"];

/** Reads `10.0.0.0/8,2001:db8::7`, or `any`; what is no subnet is for the schema to refuse. */
export function readSources(text: string): readonly string[] {
  const word = unquoted(text).trim();
  return word === "any" ? anywhere : word.split(",").map((each) => each.trim());
}

/** Sources in words. @param sources subnets, canonical; undefined: nobody has said. */
export function sourcesText(sources: readonly string[] | undefined): string {
  if (sources === undefined || anywhere.every((each) => sources.includes(each))) return "any";
  return sources.length === 0 ? "nobody" : sources.join(",");
}

/** Who may reach the ports of a container, as far as somebody has said. */
export interface PublishFrom {
  /** All those of which nothing else is said; absent: anybody may. */
  readonly from?: string[] | undefined;
  /** The container's ports. */
  readonly ports: {
    readonly protocol: "tcp" | "udp" | "sctp";
    readonly port: number;
    readonly from: string[];
  }[];
}

/** A published port by itself: neither who may reach it, nor who published it. */
export function withoutSources<Port extends { readonly from?: unknown; readonly by?: unknown }>({
  from: _from,
  by: _by,
  ...port
}: Port): Omit<Port, "from" | "by"> {
  return port;
}

/** From where a port of the container may be reached; undefined: from everywhere. */
export function sourcesOf(
  { from, ports }: PublishFrom,
  { protocol, port }: { readonly protocol: string; readonly port: number },
): readonly string[] | undefined {
  return ports.find((each) => each.protocol === protocol && each.port === port)?.from ?? from;
}
