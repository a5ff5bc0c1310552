import { existsSync } from "node:fs";

/** Read where it exists and no other file is named. */
export const defaultFile = "/etc/fairway/fairway.yaml";

export const defaultSocket = "/run/fairway/api.sock";

/**
 * Whether anybody configured anything. Where nobody did, a command need not load what reads and checks a
 * configuration; that takes longer than all the rest of it.
 */
export function isConfigured(
  file: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  return (
    file !== undefined ||
    existsSync(defaultFile) ||
    Object.keys(environment).some((name) => name.startsWith("FAIRWAY_"))
  );
}
