import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Host } from "../../../lab/host/host.ts";
import { checkout, type Lab } from "../../../lab/lab.ts";
import { until } from "../../../lab/until.ts";
import { type Block, blocksOf, isTyped, type Step, stepsOf } from "./page.ts";
import { isFailure, learn, shapeOf, withoutProgress } from "./shape.ts";

/** What is there before a page's block: lines that somebody typed, or what happened. */
export type Scene = string | (() => Promise<unknown>);

/** What a page presupposes, by the heading above the block; in an array by the block below that heading. */
export interface Scenes {
  readonly before?: Readonly<Record<string, Scene | readonly (Scene | undefined)[]>>;
  /** Lines that somebody types elsewhere while a command goes on that never ends by itself. */
  readonly meanwhile?: Readonly<Record<string, string>>;
  /** Words of the page that are other words here, in commands. */
  readonly words?: Readonly<Record<string, string>>;
}

/** What only looks may look again until the cluster is as the page shows it: what one host says the others hear a little later. */
const isLook =
  /^(?:fairway trace\b|fairway (?:\S+ )?(?:ls|show|history|status|doctor|version)\b|docker (?:network (?:ls|inspect)|port|ps|inspect|compose (?:up|exec|run))\b|docker exec \S+ (?:ping|cat|sh)\b|docker run --rm |ip |curl -s http|iptables -S)/;
const isEndless = /--watch\b|--no-buffer\b|^tcpdump\b|^fairway events\b|^fairway run\b/;
const patienceMs = 20_000;
/** Where Compose calls a project `shop`. */
const directory = "/root/shop";

interface Printed {
  readonly output: string;
  readonly code: number | null;
}

/** Types the commands of pages on the hosts of a lab, and compares what they print with what the page shows. */
export class Typist {
  readonly #lab: Lab;
  /** What a page's ids and tokens are here. */
  readonly #words = new Map<string, string>();
  /** What differs from the page. */
  readonly #faults: string[] = [];
  #page = "";
  /** Those that were printed and nobody has used, the oldest first. */
  #tokens: string[] = [];

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  /**
   * Types every block of a page in its order, but those that say why they cannot be run.
   *
   * @throws AssertionError with everything that did not end, or did not look, as the page says.
   */
  async types(page: string, scenes: Scenes = {}): Promise<void> {
    this.#page = page;
    this.#words.clear();
    this.#faults.length = 0;
    for (const [word, meaning] of Object.entries(scenes.words ?? {})) this.#words.set(word, meaning);
    for (const host of this.#lab.hosts) await host.sh(`rm -rf ${directory}; mkdir -p ${directory}`);
    const counts = new Map<string, number>();
    const notRun: string[] = [];
    for (const block of blocksOf(await readFile(join(checkout, page), "utf8"))) {
      if (block.language === "yaml") await this.#write(block);
      if (!isTyped(block)) continue;
      const nth = counts.get(block.heading) ?? 0;
      counts.set(block.heading, nth + 1);
      const given = scenes.before?.[block.heading];
      await this.#set((isList(given) ? given : [given])[nth]);
      if (block.notRun === undefined) await this.#run(block, scenes.meanwhile?.[block.heading]);
      else notRun.push(`${page}:${block.line}: not run: ${block.notRun}`);
    }
    for (const line of notRun) console.log(line);
    assert.equal(this.#faults.join("\n\n"), "");
  }

  /** A Compose file and a manifest are there for who types on; the project before is over. */
  async #write({ text }: Block): Promise<void> {
    const isProject = /^services:/m.test(text);
    if (!isProject && !/^kind:/m.test(text)) return;
    const file = isProject ? "docker-compose.yml" : "net.yaml";
    for (const host of this.#lab.hosts) {
      if (isProject) await endProject(host);
      await writeFile(`${host.rootPath}${directory}/${file}`, `${text}\n`);
    }
  }

  async #set(scene: Scene | undefined): Promise<void> {
    if (scene === undefined) return;
    if (typeof scene !== "string") await scene();
    else await this.typeLines(scene);
  }

  /** Types lines that no page has, each behind its host's prompt. */
  async typeLines(text: string): Promise<void> {
    for (const step of stepsOf({ text, line: 0 })) await this.#step({ ...step, line: 0 });
  }

