import type { Hop, OvnPath, WayOut } from "../../center/traces/packet-tracer.ts";
import { deciding } from "./decisions.ts";
import type { Output, Passage, TableHit } from "./trace-text.ts";

/** What is known of OVN's rows by their names. */
export interface NorthboundNames {
  /** What a switch or router is called; undefined of one that is not Fairway's. */
  datapath(name: string): string | undefined;
  /** What a packet that leaves by a port has reached; undefined where nothing is known of the port. */
  port(name: string): WayOut | undefined;
  /** What the rule is for of which a flow is made; undefined where a person need not know it. */
  rule(flow: Pick<TableHit, "match" | "priority">): string | undefined;
}

/** What OVN does with a packet, in words. @param trace from the packet's beginning on. */
export function pathOf(trace: readonly Passage[], names: NorthboundNames): OvnPath {
  const passages = withoutRefusal(trace);
  const waysOut = passages
    .flatMap(({ outputs }) => outputs)
    .filter(({ type }) => type !== "patch")
    .map((output) => wayOutOf(output, names));
  const drop = waysOut.length > 0 ? undefined : dropOf(passages, names);
  return { hops: hopsOf(passages, names, drop), waysOut, drop };
}

/** What comes of the packet itself: one that a rule rejects goes no further, but its sender gets an answer. */
function withoutRefusal(passages: readonly Passage[]): readonly Passage[] {
  const at = passages.findIndex(({ tables }) => tables.some(isRejection));
  const passage = passages[at];
  if (passage === undefined) return passages;
  const tables = passage.tables.slice(0, passage.tables.findIndex(isRejection) + 1);
  return [...passages.slice(0, at), { ...passage, tables, outputs: [] }];
}

function isRejection({ actions }: TableHit): boolean {
  return actions.some((action) => action.startsWith("reject {"));
}

function wayOutOf({ port, type }: Output, names: NorthboundNames): WayOut {
  if (type === "localport") return { kind: "uplink" };
  if (type === "localnet") return { kind: "wire" };
  return names.port(port) ?? { kind: "other", port };
}

/** A hop for each switch and router, whose two pipelines are one. */
function hopsOf(
  passages: readonly Passage[],
  names: NorthboundNames,
  drop: string | undefined,
): readonly Hop[] {
  const hops: (Pick<Hop, "at" | "name"> & { datapath: string; does: string[] })[] = [];
  for (const { pipeline, datapath, tables } of passages) {
    const last = hops.at(-1);
    const does = tables.flatMap((hit) => deciding(hit, names) ?? []);
    if (pipeline === "egress" && last?.datapath === datapath) last.does.push(...does);
    else {
      const at = tables.some(({ stage }) => stage.startsWith("lr_")) ? "router" : "switch";
      hops.push({ at, name: names.datapath(datapath) ?? datapath, datapath, does });
    }
  }
  return hops.map(({ at, name, does }, index) => {
    const [next, after] = hops.slice(index + 1);
    const ending =
      next !== undefined
        ? [`gives it to ${nextOf(next, name, after)}`]
        : drop === undefined
          ? []
          : ["drops it"];
    return { at, name, does: [...does, ...ending].join(", ") || "lets it through" };
  });
}

type Named = Pick<Hop, "at" | "name">;

/** A network's own router has its name, as one of the switches beside it; a virtual one has a name of its own. */
function nextOf(next: Named, from: string, after: Named | undefined): string {
  const isOfNetwork = [from, after?.name ?? ""].some((name) => `${name} `.startsWith(`${next.name} `));
  const isVirtual = next.at === "router" && !isOfNetwork;
  return isVirtual ? `router ${next.name}` : `the ${next.at} of ${next.name}`;
}

/** Why nothing comes out: the last table has the packet, and does not give it on. */
function dropOf(passages: readonly Passage[], names: NorthboundNames): string {
  const tables = passages.flatMap((passage) => passage.tables);
  const last = tables.at(-1);
  if (last === undefined) return "OVN has no rule for it";
  const known = reasons.find(({ stage }) => stage.test(last.stage));
  return known?.why(last, tables, names) ?? `OVN's table ${last.stage} drops it${matchOf(last)}`;
}

interface Reason {
  readonly stage: RegExp;
  why(last: TableHit, tables: readonly TableHit[], names: NorthboundNames): string | undefined;
}

const reasons: readonly Reason[] = [
  {
    stage: /_acl(_eval|_action|_after_lb.*)?$/,
    why: (last, tables, names) => {
      const rule = tables.findLast(
        ({ stage, match }) => /_acl(_after_lb)?(_eval)?$/.test(stage) && match !== "",
      );
      return (
        rule && `a rule ${isRejection(last) ? "rejects" : "drops"} it: ${names.rule(rule) ?? rule.match}`
      );
    },
  },
  { stage: /_apply_port_sec$/, why: () => "port security drops it: it has another sender's address" },
  {
    stage: /^ls_in_l2_unknown$/,
    why: () => "nobody on the network has the MAC address that it is sent to",
  },
  { stage: /^lr_in_ip_routing(_ecmp)?$/, why: () => "the router has no route to its destination" },
  { stage: /^lr_in_arp_re/, why: () => "the router does not know the MAC address of its next hop" },
  { stage: /^lr_in_ip_input$/, why: () => "the router does not take what is sent to its own address" },
];

function matchOf({ match }: TableHit): string {
  return match === "" || match === "1" ? "" : ` (${match})`;
}
