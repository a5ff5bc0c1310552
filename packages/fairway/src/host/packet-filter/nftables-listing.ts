import * as z from "zod";

/** What Fairway reads of the JSON that nft prints (libnftables-json(5)); statements and expressions stay as they are. */
const listing = z.object({ nftables: z.array(z.record(z.string(), z.unknown())) });

const table = z.object({ family: z.string(), name: z.string(), flags: z.unknown().optional() });

const chain = z.object({
  family: z.string(),
  table: z.string(),
  name: z.string(),
  type: z.string().optional(),
  hook: z.string().optional(),
  prio: z.number().optional(),
  policy: z.string().optional(),
});

const rule = z.object({
  family: z.string(),
  table: z.string(),
  chain: z.string(),
  handle: z.number(),
  comment: z.string().optional(),
  expr: z.array(z.record(z.string(), z.unknown())).default([]),
});

const set = z.object({
  family: z.string(),
  table: z.string(),
  name: z.string(),
  elem: z.array(z.unknown()).default([]),
});

type NftTable = z.infer<typeof table>;
export type NftChain = z.infer<typeof chain>;
export type NftRule = z.infer<typeof rule>;
type NftSet = z.infer<typeof set>;

export interface NftListing {
  readonly tables: readonly NftTable[];
  readonly chains: readonly NftChain[];
  readonly rules: readonly NftRule[];
  /** Maps, too. */
  readonly sets: readonly NftSet[];
}

/** Reads what `nft --json list ruleset` prints. What has another shape is left out. */
export function readListing(json: string): NftListing {
  const all: { tables: NftTable[]; chains: NftChain[]; rules: NftRule[]; sets: NftSet[] } = {
    tables: [],
    chains: [],
    rules: [],
    sets: [],
  };
  for (const object of listing.parse(JSON.parse(json)).nftables) {
    add(all.tables, table, object["table"]);
    add(all.chains, chain, object["chain"]);
    add(all.rules, rule, object["rule"]);
    add(all.sets, set, object["set"]);
    add(all.sets, set, object["map"]);
  }
  return all;
}

function add<Kind>(to: Kind[], schema: z.ZodType<Kind>, value: unknown): void {
  const { data, success } = schema.safeParse(value);
  if (success) to.push(data);
}
