import { Argument, type Command, Option } from "commander";
import type { Router } from "../../center/schemas/router.ts";
import { FairwayError } from "../../errors.ts";
import { ruleActions } from "../../rules.ts";
import { zonePolicies, zoneProtocols } from "../../zone-rules.ts";
import { type Ask, bounds } from "../ask.ts";
import { withDryRun } from "../dry-run.ts";
import { addLevelFlags, fullName } from "../level-flags.ts";
import type { DryFlags } from "./level-commands.ts";
import { renderRouter } from "./router.ts";

type Rules = Router["zoneRules"];
type Policy = Router["zonePolicy"];

interface TrafficFlags extends DryFlags {
  readonly tcp?: string | true;
  readonly udp?: string | true;
  readonly icmp?: true;
}

/** Adds `fairway domain policy` and `fairway domain rule`. */
export function addZonePolicyCommands(domain: Command, ask: Ask): void {
  const set = (
    name: string,
    patch: { readonly zonePolicy?: Policy; readonly zoneRules?: Record<string, Rules[string] | null> },
    { dryRun, ...flags }: DryFlags,
  ) =>
    ask(
      (client) => client.updateRouter({ router: fullName(name, flags), "dry-run": dryRun }, patch),
      renderRouter,
      bounds.change,
    );
  withDryRun(
    ofDomain(domain.command("policy"))
      .addArgument(new Argument("<policy>", "what it says").choices(zonePolicies))
      .description("say what zones of a domain may send each other where no rule speaks of it"),
    "fairway domain policy Enterprise/Domain deny",
  ).action((name: string, policy: Policy, flags: DryFlags) => set(name, { zonePolicy: policy }, flags));
  const rule = domain.command("rule").description("say what one zone of a domain may send to another");
  withDryRun(
    traffic(rule.command("add"))
      .addOption(
        new Option("--action <action>", "reject tells who sends it, drop does not")
          .choices(ruleActions)
          .default("allow"),
      )
      .description("allow, reject or drop what one zone sends to another, or change that"),
    "fairway domain rule add Enterprise/Domain Web Db --tcp 5432\n  fairway domain rule add Enterprise/Domain '*' Db --action reject",
  ).action((name: string, from: string, to: string, flags: TrafficFlags & { action: Rules[string] }) =>
    set(name, { zoneRules: { [ruleOf(from, to, flags)]: flags.action } }, levelsOf(flags)),
  );
  withDryRun(
    traffic(rule.command("rm")).description("remove a rule; connections that it allowed end, too"),
    "fairway domain rule rm Enterprise/Domain Web Db --tcp 5432",
  ).action((name: string, from: string, to: string, flags: TrafficFlags) =>
    set(name, { zoneRules: { [ruleOf(from, to, flags)]: null } }, levelsOf(flags)),
  );
}

function ofDomain(command: Command): Command {
  return addLevelFlags(command.argument("<domain>", "its name, or a UUID"), "organization");
}

function traffic(command: Command): Command {
  return ofDomain(command)
    .argument("<from>", "the zone that sends, by its name in the domain; * is every zone")
    .argument("<to>", "the zone to which it is sent, likewise")
    .option("--tcp [ports]", "TCP alone, to these ports: 5432, or 80,8000-8100")
    .option("--udp [ports]", "UDP alone, likewise")
    .option("--icmp", "ICMP alone");
}

/** A rule as the API names it. Throws `invalid` where flags name two protocols. */
function ruleOf(from: string, to: string, flags: TrafficFlags): string {
  const named = zoneProtocols.filter((protocol) => flags[protocol] !== undefined);
  if (named.length > 1)
    throw new FairwayError(
      "invalid",
      `a rule is of one protocol: give ${named.map((each) => `--${each}`).join(" or ")}`,
    );
  const ports = named.map((protocol) => flags[protocol]).filter((each) => typeof each === "string");
  return [`${from} > ${to}`, ...named, ...ports].join("/");
}

function levelsOf({ dryRun, organization }: TrafficFlags): DryFlags {
  return { dryRun, ...(organization !== undefined && { organization }) };
}
