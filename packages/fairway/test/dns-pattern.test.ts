import assert from "node:assert/strict";
import { test } from "node:test";
import { matchesDnsPattern, parseDnsPattern } from "../src/dns-pattern.ts";
import { isInternalAddress } from "../src/internal-addresses.ts";

test("S07 a DNS name, or all below one, is read in the one way in which it is kept", () => {
  for (const [text, kept] of [
    ["deb.debian.org", "deb.debian.org"],
    ["Deb.Debian.ORG.", "deb.debian.org"],
    ["*.debian.org", "*.debian.org"],
    ["*.internal", "*.internal"],
    ["_ldap._tcp.example.com", "_ldap._tcp.example.com"],
    ["bücher.example", "xn--bcher-kva.example"],
    ["*.Bücher.example", "*.xn--bcher-kva.example"],
  ] as const)
    assert.equal(parseDnsPattern(text), kept, text);
});

test("S07 what is no DNS name is none: one label, an address, a star elsewhere, a URL", () => {
  const long = `${"a".repeat(63)}.`.repeat(4);
  const wrong =
    "debian any * *. *.* *.*.org a.*.org *a.org .org a..org -a.org a-.org 10.1.0.7 10.1.0 1.2.3.999 *.7 a.b:443 a.b/c %61.b.org";
  for (const text of [
    "",
    `${"a".repeat(64)}.org`,
    `${long}org`,
    "two words.org",
    "a.‥.org",
    ...wrong.split(" "),
  ])
    assert.equal(parseDnsPattern(text), undefined, text);
});

test("S07 a pattern means its own name, or all names below it", () => {
  for (const name of ["deb.debian.org", "DEB.debian.org.", "a.b.debian.org"])
    assert.ok(matchesDnsPattern("*.debian.org", name), name);
  for (const name of [
    "debian.org",
    ".debian.org",
    "xdebian.org",
    "deb.debian.org.evil.example",
    "deb.debian.orgs",
  ])
    assert.ok(!matchesDnsPattern("*.debian.org", name), name);
  assert.ok(matchesDnsPattern("deb.debian.org", "Deb.debian.org"));
  assert.ok(!matchesDnsPattern("deb.debian.org", "a.deb.debian.org"));
});

test("S07 what only an inside has is told from what the Internet has", () => {
  const inside =
    "10.1.0.7 127.0.0.1 169.254.53.53 172.31.0.1 192.168.0.1 100.64.0.1 0.0.0.0 224.0.0.1 255.255.255.255 ::1 :: fd00::1 fe80::1 ff02::1 ::ffff:203.0.113.1 64:ff9b::a01:7 2002:a01:7::";
  for (const address of inside.split(" ")) assert.ok(isInternalAddress(address), address);
  for (const address of ["203.0.113.10", "151.101.2.132", "172.32.0.1", "2001:db8::10", "2a04:4e42::644"])
    assert.ok(!isInternalAddress(address), address);
});
