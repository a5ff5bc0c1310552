import { resolve } from "node:path";
import { Command, Option } from "commander";
import type { Target } from "../api/connection.ts";
import { onlyRoot } from "../cluster/root.ts";
import { defaultSocket, isConfigured } from "../config/defaults.ts";
import type { Config } from "../config/schema.ts";
import { version } from "../version.ts";
import { addAliases } from "./aliases.ts";
import type { Ask, Print } from "./ask.ts";
import { addAddressCommands } from "./commands/address.ts";
import { addCleanupCommand, type CleanUp } from "./commands/cleanup.ts";
import { addClusterCommands, type ClusterCommands } from "./commands/cluster.ts";
import { addCompletionCommand } from "./commands/completion.ts";
import { addConfigCommands, type ReadSettings } from "./commands/config.ts";
import { addDoctorCommand, type Examine } from "./commands/doctor.ts";
import { addEndpointCommands } from "./commands/endpoint.ts";
import { addEventsCommand } from "./commands/events.ts";
import { addHostCommands } from "./commands/host.ts";
import { addLogicalPortCommands, type Plugging } from "./commands/logical-port.ts";
import { addManifestCommands } from "./commands/manifest.ts";
import { addNetworkCommands } from "./commands/network.ts";
import { addPhysicalCommands } from "./commands/physical.ts";
import { addPolicyCommands } from "./commands/policy.ts";
import { addPortCommands } from "./commands/port.ts";
import { addPortPublication } from "./commands/port-publication.ts";
import { addPrincipalCommands } from "./commands/principal.ts";
import { addRouteTargetCommands } from "./commands/route-target.ts";
import { addRouterCommands } from "./commands/router.ts";
import { addMoveNicCommand, addRunCommand, addSouthboundCommand, type Run } from "./commands/run.ts";
import { addSecurityGroupCommands } from "./commands/security-group.ts";
import { addStatusCommand } from "./commands/status.ts";
import { addSubnetCommands } from "./commands/subnet.ts";
import { addTenancyCommands } from "./commands/tenancy.ts";
import { addTokenCommands } from "./commands/token.ts";
import { addTraceCommand } from "./commands/trace.ts";
import { addVersionCommand } from "./commands/version.ts";
import { addVipCommands } from "./commands/vip.ts";
import { confirmBy, type Question } from "./confirm.ts";
import { type DataFormat, dataText } from "./data-text.ts";
import { requireCluster } from "./explain.ts";
import { ListCommands, type Output } from "./list-commands.ts";
import { paintFor } from "./paint.ts";
import { queryBy, withCenterBy } from "./query.ts";
import { printable } from "./text.ts";

/** What the program needs of the process around it. */
export interface Surroundings {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Whether a person reads the output as it is. */
  readonly isTerminal?: boolean;
  /** Absent where nobody can be asked. */
  readonly question?: Question | undefined;
  readonly run: Run;
}

interface GlobalOptions {
  readonly output: Output;
  readonly socket?: string;
  readonly config?: string;
}

const examples = `
Examples:
  fairway status
  fairway network ls
  fairway network show blue
  fairway endpoint ls --network blue -o json`;

