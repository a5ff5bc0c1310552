import assert from "node:assert/strict";
import { test } from "node:test";
import { isGuarded } from "../../src/doctor/tunnel-port.ts";

test("O05 a port of tunnels is guarded where a rule names it, or where nothing is taken that nobody accepts", () => {
  const chain = (policy: string, rule = "") =>
    `table inet site {\n\tchain input {\n\t\ttype filter hook input priority filter; policy ${policy};\n\t\t${rule}\n\t}\n}\n`;
  assert.equal(isGuarded("", 6081), false);
  assert.equal(isGuarded(chain("accept"), 6081), false);
  assert.equal(isGuarded(chain("accept", "tcp dport 60811 drop"), 6081), false);
  assert.equal(isGuarded(chain("drop").replace("hook input", "hook forward"), 6081), false);
  assert.equal(isGuarded(chain("accept", "udp dport 6081 ip saddr != { 192.0.2.1 } drop"), 6081), true);
  assert.equal(
    isGuarded(chain("accept", "udp dport { 53, 6081 } ip saddr != 192.0.2.0/24 drop"), 6081),
    true,
  );
  assert.equal(isGuarded(chain("drop"), 6081), true);
  assert.equal(isGuarded("-P INPUT DROP\n-P FORWARD ACCEPT\n", 6081), true);
  assert.equal(isGuarded("-A INPUT -p udp -m udp --dport 6081 -j DROP\n", 6081), true);
  assert.equal(isGuarded("-P INPUT ACCEPT\n-P FORWARD DROP\n", 6081), false);
});
