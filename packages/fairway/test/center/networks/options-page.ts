/** The table of a page under a heading: its first two columns, without backquotes; a row may name several options. */
export function tableOf(page: string, heading: string): ReadonlyMap<string, string> {
  const lines = page.slice(page.indexOf(heading)).split("\n");
  const table = lines.slice(lines.findIndex((line) => line.startsWith("| ---")) + 1);
  const rows = table.slice(
    0,
    table.findIndex((line) => !line.startsWith("|")),
  );
  return new Map(
    rows.flatMap((row) => {
      const [names = "", takes = ""] = row
        .split("|")
        .slice(1)
        .map((cell) => cell.trim().replaceAll("`", ""));
      return names.split(", ").map((name) => [name, takes] as const);
    }),
  );
}
