import { existsSync, readFileSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { FairwayError, messageOf } from "./errors.ts";

/** What the start of a container consists of, in its order, and what a NIC's addresses go through. */
const steps = [
  "network",
  "address",
  "endpoint",
  "link",
  "port",
  "answer",
  "nic-recorded",
  "nic-bridged",
  "nic-moved",
  "nic-checked",
  "nic-returned",
] as const;
export type Step = (typeof steps)[number];

/**
 * `kill`: SIGKILL for this very process; `error`: as if the answer was lost; `hang`: until the caller's patience ends; `pause`: until the file
 * that names it is gone, then as if nothing was.
 */
const actions = ["kill", "error", "hang", "pause"] as const;
const lookEveryMs = 10;
type Action = (typeof actions)[number];

/** The environment's variable; in nobody's configuration, for it is no setting. */
const variable = "FAIRWAY_FAILPOINT";

/** Places where a test lets Fairway fail. */
export interface Failpoints {
  /** A step took effect right now. What the test wants happens here: this resolves when that is nothing. */
  reached(step: Step, signal: AbortSignal): Promise<void>;
}

/**
 * `FAIRWAY_FAILPOINT=endpoint:kill` arms a step for good; `FAIRWAY_FAILPOINT=/a/file` the step that the file names, once: it is removed
 * then. Without the variable there are no failpoints, and they cost nothing.
 * @throws `invalid` for what names no step or action; of a file, when a step is reached.
 */
export function armedFailpoints(
  environment: Readonly<Record<string, string | undefined>>,
): Failpoints | undefined {
  const text = environment[variable];
  if (text === undefined || text === "") return undefined;
  if (!text.startsWith("/")) {
    const armed = parse(text);
    return { reached: (step, signal) => (step === armed.step ? fail(armed, signal) : Promise.resolve()) };
  }
  return {
    reached: async (step, signal) => {
      const armed = readArmed(text);
      if (armed?.step !== step) return;
      if (armed.action === "pause") return untilGone(text, signal);
      rmSync(text, { force: true });
      await fail(armed, signal);
    },
  };
}

async function untilGone(file: string, signal: AbortSignal): Promise<void> {
  while (existsSync(file)) await sleep(lookEveryMs, undefined, { signal });
}

interface Armed {
  readonly step: Step;
  readonly action: Action;
}

function readArmed(file: string): Armed | undefined {
  try {
    return parse(readFileSync(file, "utf8").trim());
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

function parse(text: string): Armed {
  const [first, second, ...rest] = text.split(":");
  const step = steps.find((each) => each === first);
  const action = actions.find((each) => each === second);
  if (step !== undefined && action !== undefined && rest.length === 0) return { step, action };
  throw new FairwayError(
    "invalid",
    `${variable} is "${text}"; it takes STEP:ACTION, STEP one of ${steps.join(", ")}, ACTION one of ${actions.join(", ")}`,
  );
}

async function fail({ step, action }: Armed, signal: AbortSignal): Promise<void> {
  if (action === "kill") process.kill(process.pid, "SIGKILL");
  if (action === "hang")
    await new Promise<void>((resolve) => {
      if (signal.aborted) resolve();
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
  const reason = signal.aborted ? `: ${messageOf(signal.reason)}` : "";
  throw new FairwayError("unavailable", `the failpoint after ${step} says ${action}${reason}`);
}
