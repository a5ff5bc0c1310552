import type { NorthboundNames } from "./ovn-path.ts";
import type { TableHit } from "./trace-text.ts";

/** What a table does with a packet that a person wants to know, in words; undefined of the many that only prepare. */
export function deciding(hit: TableHit, names: NorthboundNames): string | undefined {
  return tables.find(({ stage }) => stage.test(hit.stage))?.tell(hit, names);
}

interface Telling {
  readonly stage: RegExp;
  tell(hit: TableHit, names: NorthboundNames): string | undefined;
}

const tables: readonly Telling[] = [
  {
    stage: /_acl(_after_lb)?(_eval)?$/,
    tell: (hit, names) => {
      const rule = names.rule(hit);
      return rule === undefined ? undefined : `looks at a rule: ${rule}`;
    },
  },
  {
    stage: /^l[sr]_in_(lb|dnat)$/,
    tell: ({ actions }) => {
      const backend = actions.flatMap((action) => /backends=([^;)]*)/.exec(action)?.[1] ?? []).at(0);
      const to = backend ?? actions.flatMap((action) => /^ct_dnat\w*\((.*)\)/.exec(action)?.[1] ?? []).at(0);
      return to === undefined ? undefined : `changes its destination to ${to}`;
    },
  },
  {
    stage: /^lr_out_snat$/,
    tell: ({ actions }) => {
      const to = actions.flatMap((action) => /^ct_snat\w*\((.*)\)/.exec(action)?.[1] ?? []).at(0);
      return to === undefined ? undefined : `changes its source to ${to}`;
    },
  },
  {
    stage: /^lr_in_ip_routing$/,
    tell: ({ match, actions }) => {
      const route = /ip[46]\.(?:dst|src) == ([0-9a-f.:]+\/\d+)/.exec(match)?.[1];
      if (route === undefined) return undefined;
      const hop = actions.flatMap((action) => /^x?x?reg0 = ([0-9a-f.:]+)$/.exec(action)?.[1] ?? []).at(0);
      return hop === undefined ? `has ${route} on a port of its own` : `takes its route ${route} by ${hop}`;
    },
  },
  {
    stage: /^lr_in_ip_input$/,
    tell: ({ actions }) =>
      actions.some((action) => /^ip[46]\.dst <-> ip[46]\.src$/.test(action))
        ? "answers it by itself"
        : undefined,
  },
  {
    stage: /^lr_in_policy$/,
    tell: ({ match, priority }) => (priority === 0 ? undefined : `looks at a policy: ${match}`),
  },
];
