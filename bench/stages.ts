import type { Host } from "../lab/host/host.ts";

/** The stages of a start and a removal, in ms, as Fairway's own log tells them; one list of samples for each. */
export type Stages = ReadonlyMap<string, readonly number[]>;

interface Line {
  readonly msg?: string;
  readonly method?: string;
  readonly ms?: number;
  readonly linkMs?: number;
  readonly portMs?: number;
  readonly installedMs?: number;
  readonly durationMs?: number;
}

const calls = ["RequestAddress", "CreateEndpoint", "Join", "Leave", "DeleteEndpoint", "ReleaseAddress"];

/** @param from the number of lines of the log that are older than what is measured */
export async function readStages(host: Host, from: number): Promise<Stages> {
  const stages = new Map<string, number[]>();
  const add = (stage: string, value: number | undefined) => {
    if (value === undefined) return;
    const samples = stages.get(stage) ?? [];
    samples.push(value);
    stages.set(stage, samples);
  };
  for (const text of (await host.sh(`tail -n +${from + 1} /var/log/fairway.log`)).split("\n")) {
    const line: Line = JSON.parse(text);
    for (const call of calls) if (line.msg === `${call} answered`) add(`Docker's call ${call}`, line.ms);
    if (line.msg === "applied to Northbound") add("center: compile and write to Northbound", line.durationMs);
    if (line.msg !== "ovn-installed") continue;
    add("host: veth pair, offload", line.linkMs);
    add("host: port in Open vSwitch", line.portMs);
    add("host: wait for ovn-installed", line.installedMs);
  }
  return stages;
}

export async function lengthOfLog(host: Host): Promise<number> {
  return Number(await host.sh("wc -l </var/log/fairway.log"));
}
