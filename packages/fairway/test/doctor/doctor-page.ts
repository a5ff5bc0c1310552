import { checks } from "../../src/doctor/checks.ts";

/** The text of `docs/doctor.md`, its table made from the checks. */
export function doctorPage(): string {
  const rows = checks.map(({ name, about }) => `| ${name} | ${about} |`);
  return `# When it does not work

\`\`\`
$ sudo fairway doctor
ok    configuration          valid
ok    fairway                runs
…
fail  ovn-controller         does not run on this machine
                             → systemctl restart ovn-controller
…
1 failure in 20 checks, 1 warning.
\`\`\`

\`fairway doctor\` looks at the machine that it is typed on. It needs root, and nothing else: not a running Fairway, nor
Docker, nor a configuration without faults. All checks run at once; each ends within 5 s, also where what it looks at hangs.

- **ok**: as it should be. **warn**: it works, but less well than it could. **fail**: it does not work.
- **skip**: it could not be looked at, because of something that another line names.
- The line behind → is what mends it: mostly a command to type.

The exit status is 1 when something fails. \`-o json\` gives \`{ok, checks: [{check, state, seen, mend}]}\` for other programs.

| check | what is looked at |
| --- | --- |
${rows.join("\n")}

OVN's databases and northd are looked at on a center alone, certificates and clock where they matter: on hosts whose center is
elsewhere, and certificates on a center that listens. On a network of many hosts begin with the center.

## More of what goes on

- \`fairway status\` says whether everything that was wished is applied.
- Every \`docker run\` has one id in the logs of every part; \`fairway endpoint show CONTAINER\` names it as \`request\`:
  \`journalctl --unit fairway --grep ID\`.
- \`log.level: debug\` in the configuration and \`systemctl reload fairway\` (a SIGHUP to \`fairway run\`) make the log tell more,
  at once and without a restart. The other keys wait for a restart; the log names those that changed.
- \`fairway config check\` prints every key with its value and who sets it, or every fault with its line.
- What an error's code means stands in [errors.md](errors.md).

A test compares this page with the checks;
\`UPDATE_DOCS=1 node --test packages/fairway/test/doctor/doctor-page.test.ts\` writes it anew.
`;
}
