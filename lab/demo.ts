import { LabError } from "./errors.ts";
import { startFairway } from "./fairway.ts";
import { busyboxImage, type Host } from "./host/host.ts";
import { Lab } from "./lab.ts";
import { withProgress } from "./progress.ts";
import { listLabs, sweepDeadLabs } from "./record.ts";
import { parseVariant } from "./trees/tree.ts";
import { until } from "./until.ts";

/**
 * `make up`: hosts with Docker and Fairway on this machine, and two containers that talk, on two hosts where there are
 * several.
 */
const { NAME: name = "up", HOSTS = "1", VARIANT = "debian12" } = process.env;

async function main(): Promise<void> {
  await sweepDeadLabs();
  if ((await listLabs()).includes(name)) {
    const hosts = (await Lab.open(name)).hosts.map((host) => `${name}/${host.name}`);
    console.log(
      `It is up already: lab/enter ${hosts[0]} goes in (${hosts.join(", ")}), lab/down ${name} ends it.`,
    );
    return;
  }
  const variant = parseVariant(VARIANT);
  const count = Number(HOSTS);
  const what = count === 1 ? "a host" : `${count} hosts`;
  const lab = await withProgress(`Starting ${what} with Docker, Open vSwitch and OVN`, () =>
    Lab.start({ name, hosts: count, variant, outside: true, keep: true }),
  );
  try {
    await withProgress(`Starting Fairway on ${count === 1 ? "it" : "them"}`, () => startFairway(lab));
    await demonstrate(lab);
  } catch (error) {
    await lab.stop();
    throw error;
  }
  const shell = count === 1 ? "a shell on that host" : `a shell on h1, and so on to h${count}`;
  console.log(`\nIt goes on: lab/enter ${name}/h1 is ${shell}, make down ends it.`);
}

/** The first container is on the first host, which is the center, the other on the last one. */
async function demonstrate(lab: Lab): Promise<void> {
  const [first, last] = [lab.host("h1"), lab.host(`h${lab.hosts.length}`)];
  const run = (container: string) => [
    "docker",
    "run",
    "-d",
    "--name",
    container,
    "--network",
    "blue",
    busyboxImage,
    "sleep",
    "1000000",
  ];
  await show(first, "docker", "network", "create", "-d", "fairway", "--ipam-driver", "fairway", "blue");
  await show(first, ...run("web"));
  await until(`the network on ${last.name}`, async () => {
    const { code } = await last.run(["docker", "network", "inspect", "blue"], { check: false });
    return code === 0;
  });
  await show(last, ...run("db"));
  const template = "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}";
  const address = await first.docker("inspect", "-f", template, "web");
  await show(last, "docker", "exec", "db", "ping", "-c", "3", address);
  if (first !== last) await show(first, "fairway", "host", "ls");
  await show(first, "fairway", "network", "ls");
  await show(first, "fairway", "endpoint", "ls");
}

async function show(host: Host, ...command: string[]): Promise<void> {
  console.log(`\n${host.name}# ${command.join(" ")}`);
  console.log((await host.run(command)).stdout.trimEnd());
}

try {
  await main();
} catch (error) {
  if (!(error instanceof LabError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
