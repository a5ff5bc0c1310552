import assert from "node:assert/strict";
import { test } from "node:test";
import { labelledGroups } from "../../src/docker/labelled-groups.ts";
import { FairwayError } from "../../src/errors.ts";

const { signal } = new AbortController();

/** What a container with this label of its own, or of its image, tells. */
const told = (label: string | undefined, image: Record<string, string> | Error) =>
  labelledGroups(
    {
      image: async (Id) => {
        if (image instanceof Error) throw image;
        return { Id, Config: { Labels: image } };
      },
    },
    { Image: "sha256:1", Config: { Labels: label === undefined ? {} : { "fairway.groups": label } } },
    signal,
  );

test("S06 a container's own label names groups, its image's has no power", async () => {
  assert.deepEqual(await told("web, db,web", { team: "a" }), ["web", "db"]);
  assert.deepEqual(await told("web", { "fairway.groups": "web" }), []);
  assert.deepEqual(await told("web", { "fairway.groups": "" }), []);
  assert.deepEqual(await told("web,\u0000,-x,Enterprise/web", {}), ["web", "Enterprise/web"]);
  assert.equal((await told(Array.from({ length: 40 }, (_, at) => `g${at}`).join(), {}))?.length, 32);
});

test("S06 whoever has no label costs no question; of an image that is gone nothing is told; an engine that does not answer is asked again", async () => {
  const away = new FairwayError("unavailable", "The engine does not answer");
  assert.deepEqual(await told(undefined, away), []);
  assert.equal(await told("web", new FairwayError("not_found", "No such image")), undefined);
  await assert.rejects(told("web", away), away);
});
