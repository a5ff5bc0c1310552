import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import fc from "../../../test/fast-check.ts";
import { parseLiteral } from "../src/python-literal.ts";

test("A01 literals of Python are read", () => {
  const cases: readonly (readonly [string, unknown])[] = [
    ["[[1000,1100]]", [[1000, 1100]]],
    [
      " [ (1000 , 2000), (1, 2,), ] ",
      [
        [1000, 2000],
        [1, 2],
      ],
    ],
    ["(1000,)", [1000]],
    ["(1000)", 1000],
    ["()", []],
    ["True", true],
    ["None", null],
    ["false", false],
    ["1450", 1450],
    ["-7", -7],
    ["0x1F", 31],
    ["1_000", 1000],
    ["1.5e3", 1500],
    [".5", 0.5],
    ["{1, 2}", [1, 2]],
    ["{}", {}],
    ["{'a': {\"b\": [None]},}", { a: { b: [null] } }],
    [String.raw`"a\n\x41\u00e9\101\\\'"`, "a\nAéA\\'"],
    ["'one' \"two\"", "onetwo"],
    ["u'x'", "x"],
    [String.raw`r'\n'`, String.raw`\n`],
    ["'''a\nb'''", "a\nb"],
    [
      '[{"router":"r","subnet":"a"},\\\n   {"router":"r","subnet":"b"}]',
      [
        { router: "r", subnet: "a" },
        { router: "r", subnet: "b" },
      ],
    ],
    ["{'__proto__': 1}", JSON.parse('{"__proto__": 1}')],
  ];
  for (const [text, value] of cases) assert.deepEqual(parseLiteral(text), value, text);
});

test("A01 what is no literal is refused, and nothing is evaluated", () => {
  for (const text of [
    "",
    " ",
    "[1",
    "[1]]",
    "[1,,2]",
    "1+1",
    "[1 2]",
    "__import__('os')",
    "x",
    "Truely",
    "'a",
    "'a\nb'",
    "{1: 2}",
    "{'a': 1, 'a': 2}",
    "{'a': 1, 'b'}",
    "f'{1}'",
    "b'x'",
    "01x",
    "1e999",
    "9007199254740993",
    String.raw`'\U00110000'`,
    "[".repeat(40) + "]".repeat(40),
  ])
    assert.throws(() => parseLiteral(text), { code: "invalid" }, text);
  assert.throws(
    () => parseLiteral("[1000,"),
    /is no literal of Python: a value is expected in place of its end/,
  );
});

test("A01 what Python writes of a value is read as that value", () => {
  const texts: string[] = [];
  const values: unknown[] = [];
  const leaf = fc.oneof(fc.string({ unit: "binary" }), fc.integer(), fc.boolean(), fc.constant(null));
  const { value: any } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      leaf,
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(fc.string(), tie("value"), { maxKeys: 3, noNullPrototype: true }),
    ),
  }));
  for (const value of fc.sample(any, 300)) values.push(value);
  const script = "import json,sys\nfor v in json.load(sys.stdin): print(json.dumps(repr(v)))";
  const written = execFileSync("python3", ["-c", script], { input: JSON.stringify(values) }).toString();
  texts.push(
    ...written
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as string),
  );
  assert.equal(texts.length, values.length);
  for (const [at, text] of texts.entries())
    assert.deepEqual(parseLiteral(text), JSON.parse(JSON.stringify(values[at])), text);
});

test("A07 a literal of a mebibyte costs less than a second of the processor", () => {
  const mebibyte = 1024 * 1024;
  for (const [text, isLiteral] of [
    [`${"1".repeat(mebibyte)}x`, false],
    [`'${"\\".repeat(mebibyte - 1)}`, false],
    [`'''${"a".repeat(mebibyte)}`, false],
    [`'${"a".repeat(mebibyte)}'`, true],
    [`[${"1,".repeat(60_000)}]`, true],
    [`[${"1,".repeat(mebibyte / 2)}]`, false],
    [`[${"'a',".repeat(mebibyte / 4)}`, false],
    ["'a' ".repeat(60_000), true],
    ["'a' ".repeat(mebibyte / 4), false],
    ["\\\n".repeat(mebibyte / 2), false],
  ] as const) {
    const begun = process.cpuUsage();
    if (isLiteral) parseLiteral(text);
    else assert.throws(() => parseLiteral(text), { code: "invalid" });
    const ms = process.cpuUsage(begun).user / 1000;
    assert.ok(ms < 1000, `${text.slice(0, 8)}… took ${ms} ms`);
  }
});
