import type { Mutant } from "./mutant.ts";

export const mutants: readonly Mutant[] = [
  {
    breaks: "whose a claimed endpoint is, is told again where it was not taken",
    file: "packages/fairway/src/docker/recovery.ts",
    from: "agent.undescribed.add(lost.engineId);",
    to: "",
    test: "packages/fairway/test/docker/recovery.test.ts",
  },
  {
    breaks: "claimed endpoints of no container any more are forgotten",
    file: "packages/fairway/src/docker/recovery.ts",
    from: "for (const engineId of gone) agent.undescribed.delete(engineId);",
    to: "",
    test: "packages/fairway/test/docker/recovery.test.ts",
  },
  {
    breaks: "an event that cannot be handled ends nothing but itself",
    file: "packages/fairway/src/docker/events.ts",
    from: "for await (const event of events) await this.#unlessPermanent(this.#handle(event, signal));",
    to: "for await (const event of events) await this.#handle(event, signal);",
    test: "packages/fairway/test/docker/events.test.ts",
  },
  {
    breaks: "what the engine fails at is no reason to begin anew",
    file: "packages/fairway/src/docker/engine.ts",
    from: 'return status === 503 ? "unavailable" : "internal";',
    to: 'return "unavailable";',
    test: "packages/fairway/test/docker/events.test.ts",
  },
  {
    breaks: "a line that is no event is passed over",
    file: "packages/fairway/src/docker/engine.ts",
    from: "  } catch {\n    return undefined;",
    to: "  } catch (error) {\n    throw error;",
    test: "packages/fairway/test/docker/events.test.ts",
  },
  {
    breaks: "endpoints of a network that the engine cannot show are not taken for forgotten",
    file: "packages/fairway/src/docker/stale-objects.ts",
    from: " && !listed.unclear.has(each.networkId)",
    to: "",
    test: "packages/fairway/test/docker/recovery.test.ts",
  },
  {
    breaks: "an occasion during a look is answered by another look",
    file: "packages/fairway/src/runtime/loop.ts",
    from: "    this.#isDue = true;\n    if",
    to: "    if (this.#running === undefined) this.#isDue = true;\n    if",
    test: "packages/fairway/test/docker/recovery.test.ts",
  },
  {
    breaks: "one network that the engine does not remove is one",
    file: "packages/fairway/src/docker/mirrors.ts",
    from: "if (this.#loop.signal.aborted || isAway) throw error;",
    to: "throw error;",
    test: "packages/fairway/test/docker/mirrors.test.ts",
  },
];
