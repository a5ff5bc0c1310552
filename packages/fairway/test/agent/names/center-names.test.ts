import assert from "node:assert/strict";
import { test } from "node:test";
import { CenterNames } from "../../../src/agent/names/center-names.ts";
import type { NameAnswer } from "../../../src/center/schemas/name.ts";
import { FairwayError } from "../../../src/errors.ts";
import { quiet } from "../stub-center.ts";

const asker = { network: "blue", address: "10.1.0.2" };
const nobody = async () => ({ known: false, names: [] });

test("M05 a center that answers others meanwhile is not away for the one question that it did not answer in time", async () => {
  let now = 0;
  const slow = Promise.withResolvers<NameAnswer>();
  const answer: NameAnswer = { known: true, addresses: ["10.1.0.7"] };
  const api = {
    resolveName: ({ name }: { name: string }) => (name === "slow" ? slow.promise : Promise.resolve(answer)),
    reverseLookup: nobody,
  };
  const names = new CenterNames({ api, hostName: "h1", logger: quiet, now: () => now });
  const late = names.resolve(asker, "slow");
  now += 500;
  assert.deepEqual(await names.resolve(asker, "web"), answer);
  now += 500;
  slow.reject(new FairwayError("timeout", "too slow"));
  assert.equal(await late, "away");
  assert.deepEqual(await names.resolve(asker, "db"), answer, "others are asked about as before");
});
