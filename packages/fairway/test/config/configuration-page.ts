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

Fairway works without a configuration. Write what differs from the defaults into \`${defaultFile}\`, or into a file that you
name by \`-c FILE\`:

\`\`\`yaml
host:
  name: node-1
log:
  level: debug
\`\`\`

A variable of the environment wins over the file. Its value is YAML if the key takes a list, a number or a boolean. Fairway does not start with a wrong
key or value: it prints the line, the column and what would be right.

1. After a change run \`fairway config check\`. It prints every key with its value and its source, or every fault.
2. Run \`systemctl reload fairway\` (or send SIGHUP to \`fairway run\`). \`log.level\` takes effect at once. The log names other keys that changed: they need
   \`systemctl restart fairway\`, which running containers do not notice.

[coming-from.md](coming-from.md) has the equivalents of other plugins' keys and flags.

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
