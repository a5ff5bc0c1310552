import assert from "node:assert/strict";
import { test } from "node:test";
import { type Answer, encode } from "dns-packet";
import { answeredAddresses } from "../../../src/agent/names/answered-addresses.ts";

const answer = (...answers: readonly Answer[]) => encode({ type: "response", id: 1, answers: [...answers] });

test("S07 an answer's addresses are those of the name that was asked for, by its aliases too, in whatever order", () => {
  const chain = answer(
    { type: "A", name: "End.example.net", data: "203.0.113.10", ttl: 300 },
    { type: "CNAME", name: "middle.example.net", data: "end.example.net", ttl: 20 },
    { type: "CNAME", name: "WWW.example.com", data: "Middle.example.net", ttl: 600 },
    { type: "AAAA", name: "end.example.net", data: "2001:db8::10", ttl: 10 },
  );
  assert.deepEqual(answeredAddresses(chain, "www.Example.com"), [
    { address: "203.0.113.10", ttl: 20 },
    { address: "2001:db8::10", ttl: 10 },
  ]);
});

test("S07 what an answer says of others has no part in it; what cannot be read, and what turns in a circle, ends", () => {
  const foreign = answer(
    { type: "A", name: "www.example.com", data: "203.0.113.10", ttl: 5 },
    { type: "A", name: "bank.example", data: "203.0.113.66", ttl: 5 },
    { type: "CNAME", name: "else.example", data: "www.example.com", ttl: 1 },
    { type: "TXT", name: "www.example.com", data: "203.0.113.67", ttl: 5 },
  );
  assert.deepEqual(answeredAddresses(foreign, "www.example.com"), [{ address: "203.0.113.10", ttl: 5 }]);
  const circle = answer(
    { type: "CNAME", name: "a.example", data: "b.example", ttl: 5 },
    { type: "CNAME", name: "b.example", data: "a.example", ttl: 5 },
  );
  for (const bytes of [circle, Buffer.from("nonsense"), Buffer.alloc(0)])
    assert.deepEqual(answeredAddresses(bytes, "a.example"), []);
});
