import type { Command } from "commander";
import type { Router } from "../../center/schemas/router.ts";
import { FairwayError } from "../../errors.ts";
import { type Ask, bounds } from "../ask.ts";
import { listOf } from "../list.ts";
import type { ListCommands } from "../list-commands.ts";
import type { Paint } from "../paint.ts";
import { block, healthCell, isIll, list, pairs, shortId } from "../text.ts";
import { zonePolicyFields } from "../zone-policy-text.ts";
import { addGatewayCommands, gatewayCell, gatewayFields } from "./router-gateway.ts";
import { collect, mapOfFlags, mapPatch } from "./subnet-flags.ts";

interface CreateFlags {
  readonly route?: readonly string[];
  readonly label?: readonly string[];
  readonly opt?: readonly string[];
  readonly dryRun: boolean;
}

interface UpdateFlags {
  readonly label?: readonly string[];
  readonly labelRm?: readonly string[];
  readonly opt?: readonly string[];
  readonly optRm?: readonly string[];
  readonly dryRun: boolean;
}

interface Dry {
  readonly dryRun: boolean;
}

const routerArgument = ["<router>", "its name or UUID"] as const;
const option = [
  "--opt <key=value>",
  "an option, also as -o KEY=VALUE; multicast=true leads on what is sent to groups",
] as const;
const networkArgument = ["<network>", "a name, name@host, or a UUID"] as const;

/** Adds `fairway router`. */
export function addRouterCommands(program: Command, ask: Ask, lists: ListCommands): void {
  const router = program
    .command("router")
    .description("connect networks by virtual routers, and set their static routes");
  const ls = router
    .command("ls")
    .description("list the virtual routers with the networks that are attached to them")
    .option("--name <name>", "list only routers of this name; * stands for any letters")
    .option("--label <label>", "list only routers with this label: team, or team=web")
    .addHelpText("after", "\nExample:\n  fairway router ls --label team=web");
  lists.add(ls, { lists: [routers], nouns: ["router"] });
  router
    .command("show")
    .argument(...routerArgument)
    .description("show a virtual router with its networks and static routes")
    .action((reference: string) => ask((client) => client.showRouter({ router: reference }), renderRouter));
  dry(
    router
      .command("create")
      .argument("<name>", "what the router is called")
      .description("create a virtual router; attach networks to it afterwards")
      .option("--route <route>", "a static route: DESTINATION,NEXTHOP; may be repeated", collect)
      .option("--label <key=value>", "a label", collect)
      .option(...option, collect),
    "fairway router create office\n  fairway router create branch --route 10.9.0.0/16,10.1.0.7",
  ).action((name: string, { route, label, opt, dryRun }: CreateFlags) =>
    ask(
      (client) =>
        client.putRouter(
          { router: name, "dry-run": dryRun },
          {
            routes: Object.fromEntries((route ?? []).map(routeOf)),
            labels: mapOfFlags(label),
            options: mapOfFlags(opt),
          },
        ),
      renderRouter,
      bounds.change,
    ),
  );
  dry(
    router
      .command("update")
      .argument(...routerArgument)
      .description("change the labels and options of a virtual router")
      .option("--label <key=value>", "a label", collect)
      .option("--label-rm <key>", "take a label", collect)
      .option(...option, collect)
      .option("--opt-rm <key>", "take an option", collect),
    "fairway router update office --label team=ops\n  fairway router update office -o multicast=true",
  ).action((reference: string, { label, labelRm, opt, optRm, dryRun }: UpdateFlags) =>
    ask(
      (client) =>
        client.updateRouter(
          { router: reference, "dry-run": dryRun },
          { ...mapPatch("labels", label, labelRm), ...mapPatch("options", opt, optRm) },
        ),
      renderRouter,
      bounds.change,
    ),
  );
  dry(
    router
      .command("rm")
      .argument(...routerArgument)
      .description("remove a virtual router to which no network is attached"),
    "fairway router rm office",
  ).action((reference: string, { dryRun }: Dry) =>
    ask(
      (client) => client.removeRouter({ router: reference, "dry-run": dryRun }),
      ({ name }) => `router ${name} ${dryRun ? "would be" : "is"} gone`,
      bounds.change,
    ),
  );
  addAttachments(router, ask);
  addRoutes(router, ask);
  addGatewayCommands(router, ask, renderRouter);
}

