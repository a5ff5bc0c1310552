import { spawn } from "node:child_process";
import { LabError } from "./errors.ts";
import { enter, environment } from "./host/enter.ts";
import { checkout, Lab } from "./lab.ts";
import { withProgress } from "./progress.ts";
import { listKeptLabs, listLabs, sweepDeadLabs } from "./record.ts";
import { ensureTree, parseVariant } from "./trees/tree.ts";
import { compareVersions, printVersions, readVersions, recordedVersions } from "./trees/versions.ts";

const usage = `Usage: lab/up | down | enter | status | tree. What they take is in lab/README.md.`;

/** The lab's name, the number of hosts, the variant and who starts the daemons come from the environment, as make gives them. */
const { NAME = "default", HOSTS = "2", VARIANT = "debian12", MACHINES = "lab" } = process.env;

async function main([command, ...args]: string[]): Promise<number> {
  switch (command) {
    case "up":
      return up();
    case "down":
      return down(args[0] ?? NAME);
    case "enter":
      return enterMachine(args);
    case "status":
      return status();
    case "tree":
      return showTree(args);
    default:
      console.error(usage);
      return 2;
  }
}

/** The directory of a tree, or with `--versions` what is in it, and on standard error what differs from the record. */
async function showTree([variant = VARIANT, ...flags]: string[]): Promise<number> {
  const tree = await ensureTree(variant);
  if (!flags.includes("--versions")) {
    console.log(tree);
    return 0;
  }
  const known = parseVariant(variant);
  const versions = await readVersions(known, tree);
  console.log(printVersions(versions));
  const recorded = await recordedVersions(known);
  for (const line of recorded ? compareVersions(versions, recorded) : []) console.error(line);
  return 0;
}

async function up(): Promise<number> {
  const hosts = Number(HOSTS);
  const variant = parseVariant(VARIANT);
  const startedAt = performance.now();
  await withProgress(`Starting the lab "${NAME}"`, () =>
    Lab.start({ name: NAME, hosts, variant, machines: parseMachines(MACHINES), outside: true, keep: true }),
  );
  console.log(`The lab "${NAME}" is ready after ${((performance.now() - startedAt) / 1000).toFixed(1)} s.`);
  return status();
}

function parseMachines(word: string): "lab" | "systemd" {
  if (word === "lab" || word === "systemd") return word;
  throw new LabError("invalid", `No machines "${word}": there are lab, systemd.`);
}

async function down(name: string): Promise<number> {
  if (name === "--all") {
    await sweepDeadLabs();
    for (const each of await listKeptLabs(checkout)) await down(each);
    return 0;
  }
  const lab = await Lab.open(name);
  await withProgress(`Ending the lab "${name}"`, () => lab.stop());
  return 0;
}

/** Runs a command or a shell in a machine; `lab/host` or just `host` of the lab NAME. */
async function enterMachine([where = "h1", ...argv]: string[]): Promise<number> {
  const parts = where.split("/");
  const name = parts.pop() ?? "";
  const lab = await Lab.open(parts[0] ?? NAME);
  const machine = [...lab.machines, lab.underlay].find((machine) => machine.name === name) ?? lab.host(name);
  const command = argv.length > 0 ? argv : ["env", `PS1=${lab.name}/${name}:\\w# `, "bash", "--norc"];
  const [program = "", ...rest] = enter(machine.pid, command);
  const env = { ...environment, TERM: process.env["TERM"] };
  const child = spawn(program, rest, { stdio: "inherit", env });
  process.on("SIGINT", () => {}); // the terminal sends it to the command too, whose matter it is
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.on("error", reject).on("exit", (code) => resolve(code ?? 1));
  return promise;
}

async function status(): Promise<number> {
  await sweepDeadLabs();
  for (const name of await listLabs()) {
    const lab = await Lab.open(name);
    for (const machine of [...lab.machines, lab.underlay]) {
      const state = machine.isOn ? `on, pid ${machine.pid}` : "off";
      console.log(`${`${name}/${machine.name}`.padEnd(20)} ${machine.address.padEnd(14)} ${state}`);
    }
  }
  return 0;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof LabError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
