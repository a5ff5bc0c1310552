import { rmSync } from "node:fs";
import { join } from "node:path";
import { shapesJson } from "./schema.ts";
import { makeDirectory, runTool, TestServer, writeSchema } from "./server.ts";

/** Members of one RAFT cluster that serve the database Shapes. */
export class TestCluster implements AsyncDisposable {
  readonly directory: string;
  readonly members: readonly TestServer[];

  private constructor(directory: string, members: readonly TestServer[]) {
    this.directory = directory;
    this.members = members;
  }

  static async start(size: number): Promise<TestCluster> {
    const directory = makeDirectory();
    const address = (index: number) => `unix:${join(directory, `raft${index}`)}`;
    const members: TestServer[] = [];
    for (let index = 0; index < size; index++) {
      const home = makeDirectory();
      const file = join(home, "0.db");
      if (index === 0)
        runTool("ovsdb-tool", ["create-cluster", file, writeSchema(home, shapesJson), address(0)]);
      else runTool("ovsdb-tool", ["join-cluster", file, "Shapes", address(index), address(0)]);
      const member = await TestServer.serve(home, [file]);
      members.push(member);
      runTool("ovsdb-client", ["-t", "20", "wait", member.remote, "Shapes", "connected"]);
    }
    return new TestCluster(directory, members);
  }

  get leader(): TestServer {
    const leader = this.members.find((member) => isLeader(member));
    if (leader === undefined) throw new Error("no member leads");
    return leader;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.members.map((member) => member[Symbol.asyncDispose]()));
    rmSync(this.directory, { recursive: true, force: true });
  }
}

function isLeader(member: TestServer): boolean {
  try {
    return /^Role: leader/m.test(member.control("cluster/status", "Shapes"));
  } catch {
    return false;
  }
}
