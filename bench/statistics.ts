/** What a series of measurements says. All in the unit of the samples. */
export interface Summary {
  readonly count: number;
  readonly median: number;
  /** The middle half lies between these two. */
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
}

export function summarize(samples: readonly number[]): Summary {
  const sorted = [...samples].sort((one, other) => one - other);
  const at = (fraction: number) => {
    const place = (sorted.length - 1) * fraction;
    const below = sorted[Math.floor(place)] ?? Number.NaN;
    const above = sorted[Math.ceil(place)] ?? Number.NaN;
    return below + (above - below) * (place - Math.floor(place));
  };
  return { count: sorted.length, median: at(0.5), lowerQuartile: at(0.25), upperQuartile: at(0.75) };
}

/** A table in Markdown. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(header), line(header.map(() => "---")), ...rows.map(line)].join("\n");
}

export function milliseconds(value: number): string {
  return value.toFixed(1);
}

/** Each item is first, second and last equally often. */
export function rotated<T>(items: readonly T[], by: number): readonly T[] {
  const at = by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}

/** The samples themselves, one decimal each, folded away. */
export function rawData(data: unknown): string {
  const text = JSON.stringify(data, (_, value: unknown) =>
    typeof value === "number" ? Math.round(value * 10) / 10 : value,
  );
  return `<details><summary>Raw data</summary>\n\n\`\`\`json\n${text}\n\`\`\`\n\n</details>\n`;
}
