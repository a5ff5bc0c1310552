/** What does not work of a network or an endpoint, by part: whoever finds it writes its own part alone. */
export type Status = Readonly<Record<string, string>>;

/** The status with another text in one part; without that part where there is none. */
export function withPart(status: Status, part: string, reason: string | undefined): Record<string, string> {
  const { [part]: _, ...others } = status;
  return reason === undefined ? others : { ...others, [part]: reason };
}
