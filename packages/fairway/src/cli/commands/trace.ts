import { type Command, Option } from "commander";
import type { Place, Trace } from "../../center/schemas/trace.ts";
import { bounds, type Print, type Query } from "../ask.ts";
import { Failed } from "../failed.ts";
import type { Paint } from "../paint.ts";
import { parsePort } from "../port-number.ts";
import { printable, table } from "../text.ts";

interface Flags {
  readonly tcp?: number;
  readonly udp?: number;
  readonly icmp?: boolean;
  readonly ipv4?: boolean;
  readonly ipv6?: boolean;
}

/** Adds `fairway trace`. */
export function addTraceCommand(program: Command, query: Query, print: Print): void {
  program
    .command("trace")
    .argument(
      "<from>",
      "a container, a port, NAME.NETWORK, ADDRESS@NETWORK, an endpoint's UUID, a host, or any other address",
    )
    .argument("<to>", "the same")
    .description("say where a packet goes, and what decides it")
    .addOption(
      new Option("--tcp <port>", "to this port of TCP").argParser(parsePort).conflicts(["udp", "icmp"]),
    )
    .addOption(new Option("--udp <port>", "to this port of UDP").argParser(parsePort).conflicts("icmp"))
    .option("--icmp", "a ping, which is the default")
    .addOption(new Option("-4, --ipv4", "by IPv4").conflicts("ipv6"))
    .option("-6, --ipv6", "by IPv6")
    .addHelpText(
      "after",
      "\nThe exit status is 0 when the packet is delivered or leaves for the outside, and 1 when it is not. A packet that begins something is meant;\n" +
        "answers come back the same way. Of hosts' own rules Fairway knows its own alone.\n\n" +
        "Examples:\n  fairway trace web db --tcp 5432\n  fairway trace web 192.0.2.80 --tcp 443\n  fairway trace web db.blue -6\n  fairway trace 203.0.113.9 node-1 --tcp 8080",
    )
    .action(async (from: string, to: string, flags: Flags) => {
      const answer = await query(
        (client) => client.tracePacket({ from, to, ...packetOf(flags) }),
        bounds.change,
      );
      print(answer, renderTrace);
      if (answer.verdict === "dropped" || answer.verdict === "not-installed") throw new Failed();
    });
}

/** The packet that is asked about, as the API says it. */
interface Packet {
  readonly protocol: Trace["protocol"];
  readonly port?: number;
  readonly family?: 4 | 6;
}

function packetOf({ tcp, udp, ipv4, ipv6 }: Flags): Packet {
  const port = tcp ?? udp;
  const protocol = tcp !== undefined ? "tcp" : udp !== undefined ? "udp" : "icmp";
  return {
    protocol,
    ...(port !== undefined && { port }),
    ...(ipv4 && { family: 4 }),
    ...(ipv6 && { family: 6 }),
  };
}

function renderTrace(trace: Trace, paint: Paint): string {
  const { from, to, protocol, port, verdict, reason, steps } = trace;
  const what = protocol === "icmp" ? "a ping" : `${protocol.toUpperCase()} to port ${port ?? ""}`;
  const tone = verdict === "delivered" ? "good" : verdict === "leaves" ? "warning" : "bad";
  const rows = steps.map(({ at, name, does }, index) => [String(index + 1), at, name, does]);
  return [
    printable(`${what} from ${placeText(from)} to ${placeText(to)}`),
    "",
    table(["STEP", "AT", "NAME", "WHAT HAPPENS"], rows, paint),
    "",
    paint(printable(`${verdicts[verdict]}: ${reason}.`), tone),
  ].join("\n");
}

const verdicts: Readonly<Record<Trace["verdict"], string>> = {
  delivered: "Delivered",
  leaves: "Leaves",
  dropped: "Dropped",
  "not-installed": "Not installed yet",
};

function placeText({ kind, name, address, network, host }: Place): string {
  const who =
    kind === "address" ? address : name === address ? `${kind} ${address}` : `${kind} ${name} (${address})`;
  return [
    who,
    network === null ? "" : ` on network ${network}`,
    host === null || kind === "host" ? "" : `, host ${host}`,
  ].join("");
}
