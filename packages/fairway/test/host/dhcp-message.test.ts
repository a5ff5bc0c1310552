import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "../../../../test/fast-check.ts";
import { clientFrame, everybody, nobody, readServerFrame } from "../../src/host/dhcp/frame.ts";
import { grantOf } from "../../src/host/dhcp/grant.ts";
import { decodeMessage, encodeMessage, option } from "../../src/host/dhcp/message.ts";

const mac = "0a:00:00:00:00:01";

/** A server's message with these bytes as its options. */
function reply(options: readonly number[], { file = [] as readonly number[] } = {}): Buffer {
  const message = Buffer.alloc(236);
  message.set([2, 1, 6, 0]);
  message.writeUInt32BE(0x01020304, 4);
  message.set([10, 50, 0, 7], 16);
  message.set(Buffer.from(mac.replaceAll(":", ""), "hex"), 28);
  message.set(file, 108);
  return Buffer.concat([message, Buffer.from([99, 130, 83, 99]), Buffer.from(options)]);
}

const grant = (options: readonly number[], more = {}) => {
  const message = decodeMessage(reply([53, 1, 5, ...options, 255], more));
  assert.ok(message);
  return grantOf(message, mac);
};

test("I10 a client's message is the one that RFC 2131 draws", () => {
  const options = new Map([[option.requestedAddress as number, Buffer.from([10, 50, 0, 7])]]);
  const said = { type: "request", transaction: 0x01020304, seconds: 3, mac, toAll: true, options } as const;
  const message = encodeMessage(said);
  assert.equal(message.length, 300);
  assert.equal(message.subarray(0, 12).toString("hex"), "010106000102030400038000");
  assert.equal(message.subarray(28, 34).toString("hex"), "0a0000000001");
  assert.equal(message.subarray(236, 250).toString("hex"), "6382536335010332040a320007ff");
});

test("I10 options that go on in another, and those in the file's field, are read; what is cut off counts for nothing", () => {
  assert.deepEqual(grant([3, 4, 10, 50, 0, 1, 3, 4, 10, 50, 0, 2]).routers, ["10.50.0.1", "10.50.0.2"]);
  assert.equal(grant([52, 1, 1], { file: [15, 3, 108, 97, 110, 255] }).domain, "lan");
  assert.deepEqual(grant([3, 40, 10, 50, 0, 1]).routers, []);
  assert.deepEqual(grant([121, 7, 24, 172, 16, 7, 10, 50, 0]).routes, []);
  assert.deepEqual(grant([121, 8, 24, 172, 16, 7, 0, 0, 0, 0]).routes, [{ destination: "172.16.7.0/24" }]);
  assert.equal(grant([15, 5, 97, 10, 98, 59, 99]).domain, null, "no name, and nothing for a log");
});

test("I10 a lease lasts as the server says, never less than ten seconds, and for ever where it says so", () => {
  const times = (options: readonly number[]) => {
    const { seconds, renewalSeconds, rebindingSeconds } = grant(options);
    return [seconds, renewalSeconds, rebindingSeconds];
  };
  assert.deepEqual(times([51, 4, 0, 0, 0, 80]), [80, 40, 70]);
  assert.deepEqual(times([51, 4, 0, 0, 0, 0]), [10, 5, 8.75]);
  assert.deepEqual(times([51, 4, 0, 0, 0, 80, 58, 4, 0, 0, 0, 99, 59, 4, 0, 0, 0, 90]), [80, 80, 80]);
  assert.equal(times([51, 4, 255, 255, 255, 255])[0], null);
});

test("I10 whatever comes by the wire, reading it ends well", () => {
  const bytes = fc.uint8Array({ maxLength: 700 });
  fc.assert(
    fc.property(bytes, bytes, (frame, options) => {
      readServerFrame(Buffer.from(frame));
      const message = decodeMessage(reply([53, 1, 5, ...options]));
      if (message !== undefined) grantOf(message, mac);
      decodeMessage(Buffer.from(frame));
    }),
  );
});

test("I10 a frame carries the message whole, from nobody to everybody", () => {
  const message = Buffer.from("an odd number of bytes!");
  const frame = clientFrame({ from: { mac, ip: nobody }, to: everybody }, message);
  assert.equal(frame.subarray(0, 14).toString("hex"), "ffffffffffff0a00000000010800");
  assert.equal(frame.readUInt16BE(36), 67);
  assert.deepEqual(readServerFrame(frame), { mac, message });
  for (let length = 0; length < frame.length; length++)
    assert.equal(readServerFrame(frame.subarray(0, length)), undefined, `${length} bytes`);
});
