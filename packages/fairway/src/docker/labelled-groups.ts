import { FairwayError } from "../errors.ts";
import { groupsOption, readGroups } from "../group-names.ts";
import type { Engine } from "./engine.ts";
import type { EngineContainer } from "./engine-objects.ts";

/** What may be a group's name; so many are told at most. */
const pattern = /^[A-Za-z0-9][A-Za-z0-9 ._@/-]{0,126}$/;
const mostTold = 32;

/**
 * The security groups that a container's label names; undefined where its image is gone, and what was known stays. Labels of its image, which somebody else may have
 * made, are among the container's: one that the image has has no power. Throws `unavailable` where the engine does not answer.
 */
export async function labelledGroups(
  engine: Pick<Engine, "image">,
  { Image, Config }: Pick<EngineContainer, "Image" | "Config">,
  signal: AbortSignal,
): Promise<readonly string[] | undefined> {
  const label = Config.Labels[groupsOption];
  if (label === undefined) return [];
  const ofImage = await labelsOfImage(engine, Image, signal);
  if (ofImage === undefined) return undefined;
  if (Object.hasOwn(ofImage, groupsOption)) return [];
  return readGroups(label)
    .filter((name) => pattern.test(name))
    .slice(0, mostTold);
}

async function labelsOfImage(
  engine: Pick<Engine, "image">,
  image: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>> | undefined> {
  try {
    return (await engine.image(image, signal)).Config?.Labels ?? {};
  } catch (error) {
    if (error instanceof FairwayError && !error.retryable) return undefined;
    throw error;
  }
}
