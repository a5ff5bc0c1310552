import type { Command } from "commander";
import type { RouteTarget } from "../../center/schemas/route-target.ts";
import { listOf } from "../list.ts";
import type { ListCommands } from "../list-commands.ts";
import { list } from "../text.ts";

interface RouteTargetFilter {
  readonly target?: string;
}

/** Adds `fairway route-target`. */
export function addRouteTargetCommands(program: Command, lists: ListCommands): void {
  const ls = program
    .command("route-target")
    .description("show by which route targets networks reach each other")
    .command("ls")
    .description("list the route targets with the networks that import and export them")
    .option("--target <target>", "list only this route target; * stands for any letters")
    .addHelpText(
      "after",
      "\nNetworks get route targets by their options and labels, e.g. fairway network update blue --label rt=64512:100\n\n" +
        "Example:\n  fairway route-target ls --target '64512:*'",
    );
  lists.add(ls, { lists: [routeTargets], nouns: ["network"] });
}

/** How many networks have a route target. */
function sizeOf({ importedBy, exportedBy }: RouteTarget): number {
  return new Set([...importedBy, ...exportedBy]).size;
}

const routeTargets = listOf<RouteTarget, RouteTargetFilter>(
  {
    columns: [
      { title: "TARGET", cell: ({ target }) => target },
      { title: "NETWORKS", cell: (target) => String(sizeOf(target)), order: sizeOf },
      { title: "IMPORTED BY", cell: ({ importedBy }) => list(importedBy) },
      { title: "EXPORTED BY", cell: ({ exportedBy }) => list(exportedBy) },
    ],
    name: ({ target }) => target,
  },
  (client, { target }) => Array.fromAsync(client.each("listRouteTargets", { target })),
);
