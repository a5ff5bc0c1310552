import assert from "node:assert/strict";
import { test } from "node:test";
import { walkthroughPage } from "./page.ts";

test("the walk's page shows what was typed and printed, equal answers once, and no secret", () => {
  const token = `host.${"a".repeat(43)}.${"b".repeat(22)}`;
  const page = walkthroughPage([
    {
      heading: "Install",
      intro: "On every machine.",
      commands: [
        { machine: "h1", line: "apt install x", output: "one\ntwo" },
        { machine: "h2", line: "apt install x", output: "one\ntwo" },
      ],
    },
    {
      heading: "Join",
      intro: "Once.",
      commands: [
        { machine: "h1", line: "fairway token create", output: `fairway join 10.0.0.1 --token ${token}` },
        { machine: "h2", line: `fairway join 10.0.0.1 --token ${token}`, output: "" },
        { machine: "h1", line: "fairway host ls", output: "h1  kernel=6.1.0-18-amd64, openvswitch=3.1.0" },
      ],
    },
  ]);
  assert.ok(
    page.endsWith(
      [
        "## Install",
        "",
        "On every machine.",
        "",
        "<!-- not run: `make walk` types it on machines of its own, and writes this page -->",
        "```console",
        "h1# apt install x",
        "one",
        "two",
        "",
        "h2# apt install x",
        "… as on h1",
        "```",
        "",
        "## Join",
        "",
        "Once.",
        "",
        "<!-- not run: `make walk` types it on machines of its own, and writes this page -->",
        "```console",
        "h1# fairway token create",
        "fairway join 10.0.0.1 --token host.…",
        "",
        "h2# fairway join 10.0.0.1 --token host.…",
        "",
        "h1# fairway host ls",
        "h1  kernel=6.1.0, openvswitch=3.1.0",
        "```",
        "",
      ].join("\n"),
    ),
    page,
  );
});
