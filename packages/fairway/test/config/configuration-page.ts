import type { z } from "zod";
import { defaultFile } from "../../src/config/defaults.ts";
import { keysOf, variableOf } from "../../src/config/keys.ts";
import { configSchema } from "../../src/config/schema.ts";

/** The text of `docs/configuration.md`, made from the schema. */
export function configurationPage(): string {
  const rows = keysOf(configSchema).map(({ path, schema }) => {
    const description = schema.description ?? "";
    return `| \`${path.join(".")}\` | ${shownDefault(schema)} | \`${variableOf(path)}\` | ${description} |`;
  });
  return `# Configuration

Fairway works without any. What differs from the defaults stands in \`${defaultFile}\`, or in the file that
\`-c FILE\` names:

\`\`\`yaml
host:
  name: node-1
log:
  level: debug
\`\`\`

A variable of the environment wins over the file; its value is YAML where the key takes a list, a number or a truth
value. A wrong key or value is refused at start, with its line, its column and what would be right.

\`fairway config check\` says so beforehand, and prints every key with its value and who sets it. After a change
\`systemctl reload fairway\` (a SIGHUP to \`fairway run\`) reads the configuration again: \`log.level\` takes effect at once; the
log names other keys that changed, which wait for a restart. [coming-from.md](coming-from.md) has the equivalents of other
plugins' keys and flags.

| key | default | variable | what it sets |
| --- | --- | --- | --- |
${rows.join("\n")}

This page is made from \`packages/fairway/src/config/schema.ts\`; a test compares them.
\`UPDATE_DOCS=1 node --test packages/fairway/test/config/configuration-page.test.ts\` writes it anew.
`;
}

function shownDefault(schema: z.ZodType): string {
  const shown = schema.meta()?.["shown"];
  if (typeof shown === "string") return shown;
  const { success, data } = schema.safeParse(undefined);
  if (!success || data === undefined) return "–";
  return `\`${typeof data === "string" ? data : JSON.stringify(data)}\``;
}
