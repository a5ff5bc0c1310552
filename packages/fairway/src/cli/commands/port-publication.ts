import { type Command, InvalidArgumentError } from "commander";
import type { Endpoint, PortRestriction, ReachedPort } from "../../center/schemas/endpoint.ts";
import { readSources } from "../../publish-from.ts";
import { type Ask, bounds } from "../ask.ts";
import { portText } from "../port-text.ts";
import { list } from "../text.ts";

type Protocol = ReachedPort["protocol"];
type PlaceOnHost = Pick<ReachedPort, "protocol" | "hostPort">;

interface PublishFlags {
  readonly from?: string[];
  readonly network?: string;
}

const container = "a container's name, an address, a UUID, or the start of an engine's id";

/** Adds to `fairway port` what publishes ports of containers that run, and says who may reach published ports. */
export function addPortPublication(port: Command, ask: Ask): void {
  port
    .command("publish")
    .argument("<container>", container)
    .argument("<ports>", "a port of its host and one of the container, e.g. 8080:80 or 5353:53/udp", portPair)
    .description("publish a port of a container that runs")
    .option("--from <sources>", "who may reach it, as `fairway port restrict` takes it", moreSources)
    .option("--network <network>", "by which of its networks the container is reached, if it has several")
    .addHelpText(
      "after",
      "\nIt is as `docker run -p`, beside those ports: it survives a restart of the container, and goes with it. The same command twice publishes once.\n\n" +
        "Examples:\n  fairway port publish web 8080:80\n  fairway port publish dns 5353:53/udp --from 10.0.0.0/8",
    )
    .action((reference: string, ports: PlaceOnHost & { readonly port: number }, flags: PublishFlags) =>
      ask((client) => client.publishPort({ reference }, { ...ports, ...flags }), rendered, bounds.change),
    );
  port
    .command("unpublish")
    .argument("<container>", container)
    .argument("<port>", "the port of its host, e.g. 8080 or 53/udp", placeOnHost)
    .description("end a port that `fairway port publish` published")
    .addHelpText(
      "after",
      "\nPorts of `docker run -p` go with their container alone.\n\nExample:\n  fairway port unpublish web 8080",
    )
    .action((reference: string, { protocol, hostPort }: PlaceOnHost) =>
      ask(
        async (client) => {
          await client.unpublishPort({ reference, protocol, hostPort });
          return { container: reference, protocol, hostPort };
        },
        () => `unpublished ${hostPort}/${protocol}`,
      ),
    );
  port
    .command("restrict")
    .argument("<container>", container)
    .argument("<port>", "a published port of its host, e.g. 8080 or 53/udp", placeOnHost)
    .description("say who may reach a published port")
    .requiredOption(
      "--from <sources>",
      "subnets and addresses of clients, with commas or repeated; `any`; or `default`: what the container was started with",
      sourcesOrDefault,
    )
    .addHelpText(
      "after",
      "\nOthers are refused at once, and their running connections end. The host itself is always let in. What is said holds for the port of the\n" +
        "container, by whichever ports of the host it is reached, until the container is removed.\n\n" +
        "Examples:\n  fairway port restrict web 8080 --from 10.0.0.0/8,2001:db8::/32\n  fairway port restrict web 8080 --from any",
    )
    .action((reference: string, place: PlaceOnHost, { from }: Pick<PortRestriction, "from">) =>
      ask((client) => client.restrictPublishedPort({ reference }, { ...place, from }), rendered),
    );
}

function rendered({ ports, engine, uuid }: Endpoint): string {
  return `${engine?.containerName ?? uuid} is published on ${list(ports.map(portText))}`;
}

function placeOnHost(text: string): PlaceOnHost {
  const [, hostPort = "", protocol = "tcp"] = /^(\d{1,5})(?:\/(tcp|udp|sctp))?$/.exec(text) ?? [];
  if (isPort(hostPort)) return { protocol: protocol as Protocol, hostPort: Number(hostPort) };
  throw new InvalidArgumentError("It must be a port from 1 to 65535, e.g. 8080 or 53/udp.");
}

function portPair(text: string): PlaceOnHost & { readonly port: number } {
  const [, hostPort = "", port = "", protocol = "tcp"] =
    /^(\d{1,5}):(\d{1,5})(?:\/(tcp|udp|sctp))?$/.exec(text) ?? [];
  if (isPort(hostPort) && isPort(port))
    return { protocol: protocol as Protocol, hostPort: Number(hostPort), port: Number(port) };
  throw new InvalidArgumentError("It must be two ports from 1 to 65535, e.g. 8080:80 or 5353:53/udp.");
}

function isPort(text: string): boolean {
  return Number(text) >= 1 && Number(text) <= 65_535;
}

function moreSources(text: string, before: string[] = []): string[] {
  return [...before, ...readSources(text)];
}

function sourcesOrDefault(text: string, before: PortRestriction["from"] = []): PortRestriction["from"] {
  return text === "default" ? null : moreSources(text, before ?? []);
}