/** The command line. A command loads only what it needs, so that it starts fast. */
export function buildProgram(surroundings: Surroundings): Command {
  const { out, err, environment, run } = surroundings;
  const program = new Command("fairway")
    .description("Connect the containers of many Docker hosts by one network.")
    .version(version, "-V, --version", "print the version")
    .addOption(
      new Option(
        "-o, --output <format>",
        "print a table, the API's JSON, the same as YAML, or of a list the names alone",
      )
        .choices(["table", "json", "yaml", "name"])
        .default("table"),
    )
    .option("--socket <path>", "ask the center at this socket, not at the configured one")
    .option("-c, --config <file>", "read this configuration, not /etc/fairway/fairway.yaml")
    .addHelpText("after", examples)
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .configureOutput({
      writeOut: out,
      writeErr: err,
      outputError: (text, write) => write(text.replace(/^error: /, "fairway: ")),
    });
  const say = (line: string) => err(`fairway: ${printable(line)}\n`);
  const confirm = confirmBy(surroundings.question, err);
  const paint = paintFor(surroundings.isTerminal === true, environment);
  const readConfig = async (): Promise<Config> => {
    const { loadConfig } = await import("../config/load.ts");
    return loadConfig(program.opts<GlobalOptions>().config, environment);
  };
  const findCenter = async (): Promise<Target> => {
    const { socket, config } = program.opts<GlobalOptions>();
    if (socket !== undefined) return { target: `unix:${resolve(socket)}` };
    if (!isConfigured(config, environment)) return { target: `unix:${defaultSocket}` };
    const { targetOf } = await import("../api/connection.ts");
    return targetOf((await readConfig()).api);
  };
  const cleanUp: CleanUp = async (request) => {
    onlyRoot("fairway cleanup");
    const { runCleanup } = await import("../cleanup/start.ts");
    return runCleanup(await readConfig(), request);
  };
  const readSettings: ReadSettings = async () => {
    const { settingsOf } = await import("../config/settings.ts");
    return settingsOf(program.opts<GlobalOptions>().config, environment);
  };
  const examine: Examine = async () => {
    onlyRoot("fairway doctor");
    await requireCluster(readConfig);
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
    leave: async (request, say, yes) => {
      onlyRoot("fairway leave");
      await confirm("This machine goes out of its cluster, and Fairway's networks go from its engine.", yes);
      const { leaveCluster } = await import("../cluster/leave.ts");
      return leaveCluster({ ...request, ...where() }, say);
    },
  };
  const plugging: Plugging = {
    plug: async (request) => {
      onlyRoot("fairway port plug");
      await requireCluster(readConfig);
      const { plugPort } = await import("../plug.ts");
      return plugPort(await readConfig(), request);
    },
    unplug: async (port) => {
      onlyRoot("fairway port unplug");
      await requireCluster(readConfig);
      const { unplugPort } = await import("../plug.ts");
      return unplugPort(await readConfig(), port);
    },
  };
  const runSouthbound = async (config: Config, signal: AbortSignal) =>
    (await import("../southbound.ts")).runSouthbound(config, signal);
  const moveNic = async (config: Config, file: string) =>
    (await import("../move-nic.ts")).runMoveNic(config, file);
  const giveNicsBack = async (config: Config) => (await import("../move-nic.ts")).giveNicsBack(config);
  const output = () => program.opts<GlobalOptions>().output;
  const dataFormat = (): DataFormat | undefined => {
    const format = output();
    return format === "json" || format === "yaml" ? format : undefined;
  };
  const print: Print = (thing, render) => {
    const format = dataFormat();
    out(`${format === undefined ? render(thing, paint) : dataText(format, thing)}\n`);
  };
  const isNamed = () => program.opts<GlobalOptions>().socket !== undefined;
  const query = queryBy({ findCenter, isNamed, readConfig, say });
  const ask: Ask = async (question, render, boundMs) => print(await query(question, boundMs), render);
  const withCenter = withCenterBy({ findCenter, isNamed, readConfig });
  const isTerminal = surroundings.isTerminal === true && environment["TERM"] !== "dumb";
  const lists = new ListCommands({ query, withCenter, out, err, output, paint, isTerminal });
  program.hook("preAction", (_, command) => lists.check(command));
  addStatusCommand(program, query, print, say);
  addNetworkCommands(program, ask, confirm, lists);
  addSubnetCommands(program, ask, confirm, lists);
  addAddressCommands(program, ask, lists);
  addRouterCommands(program, ask, lists);
  addTenancyCommands(program, ask, lists);
  addRouteTargetCommands(program, lists);
  addSecurityGroupCommands(program, ask, lists);
  addPolicyCommands(program, ask, lists);
  addVipCommands(program, ask, lists);
  addPhysicalCommands(program, ask, lists);
  addEndpointCommands(program, ask, lists);
  const port = addPortCommands(program, lists);
  addLogicalPortCommands(port, ask, plugging, print);
  addPortPublication(port, ask);
  addHostCommands(program, ask, confirm, lists);
  addClusterCommands(program, cluster, print, err);
  addTokenCommands(program, ask, lists);
  addPrincipalCommands(program, ask, lists);
  addManifestCommands(program, { withCenter, print, confirm, say, isData: () => dataFormat() !== undefined });
  addEventsCommand(program, withCenter, { out, err, dataFormat });
  addTraceCommand(program, query, print);
  addCleanupCommand(program, cleanUp, print, err);
  addRunCommand(program, run, readConfig);
  addSouthboundCommand(program, runSouthbound, readConfig);
  addMoveNicCommand(program, moveNic, giveNicsBack, readConfig);
  addConfigCommands(program, readSettings, print, say);
  addDoctorCommand(program, examine, print);
  addVersionCommand(program, query, print);
  addCompletionCommand(program, out);
  addAliases(program);
  return program;
}
