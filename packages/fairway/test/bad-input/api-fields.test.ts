import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { z } from "zod";
import type { Operation } from "../../src/api/registry.ts";
import { registry } from "../../src/api/registry.ts";
import { engineId } from "../center.ts";
import { ApiUnderTest } from "./api-under-test.ts";
import { type Field, fieldsOf, kindOf, nameOf, withValue } from "./fields.ts";
import { type WrongInput, wrongInputs } from "./wrong-inputs.ts";
import { wrongValues, wrongValuesAt } from "./wrong-values.ts";

const seen = new Set<string>();

function wrongValuesOf(
  row: Operation,
  { path, description }: Pick<Field, "path" | "description">,
): readonly WrongInput[] {
  if (path.length === 0) return [];
  const kind = kindOf(path);
  const at = `${row.operation} ${kind}`;
  const values = wrongValuesAt[at] ?? wrongValues[kind];
  assert.ok(values !== undefined, `${row.operation} has a field ${nameOf(path)}: say which values are wrong`);
  seen.add(wrongValuesAt[at] === undefined ? kind : at);
  const isObject = description.type === "object" || description.type === "array";
  return isObject ? [] : values.map((value) => ({ what: `wrong value ${JSON.stringify(value)}`, value }));
}

/** What a message must say of a field: its name, and what would be right. */
function assertHelpful(detail: string, field: string): void {
  assert.ok(detail.includes(field), `"${detail}" names ${field}`);
  assert.match(detail, /must |known here|did you mean/, "and what would be right");
  assert.ok(detail.length < 1000, "in few words");
}

describe("bad input to the API", () => {
  let api: ApiUnderTest;
  before(async () => {
    api = await ApiUnderTest.start();
  });
  after(() => api[Symbol.asyncDispose]());

  async function assertRefused(row: Operation, url: string, body: unknown, field: string): Promise<void> {
    const rowsBefore = api.rows();
    const { status, problem } = await api.send(row.method, url, body);
    assert.ok(status === 400 || status === 413, `${status} ${JSON.stringify(problem)}`);
    assert.equal(problem.code, status === 413 ? "too_large" : "invalid");
    if (status === 400) assertHelpful(problem.detail, field);
    assert.equal(api.rows(), rowsBefore, "nothing changed");
  }

  for (const row of registry) {
    const { body, params, query } = row;
    if (body !== undefined) {
      test(`A07 ${row.operation}: every field of its body is checked, and a message says what would be right`, async (t) => {
        for (const field of fieldsOf(body)) {
          const name = nameOf(field.path);
          for (const { what, value } of [...wrongInputs(field), ...wrongValuesOf(row, field)]) {
            await t.test(`${name || "the body"}: ${what}`, () =>
              assertRefused(row, urlOf(row), withValue(row.example, field.path, value), name),
            );
          }
          if (field.description.properties === undefined) continue;
          await t.test(`${name || "the body"}: a key that nobody knows`, () =>
            assertRefused(
              row,
              urlOf(row),
              withValue(row.example, [...field.path, "nonsense"], 1),
              'unknown key "nonsense"',
            ),
          );
        }
      });
    }
    if (params !== undefined) {
      test(`A07 ${row.operation}: every part of its path is checked`, async (t) => {
        for (const [name, value] of wrongTexts(row, params)) {
          await t.test(`${name}: ${value.slice(0, 40)}`, () =>
            assertRefused(row, urlOf(row, { [name]: value }), row.example, name),
          );
        }
      });
    }
    if (query !== undefined) {
      test(`A07 ${row.operation}: every part of its query is checked`, async (t) => {
        for (const [name, value] of [...wrongTexts(row, query), ["nonsense", "1"] as const]) {
          await t.test(`${name}: ${value.slice(0, 40)}`, () =>
            assertRefused(row, `${urlOf(row)}?${name}=${encodeURIComponent(value)}`, undefined, name),
          );
        }
      });
    }
  }

  test("every case is about a field that there is", () => {
    const cases = [...Object.keys(wrongValues), ...Object.keys(wrongValuesAt)];
    assert.deepEqual(
      cases.filter((kind) => !seen.has(kind)),
      [],
    );
  });
});

function wrongTexts(
  row: Operation,
  schema: z.ZodObject,
): readonly (readonly [name: string, value: string])[] {
  return fieldsOf(schema).flatMap(({ path, description }) => {
    const [name] = path;
    if (typeof name !== "string") return [];
    const texts = wrongValuesOf(row, { path, description }).map(({ value }) => String(value));
    return [...texts, "a".repeat((description.maxLength ?? 300) + 1)].map((value) => [name, value] as const);
  });
}

/** What is right for each part of a path, so that one wrong part is the only one. */
const rightParts: Readonly<Record<string, string>> = {
  host: "node-1",
  networkId: engineId(),
  containerId: engineId(),
  endpointId: engineId(),
  pool: "2f1f7a5e-0d3a-4a5c-9d0e-0a6a6a6a6a6a",
  network: "2f1f7a5e-0d3a-4a5c-9d0e-0a6a6a6a6a6a",
  ip: "10.1.0.7",
  address: "10.1.0.7",
  name: "web",
  reference: "2f1f7a5e-0d3a-4a5c-9d0e-0a6a6a6a6a6a",
  physicalNetwork: "office",
  router: "r1",
  organization: "Enterprise",
  zone: "Enterprise/Domain/Zone",
  group: "web",
  policy: "baseline",
  vip: "10.1.0.100",
  member: "web",
  interface: "eth1",
  token: "2f1f7a5e-0d3a-4a5c-9d0e-0a6a6a6a6a6a",
  target: "viperflow",
  call: "createlogicalnetwork",
};

function urlOf({ url }: Operation, wrong: Readonly<Record<string, string>> = {}): string {
  return url.replaceAll(/:(\w+)/g, (_, name: string) => {
    const part = wrong[name] ?? rightParts[name];
    assert.ok(part !== undefined, `say what is right for :${name}`);
    return encodeURIComponent(part);
  });
}
