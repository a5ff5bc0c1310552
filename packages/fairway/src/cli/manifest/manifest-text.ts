import { counted } from "../../counted.ts";
import { printableYaml } from "../data-text.ts";
import type { Paint } from "../paint.ts";
import { printable } from "../text.ts";
import type { Present } from "./describe-cluster.ts";
import type { Plan } from "./plan.ts";
import type { Step } from "./step.ts";

/** Objects as the documents of a YAML manifest; what is as it is by default is left out. */
export function yamlOf(contents: readonly Present["content"][]): string {
  return contents
    .map((content) => `---\n${printableYaml(withoutDefaults(content))}`)
    .join("")
    .trimEnd();
}

/** A document without what is so by default: fewer lines say the same. */
export function withoutDefaults<C extends Present["content"]>(content: C): Partial<C> {
  const kept = Object.entries(content).flatMap(([field, value]) => {
    // On a subnet it says that nothing answers there.
    const own = field === "subnets" && Array.isArray(value) ? value.map(subnetWithoutDefaults) : value;
    return isDefault(field, own) ? [] : [[field, own] as const];
  });
  return Object.fromEntries(kept) as Partial<C>;
}

/** A plan, as a person reads it before saying yes. */
export function planText({ steps: first, later, same }: Plan, paint: Paint): string {
  const steps = [...first, ...later];
  const lines = steps.flatMap((step) => [
    paint(printable(`${step.mark} ${step.title}`), tones[step.mark]),
    ...step.details.map((detail) => `    ${printable(detail)}`),
    ...(step.cuts === undefined ? [] : [`    cuts: ${printable(step.cuts)}`]),
  ]);
  const count = (mark: Step["mark"]) => steps.filter((step) => step.mark === mark).length;
  const stay = `${counted(same, "document")} ${same === 1 ? "says" : "say"} what is so already`;
  if (steps.length === 0) return `nothing to do: ${stay}`;
  return [
    ...lines,
    `${count("+")} to create, ${count("~")} to change, ${count("-")} to remove; ${stay}`,
  ].join("\n");
}

const tones = { "+": "good", "~": "warning", "-": "bad" } as const;
const done = { "+": "created", "~": "changed", "-": "removed" } as const;

/** A step that was carried out, in words. */
export function doneText({ mark, title }: Pick<Step, "mark" | "title">, word: string | undefined): string {
  // Of what is removed a word says why it is not gone yet.
  if (mark === "-" && word !== undefined) return printable(`${title}: ${word}`);
  return printable(`${done[mark]} ${title}${word === undefined ? "" : `: ${word}`}`);
}

function subnetWithoutDefaults(subnet: object): object {
  return Object.fromEntries(
    Object.entries(subnet).filter(([field, value]) => field === "gateway" || !isDefault(field, value)),
  );
}

function isDefault(field: string, value: unknown): boolean {
  if (field === "mode" && value === "nat") return true;
  if (value === undefined || value === null || value === "" || value === false) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}
