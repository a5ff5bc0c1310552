import manifest from "../package.json" with { type: "json" };

/** Fairway's version. */
export const { version } = manifest;
