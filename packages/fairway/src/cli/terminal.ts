import { createInterface } from "node:readline";
import type { Question } from "./confirm.ts";

interface Streams {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** How to ask the person at the terminal; undefined where one of the two is none. Ctrl-C and Ctrl-D are an empty answer. */
export function questionOn({ input, output }: Streams): Question | undefined {
  if (input.isTTY !== true || output.isTTY !== true) return undefined;
  return (text) =>
    new Promise((resolve) => {
      const lines = createInterface({ input, output });
      lines.once("close", () => resolve(""));
      lines.once("SIGINT", () => {
        output.write("\n");
        lines.close();
      });
      lines.question(text, (answer) => {
        resolve(answer);
        lines.close();
      });
    });
}