function addAttachments(router: Command, ask: Ask): void {
  dry(
    router
      .command("attach")
      .argument(...routerArgument)
      .argument(...networkArgument)
      .description("attach a network to a virtual router while its containers run")
      .option(
        "--address <address>",
        "by which address the router answers on a network without a gateway, or on a wire; once for each subnet",
        collect,
      ),
    "fairway router attach office blue\n  fairway router attach office lan --address 192.168.1.254",
    "Networks of one router reach each other; their subnets must lie apart.\n\n",
  ).action((reference: string, network: string, flags: Dry & { readonly address?: readonly string[] }) =>
    ask(
      (client) =>
        client.attachNetwork(
          { router: reference, network, "dry-run": flags.dryRun },
          { addresses: [...(flags.address ?? [])] },
        ),
      renderRouter,
      bounds.change,
    ),
  );
  dry(
    router
      .command("detach")
      .argument(...routerArgument)
      .argument(...networkArgument)
      .description("take a network from its virtual router; it has a router of its own again"),
    "fairway router detach office blue",
  ).action((reference: string, network: string, { dryRun }: Dry) =>
    ask(
      (client) => client.detachNetwork({ router: reference, network, "dry-run": dryRun }),
      renderRouter,
      bounds.change,
    ),
  );
}

function addRoutes(router: Command, ask: Ask): void {
  const route = router.command("route").description("set the static routes of a virtual router");
  const set = (reference: string, routes: Readonly<Record<string, string | null>>, { dryRun }: Dry) =>
    ask(
      (client) => client.updateRouter({ router: reference, "dry-run": dryRun }, { routes }),
      renderRouter,
      bounds.change,
    );
  dry(
    route
      .command("add")
      .argument(...routerArgument)
      .argument("<destination>", "a subnet, e.g. 10.9.0.0/16")
      .argument("<next-hop>", "the address that leads on, on a network that is attached")
      .description("lead a destination to an address of an attached network"),
    "fairway router route add office 10.9.0.0/16 10.1.0.7",
  ).action((reference: string, destination: string, nextHop: string, flags: Dry) =>
    set(reference, { [destination]: nextHop }, flags),
  );
  dry(
    route
      .command("rm")
      .argument(...routerArgument)
      .argument("<destination>", "the subnet that is led nowhere from now on")
      .description("remove a static route"),
    "fairway router route rm office 10.9.0.0/16",
  ).action((reference: string, destination: string, flags: Dry) =>
    set(reference, { [destination]: null }, flags),
  );
}

function dry(command: Command, examples: string, before = ""): Command {
  const plural = examples.includes("\n") ? "s" : "";
  return command
    .option("--dry-run", "say what would be, and change nothing", false)
    .addHelpText("after", `\n${before}Example${plural}:\n  ${examples}`);
}

/** Throws `invalid` for a text that is no route. */
function routeOf(text: string): readonly [string, string] {
  const [destination = "", nextHop, ...rest] = text.split(",");
  if (nextHop !== undefined && rest.length === 0) return [destination, nextHop];
  throw new FairwayError(
    "invalid",
    `--route takes DESTINATION,NEXTHOP, e.g. 10.9.0.0/16,10.1.0.7; it is ${text}`,
  );
}

const routers = listOf<Router, { readonly name?: string; readonly label?: string }>(
  {
    columns: [
      { title: "NAME", cell: ({ name }) => name },
      { title: "ID", cell: ({ uuid }) => shortId(uuid) },
      { title: "NETWORKS", cell: ({ interfaces }) => list(interfaces.map(({ network }) => network.name)) },
      { title: "GATEWAY", cell: gatewayCell },
      { title: "ROUTES", cell: ({ routes }) => list(Object.keys(routes)) },
      { title: "STATUS", cell: ({ status }) => healthCell(status) },
    ],
    name: ({ name }) => name,
    isWrong: isIll,
  },
  (client, { name, label }) => Array.fromAsync(client.each("listRouters", { name, label })),
);

/** A virtual router, or a domain, as `show` prints it. */
export function renderRouter(router: Router, paint: Paint): string {
  return block(
    [
      ["name", router.name],
      ["id", router.uuid],
      ["revision", router.revision],
      ["status", healthCell(router.status)],
      ...(router.organization === null
        ? []
        : [
            ["organization", router.organization] as const,
            ["zones", list(router.zones)] as const,
            ...zonePolicyFields(router),
          ]),
      ["labels", pairs(router.labels)],
      ["options", pairs(router.options)],
      [
        "routes",
        list(Object.entries(router.routes).map(([destination, nextHop]) => `${destination} by ${nextHop}`)),
      ],
      ...gatewayFields(router),
      [
        "networks",
        router.interfaces.map(({ network, addresses }) => [
          ["network", network.name],
          ["addresses", list(addresses)],
        ]),
      ],
    ],
    paint,
  );
}
