import { check } from "../check.ts";
import { FairwayError } from "../errors.ts";
import { stringMap } from "./schemas/common.ts";
import { mergePatch } from "./schemas/spec-shapes.ts";

type TextMap = Readonly<Record<string, string>>;

/**
 * A map with a merge patch (RFC 7396). Throws `invalid`, naming the field, where it would have more entries than a map may: patch after patch lets it grow.
 * @param patch undefined: nothing changes; null: it has no entries.
 */
export function mergedMap(
  field: string,
  before: TextMap,
  patch: Readonly<Record<string, string | null>> | null | undefined,
): Record<string, string> {
  const { map = {} } = mergePatch({ map: { ...before } }, { map: patch });
  const checked = check(stringMap, map);
  if (checked.ok) return checked.value;
  const detail = `${field} ${checked.faults.map(({ message }) => message.replace(/^the content /, "")).join("; ")}`;
  throw new FairwayError("invalid", detail, { fields: [{ field, detail }] });
}
