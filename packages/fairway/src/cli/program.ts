import { resolve } from "node:path";
import { Command, Option } from "commander";
import type { Target } from "../api/connection.ts";
import { defaultSocket, isConfigured } from "../config/defaults.ts";
import type { Config } from "../config/schema.ts";
import { version } from "../version.ts";
import type { Ask, Print } from "./ask.ts";
import { addCleanupCommand, type CleanUp } from "./commands/cleanup.ts";
import { addClusterCommands, type ClusterCommands } from "./commands/cluster.ts";
import { addCompletionCommand } from "./commands/completion.ts";
import { addConfigCommands, type ReadSettings } from "./commands/config.ts";
import { addDoctorCommand, type Examine } from "./commands/doctor.ts";
import { addEndpointCommands } from "./commands/endpoint.ts";
import { addHostCommands } from "./commands/host.ts";
import { addNetworkCommands } from "./commands/network.ts";
import { addPortCommands } from "./commands/port.ts";
import { addRunCommand, type Run } from "./commands/run.ts";
import { addStatusCommand } from "./commands/status.ts";
import { addTokenCommands } from "./commands/token.ts";
import { printableJson } from "./text.ts";

/** What the program needs of the process around it. */
export interface Surroundings {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly run: Run;
}

interface GlobalOptions {
  readonly output: "table" | "json";
  readonly socket?: string;
  readonly config?: string;
}

const examples = `
Examples:
  fairway status
  fairway network ls
  fairway network show blue
  fairway endpoint ls --network blue -o json`;

/** The command line. What a command does not need is not loaded: its start is what a user waits for. */
export function buildProgram({ out, err, environment, run }: Surroundings): Command {
  const program = new Command("fairway")
    .description("One network out of many Docker hosts.")
    .version(version)
    .addOption(
      new Option("-o, --output <format>", "how to print").choices(["table", "json"]).default("table"),
    )
    .option("--socket <path>", "the API's socket, instead of the configured one")
    .option("-c, --config <file>", "the configuration, instead of /etc/fairway/fairway.yaml")
    .addHelpText("after", examples)
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .configureOutput({
      writeOut: out,
      writeErr: err,
      outputError: (text, write) => write(text.replace(/^error: /, "fairway: ")),
    });
  const readConfig = async (): Promise<Config> => {
    const { loadConfig } = await import("../config/load.ts");
    return loadConfig(program.opts<GlobalOptions>().config, environment);
  };
  const findCenter = async (): Promise<Target> => {
    const { socket, config } = program.opts<GlobalOptions>();
    if (socket !== undefined) return { target: `unix:${resolve(socket)}` };
    if (!isConfigured(config, environment)) return { target: `unix:${defaultSocket}` };
    const { centerOf } = await import("../config/load.ts");
    return centerOf(await readConfig());
  };
  const cleanUp: CleanUp = async (request) => {
    const { runCleanup } = await import("../cleanup/start.ts");
    return runCleanup(await readConfig(), request);
  };
  const readSettings: ReadSettings = async () => {
    const { settingsOf } = await import("../config/settings.ts");
    return settingsOf(program.opts<GlobalOptions>().config, environment);
  };
  const examine: Examine = async () => {
    const { examineMachine } = await import("../doctor/doctor.ts");
    return examineMachine(program.opts<GlobalOptions>().config, environment);
  };
  const where = () => ({ configFile: program.opts<GlobalOptions>().config, environment });
  const cluster: ClusterCommands = {
    init: async (request, say) => {
      const { initCenter } = await import("../cluster/init.ts");
      return initCenter({ ...request, ...where() }, say);
    },
    join: async (request, say) => {
      const { joinCluster } = await import("../cluster/join.ts");
      return joinCluster({ ...request, ...where() }, say);
    },
    leave: async (request, say) => {
      const { leaveCluster } = await import("../cluster/leave.ts");
      return leaveCluster({ ...request, ...where() }, say);
    },
  };
  const print: Print = (thing, render) => {
    const { output } = program.opts<GlobalOptions>();
    out(`${output === "json" ? printableJson(thing) : render(thing)}\n`);
  };
  const ask: Ask = async (question, render) => {
    const { ApiClient } = await import("../api/client.ts");
    await using client = new ApiClient(await findCenter());
    print(await question(client), render);
  };
  addStatusCommand(program, ask);
  addNetworkCommands(program, ask);
  addEndpointCommands(program, ask);
  addPortCommands(program, ask);
  addHostCommands(program, ask);
  addClusterCommands(program, cluster, print, err);
  addTokenCommands(program, ask);
  addCleanupCommand(program, cleanUp, print, err);
  addRunCommand(program, run, readConfig);
  addConfigCommands(program, readSettings, print);
  addDoctorCommand(program, examine, print);
  addCompletionCommand(program, out);
  return program;
}
