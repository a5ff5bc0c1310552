import assert from "node:assert/strict";
import { test } from "node:test";
import { missingSettings } from "../../src/cluster/open-vswitch.ts";

const wanted = {
  "ovn-remote": "unix:/run/ovn/ovnsb_db.sock",
  "ovn-encap-type": "geneve",
  "ovn-encap-ip": "192.0.2.1",
};

test("what an administrator set stays, and what is missing is told", () => {
  assert.deepEqual(missingSettings({}, wanted), wanted);
  assert.deepEqual(missingSettings(wanted, wanted), {});
  const present = {
    "ovn-remote": "unix:/var/run/ovn/ovnsb_db.sock",
    "ovn-encap-type": "geneve,vxlan",
    "ovn-bridge": "br-int",
  };
  assert.deepEqual(missingSettings(present, wanted), { "ovn-encap-ip": "192.0.2.1" });
});

test("every setting that is in the way is named, with the mend", () => {
  const present = { "ovn-remote": "tcp:192.0.2.9:6642", "ovn-encap-type": "vxlan" };
  assert.throws(() => missingSettings(present, wanted), {
    code: "conflict",
    message:
      'Open vSwitch\'s external_ids:ovn-remote is "tcp:192.0.2.9:6642" and must be "unix:/run/ovn/ovnsb_db.sock"; ' +
      "if nothing else needs it: ovs-vsctl remove open_vswitch . external_ids ovn-remote\n" +
      'Open vSwitch\'s external_ids:ovn-encap-type is "vxlan" and must be "geneve"; ' +
      "if nothing else needs it: ovs-vsctl remove open_vswitch . external_ids ovn-encap-type",
  });
});
