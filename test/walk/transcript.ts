import type { Machine } from "../../lab/host/machine.ts";

export interface TypedOptions {
  /** The exit code that the command must end with. Default: 0. */
  readonly code?: number;
  readonly timeoutMs?: number;
}

/** One command as a person typed it. */
export interface TypedCommand {
  readonly machine: string;
  readonly line: string;
  /** What it printed, without trailing white space. */
  readonly output: string;
}

export interface Section {
  readonly heading: string;
  /** What a reader of the page should know before the commands. */
  readonly intro: string;
  readonly commands: readonly TypedCommand[];
}

/** What was typed on several machines and what came, printed at once and kept for a page of the documentation. */
export class Transcript {
  readonly #sections: { heading: string; intro: string; commands: TypedCommand[] }[] = [];

  get sections(): readonly Section[] {
    return this.#sections;
  }

  /** Begins a section. */
  section(heading: string, intro: string): void {
    console.log(`## ${heading}\n\n${intro}\n`);
    this.#sections.push({ heading, intro, commands: [] });
  }

  /**
   * Types a line on a machine, as a person does.
   *
   * @returns what was printed.
   * @throws Error where it ended with another code.
   */
  async type(
    machine: Machine,
    line: string,
    { code: expected = 0, timeoutMs = 180_000 }: TypedOptions = {},
  ): Promise<string> {
    console.log(`${machine.name}# ${line}`);
    const { stdout, code } = await machine.run(["sh", "-c", `cd /root; exec 2>&1; ${line}`], {
      check: false,
      timeoutMs,
      env: { DEBIAN_FRONTEND: "noninteractive", COLUMNS: "140" },
    });
    // What a program writes over itself, as apt's progress, a page shows as it stood last.
    const output = stdout.replaceAll("\r\n", "\n").replaceAll(/^.*\r/gm, "").trimEnd();
    if (output !== "") console.log(output);
    console.log();
    this.#sections.at(-1)?.commands.push({ machine: machine.name, line, output });
    if (code !== expected) throw new Error(`${machine.name}: ${line}: ended with ${code}, not ${expected}`);
    return stdout;
  }
}
