/** What a rule between zones, or of a security group, does: who is rejected is told so, who is dropped waits. */
export const ruleActions = ["allow", "reject", "drop"] as const;
export type RuleAction = (typeof ruleActions)[number];

/** A rule as a row has it: what it is of, as text, with what it does. */
export interface RowRule {
  readonly text: string;
  readonly action: RuleAction;
}

/** The rules of a row; what another hand has damaged is left out. @param parse undefined: it is no rule. */
export function rulesIn<Traffic extends object>(
  rules: Readonly<Record<string, string>>,
  parse: (text: string) => Traffic | undefined,
): readonly (RowRule & Traffic)[] {
  return Object.entries(rules).flatMap(([text, said]) => {
    const traffic = parse(text);
    const action = ruleActions.find((each) => each === said);
    return traffic === undefined || action === undefined ? [] : { text, action, ...traffic };
  });
}

/** Rules in the one way in which they are written; what is none stays as it is. @param parse undefined: it is no rule. */
export function canonicalRules<Traffic, V>(
  rules: Readonly<Record<string, V>>,
  parse: (text: string) => Traffic | undefined,
  format: (traffic: Traffic) => string,
): Record<string, V> {
  return Object.fromEntries(
    Object.entries(rules).map(([text, action]) => {
      const traffic = parse(text);
      return [traffic === undefined ? text : format(traffic), action];
    }),
  );
}
