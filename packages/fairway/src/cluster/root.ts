import { FairwayError } from "../errors.ts";

/** Throws `forbidden` for anybody else. */
export function onlyRoot(what: string): void {
  if (process.getuid?.() !== 0)
    throw new FairwayError("forbidden", `only root may use ${what}; try with sudo`);
}