  async #run(block: Block, meanwhile: string | undefined): Promise<void> {
    for (const step of stepsOf(block))
      if (isEndless.test(step.command)) await this.#watch(step, meanwhile);
      else await this.#step(step);
  }

  async #step(step: Step): Promise<void> {
    const host = this.#hostOf(step);
    const command = this.#here(step.command);
    const [, network] = / --network[= ](\S+)/.exec(command) ?? [];
    if (network !== undefined && command.startsWith("docker run")) await mirrored(host, network);
    const asShown = ({ output, code }: Printed) =>
      (step.output === "" || shapeOf(step.output).test(output)) && (code !== 0) === isFailure(step.output);
    const type = async () => {
      const printed = await this.#type(host, command);
      return { ...printed, output: withoutProgress(step.output, printed.output) };
    };
    let last = await type();
    const deadline = performance.now() + patienceMs;
    while (!asShown(last) && isLook.test(command) && performance.now() < deadline) {
      await sleep(300);
      last = await type();
    }
    for (const [word, meaning] of learn(step.output, last.output)) this.#words.set(word, meaning);
    this.#tokens.push(
      ...Array.from(last.output.matchAll(/ --token (host\.\S+)/g), ([, token = ""]) => token),
    );
    if (!asShown(last)) this.#fault(step, last);
  }

  /** What goes on until somebody ends it, until it has printed what the page shows, or anything. */
  async #watch(step: Step, meanwhile: string | undefined): Promise<void> {
    const host = this.#hostOf(step);
    await using program = host.spawn(["bash", "-c", `cd ${directory}; ${this.#here(step.command)}`]);
    const [first = ""] = step.output.split("\n", 1);
    const shape = shapeOf(`${step.output}\n…`);
    try {
      if (first !== "") {
        await until(first, () => program.log.includes(first));
        await this.#set(meanwhile);
      }
      await until("what the page shows", async () => {
        if (first !== "") return shape.test(program.log);
        // It may listen a little later than it was started.
        if (program.log === "") await this.#set(meanwhile);
        return program.log !== "";
      });
      if (program.hasExited && (await program.exited) !== 0) throw new Error("it ended");
    } catch {
      this.#fault(step, { output: program.log, code: program.hasExited ? await program.exited : 0 });
    }
  }

  async #type(host: Host, command: string): Promise<Printed> {
    const script = `cd ${directory}; exec 2>&1; [ -f ../typed ] && . ../typed; ${command}
      code=$?; declare -p TOKEN >../typed 2>/dev/null; exit $code`;
    const { stdout, code } = await host.run(["bash", "-c", script], {
      check: false,
      timeoutMs: 180_000,
      env: { DEBIAN_FRONTEND: "noninteractive", COLUMNS: "500" },
    });
    const output = stdout
      .replaceAll(/^.*\r(?!\n)/gm, "")
      .replace(/\n*^(?:See|Run) 'docker run --help'.*$/m, "")
      .replace(/^[\da-f]{64}\n(?=docker: )/, "");
    return { output: output.replaceAll(/[^\S\n]+$/gm, "").trimEnd(), code };
  }

  #fault({ line, command, output: shown }: Step, { output, code }: Printed): void {
    const where = line === 0 ? `${this.#page}, before its block` : `${this.#page}:${line}`;
    this.#faults.push(`${where}: ${command}\nended with ${code} and printed\n${output}\nnot\n${shown}`);
  }

  #hostOf({ host = "h1" }: Step): Host {
    return this.#lab.host(host);
  }

  /** A command of the page, with the ids, tokens and addresses that are here what they are there. */
  #here(command: string): string {
    let here = command.replaceAll("host.…", () => this.#tokens[0] ?? "host.…");
    for (const [word, meaning] of this.#words)
      here = here.replaceAll(
        new RegExp(`(?<![\\w.])${RegExp.escape(word)}(?![\\w]|\\.\\d)`, "g"),
        () => meaning,
      );
    this.#tokens = this.#tokens.filter((token) => !here.includes(token));
    return here;
  }
}

/** Whether there is one for each block below a heading. */
function isList(
  given: Scene | readonly (Scene | undefined)[] | undefined,
): given is readonly (Scene | undefined)[] {
  return Array.isArray(given);
}

/** Takes down what Compose brought up on a host, if it did. */
async function endProject(host: Host): Promise<void> {
  const containers = "docker ps --all --quiet --filter label=com.docker.compose.project=shop";
  await host.sh(`[ -z "$(${containers})" ] || { cd ${directory}; docker compose down --timeout 0 2>&1; }`);
}

/** A person looks whether a network is there before using it. One that never comes is Docker's to name. */
function mirrored(host: Host, network: string): Promise<unknown> {
  return until(
    `network ${network} on ${host.name}`,
    async () => (await host.run(["docker", "network", "inspect", network], { check: false })).code === 0,
    { timeoutMs: 10_000 },
  ).catch(() => {});
}
