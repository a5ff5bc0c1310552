import assert from "node:assert/strict";
import { test } from "node:test";
import { judge } from "../../src/doctor/certificates.ts";
import { Authority } from "../api/certificates.ts";

const hourMs = 3_600_000;

test("O03 a certificate: valid, soon at its end, past it, of the future", async () => {
  await using authority = await Authority.create();
  const files = await authority.issue("node-1", "/CN=node-1");
  const at = async (hours: number) => {
    const { state, seen } = await judge(files, Date.now() + hours * hourMs);
    return `${state}: ${seen.replace(files.cert, "cert").replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d/g, "THEN")}`;
  };
  assert.equal(await at(1), "ok: valid until THEN UTC");
  assert.equal(await at(19), "warn: cert is valid until THEN UTC and was not renewed");
  assert.equal(await at(25), "fail: cert was valid until THEN UTC");
  assert.match(await at(-1), /^fail: cert is valid only from /);
});

test("O03 a certificate with another's key, of another authority, that is none, that is not there", async () => {
  await using authority = await Authority.create();
  await using stranger = await Authority.create();
  const [one, two] = [await authority.issue("one", "/CN=one"), await authority.issue("two", "/CN=two")];
  const { ca } = await stranger.issue("three", "/CN=three");
  const seen = async (files: typeof one) => {
    const { state, seen } = await judge(files, Date.now());
    assert.equal(state, "fail");
    return seen;
  };
  assert.equal(await seen({ ...one, key: two.key }), `${two.key} is not the key of ${one.cert}`);
  assert.equal(await seen({ ...one, ca }), `${one.cert} was not given by the authority ${ca}`);
  assert.match(await seen({ ...one, cert: "/nowhere.pem" }), /no such file .*\/nowhere\.pem/);
  assert.match(await seen({ ...one, cert: "/dev/null" }), /^\/dev\/null must be a PEM file: /);
});
