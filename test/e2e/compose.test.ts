import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { startFairway } from "../../lab/fairway.ts";
import { busyboxImage, type Host } from "../../lab/host/host.ts";
import { Lab } from "../../lab/lab.ts";
import { until } from "../../lab/until.ts";
import { variant } from "./settings.ts";
import { becomes, tracesOf } from "./traces.ts";

/** A file as people have it, with nothing of Fairway but the name of the driver. */
const composeFile = (driver: string) => `
version: "2.4"
services:
  web:
    image: ${busyboxImage}
    command: sh -c "mkdir -p /www; echo hello >/www/index.html; exec httpd -f -h /www"
    ports: ["8080:80"]
    networks:
      front: {ipv4_address: 10.61.0.10}
  app:
    image: ${busyboxImage}
    command: sleep 100000
    networks:
      front: {aliases: [application]}
      back: {}
  db:
    image: ${busyboxImage}
    command: sleep 100000
    networks:
      back: {ipv4_address: 10.62.0.20, aliases: [database]}
  batch:
    image: ${busyboxImage}
    command: sleep 100000
    networks: {back: {}, side: {}}
networks:
  front: {driver: ${driver}, ipam: {config: [{subnet: 10.61.0.0/24}]}}
  back: {driver: ${driver}, internal: true, ipam: {config: [{subnet: 10.62.0.0/24}]}}
  side: {driver: ${driver}}
`;

describe(`Compose on Docker's engine of ${variant}`, () => {
  let lab: Lab;
  let h1: Host;

  before(async () => {
    lab = await Lab.start({ hosts: 1, variant, outside: true });
    h1 = lab.host("h1");
    await startFairway(lab);
    await mkdir(join(h1.rootPath, "/srv/shop"), { recursive: true });
    await writeFile(join(h1.rootPath, "/srv/shop/docker-compose.yml"), composeFile("fairway"));
  });
  after(() => lab[Symbol.asyncDispose]());

  const compose = (command: string) =>
    h1.sh(
      `cd /srv/shop; if command -v docker-compose >/dev/null; then docker-compose ${command}
      else docker compose ${command}; fi 2>&1`,
      { timeoutMs: 120_000 },
    );
  const inService = (service: string, command: string) => compose(`exec -T ${service} ${command}`);

  it("D12 four services on three networks: up, down, up again; fixed addresses, names, aliases, a published port", async () => {
    const clean = await tracesOf(h1);
    for (const round of ["first", "second"]) {
      await compose("up -d");
      assert.match(await inService("web", "ip -4 address show eth0"), /inet 10\.61\.0\.10\/24/, round);
      for (const name of ["web", "database", "10.62.0.20"]) await inService("app", `ping -c 1 -W 5 ${name}`);
      await inService("web", "ping -c 1 -W 5 application");
      await inService("batch", "ping -c 1 -W 5 db");
      const page = await until("the published port to answer", async () => {
        const { stdout } = await lab.outside.run(["curl", "-s", "-m", "5", `http://${h1.address}:8080/`], {
          check: false,
        });
        return stdout.trim() !== "" && stdout.trim();
      });
      assert.equal(page, "hello");
      assert.doesNotMatch(await inService("db", "ip route"), /default/);
      await compose("down -t 1");
      await becomes(h1, clean);
    }
  });
});
