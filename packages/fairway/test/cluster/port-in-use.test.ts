import { enterPrivateNetwork } from "../agent/private-network.ts";

enterPrivateNetwork();

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { checkPortIsFree, withPortOwner } from "../../src/cluster/port-in-use.ts";
import { FairwayError } from "../../src/errors.ts";
import { nameProcess } from "../../src/host/process-name.ts";

const [host, port] = ["127.0.0.1", 6640];

execFileSync("ip", ["link", "set", "lo", "up"]);

test("X10 who has a port that a center needs is named, and what to do about Open vSwitch's manager", async () => {
  const other = createServer().listen({ host, port });
  await once(other, "listening");
  try {
    nameProcess("ovsdb-server");
    await assert.rejects(checkPortIsFree(host, port), {
      code: "conflict",
      message:
        `cannot listen on 127.0.0.1:6640: ovsdb-server (process ${process.pid}) listens on port 6640. If \`ovs-vsctl get-manager\` ` +
        "shows ptcp:6640, that is Open vSwitch's manager: `ovs-vsctl del-manager` ends it; Fairway does not need it",
    });
    nameProcess("other");
    await assert.rejects(checkPortIsFree(host, port), {
      message: `cannot listen on 127.0.0.1:6640: other (process ${process.pid}) listens on port 6640. End it, or let it listen elsewhere`,
    });
  } finally {
    other.close();
  }
});

test("a port that nobody has is free, and stays so", async () => {
  await checkPortIsFree(host, port);
  await checkPortIsFree(host, port);
});

test("X10 a host's address that is not there is no reason to refuse", async () => {
  await checkPortIsFree("192.0.2.9", port);
});

test("an error that is about no port stays what it is", async () => {
  const error = new FairwayError("invalid", "no certificates");
  assert.equal(await withPortOwner(error), error);
});
