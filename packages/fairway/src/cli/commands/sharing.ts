import type { Command } from "commander";
import type { ApiClient } from "../../api/client.ts";
import type { Network } from "../../center/schemas/network.ts";
import { type Ask, bounds } from "../ask.ts";
import { withDryRun } from "../dry-run.ts";
import { asItWasRead } from "./as-it-was-read.ts";
import { renderNetwork } from "./network-text.ts";
import { collect } from "./subnet-flags.ts";

interface SharingFlags {
  readonly with: readonly string[];
  readonly dryRun: boolean;
}

/** Adds `fairway organization share` and `unshare`. */
export function addSharing(organization: Command, ask: Ask): void {
  withSharing(
    organization.command("share").description("let other organizations have ports on a network of one"),
    "fairway organization share Enterprise/Domain/Zone/blue --with Other",
  ).action((reference: string, flags: SharingFlags) =>
    ask(
      (client) => changed(client, reference, flags, (before) => [...before, ...flags.with]),
      renderNetwork,
      bounds.change,
    ),
  );
  withSharing(
    organization
      .command("unshare")
      .description("let organizations have no ports on a network any more, once they have none there"),
    "fairway organization unshare Enterprise/Domain/Zone/blue --with Other",
  ).action((reference: string, flags: SharingFlags) =>
    ask(
      (client) =>
        changed(client, reference, flags, (before) => before.filter((name) => !flags.with.includes(name))),
      renderNetwork,
      bounds.change,
    ),
  );
}

function withSharing(command: Command, example: string): Command {
  return withDryRun(
    command
      .argument("<network>", "its full name or UUID")
      .requiredOption("--with <organization>", "which organization; may be repeated", collect),
    example,
  );
}

function changed(
  client: Pick<ApiClient, "showNetwork" | "updateNetwork">,
  reference: string,
  { dryRun }: SharingFlags,
  change: (before: readonly string[]) => readonly string[],
): Promise<Network> {
  return asItWasRead(
    () => client.showNetwork({ reference }),
    ({ uuid, sharedWith, revision }) =>
      client.updateNetwork(
        { reference: uuid, "dry-run": dryRun },
        { sharedWith: [...new Set(change(sharedWith))] },
        { ifMatch: revision },
      ),
  );
}
