import { LabError } from "./errors.ts";
import { startFairway } from "./fairway.ts";
import { busyboxImage, type Host } from "./host/host.ts";
import { Lab } from "./lab.ts";
import { withProgress } from "./progress.ts";
import { listLabs, sweepDeadLabs } from "./record.ts";
import { parseVariant } from "./trees/tree.ts";

/** `make up`: a host of its own on this machine, with Docker and Fairway, and two containers on it that talk. */
const name = "up";

async function main(): Promise<void> {
  await sweepDeadLabs();
  if ((await listLabs()).includes(name)) {
    console.log("It is up already: lab/enter up/h1 goes in, make down ends it.");
    return;
  }
  const variant = parseVariant(process.env["VARIANT"] ?? "debian12");
  const lab = await withProgress("Starting a host with Docker, Open vSwitch and OVN", () =>
    Lab.start({ name, hosts: 1, variant, outside: true, keep: true }),
  );
  try {
    await withProgress("Starting Fairway on it", () => startFairway(lab));
    await show(lab.host("h1"), [
      ["docker", "network", "create", "-d", "fairway", "--ipam-driver", "fairway", "blue"],
      ["docker", "run", "-d", "--name", "web", "--network", "blue", busyboxImage, "sleep", "1000000"],
      ["docker", "run", "-d", "--name", "db", "--network", "blue", busyboxImage, "sleep", "1000000"],
    ]);
    const address = await lab
      .host("h1")
      .docker("inspect", "-f", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", "db");
    await show(lab.host("h1"), [
      ["docker", "exec", "web", "ping", "-c", "3", address],
      ["fairway", "network", "ls"],
      ["fairway", "endpoint", "ls"],
    ]);
  } catch (error) {
    await lab.stop();
    throw error;
  }
  console.log("\nIt goes on: lab/enter up/h1 is a shell on that host, make down ends it.");
}

async function show(host: Host, commands: readonly (readonly string[])[]): Promise<void> {
  for (const command of commands) {
    console.log(`\nh1# ${command.join(" ")}`);
    console.log((await host.run(command)).stdout.trimEnd());
  }
}

try {
  await main();
} catch (error) {
  if (!(error instanceof LabError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
