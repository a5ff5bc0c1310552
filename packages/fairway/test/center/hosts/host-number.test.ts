import assert from "node:assert/strict";
import { test } from "node:test";
import { root, TestCenter } from "../../center.ts";

test("each host has a number that no other has, for as long as it is there", async () => {
  await using center = await TestCenter.start();
  const register = (name: string) =>
    center.service.hosts.register(name, { systemId: `system-${name}` }, root);
  const numbers = () =>
    Object.fromEntries(Array.from(center.store.view.rows("Host"), ({ name, number }) => [name, number]));
  await Promise.all(["a", "b", "c"].map(register));
  const first = numbers();
  assert.deepEqual(
    Object.values(first).sort((one, other) => Number(one) - Number(other)),
    [2, 3, 4],
  );
  await register("a");
  assert.deepEqual(numbers(), first);
  await center.service.hosts.remove("a", { dead: false }, root);
  await register("d");
  const { a, ...others } = first;
  assert.deepEqual(numbers(), { ...others, d: a });
});
