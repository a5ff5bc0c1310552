import { checks } from "../../src/doctor/checks.ts";

/** The text of `docs/doctor.md`, its table made from the checks. */
export function doctorPage(): string {
  const rows = checks.map(({ name, about }) => `| ${name} | ${about} |`);
  return `# fairway doctor

\`\`\`console
# fairway doctor
fail  ovn-controller         does not run on this machine
                             → systemctl restart ovn-controller
warn  datapath               userspace (netdev): complete, but slower; the kernel's module openvswitch is not loaded
                             → modprobe openvswitch && ovs-vsctl set open_vswitch . external_ids:ovn-bridge-datapath-type=system
…
ok    configuration          valid
ok    fairway                runs
…
1 failure in 31 checks, 2 warnings.
\`\`\`

Run \`fairway doctor\` as root, on the host that has the trouble; for a trouble between hosts, on the center too. Fairway and Docker need not run,
and the configuration may be faulty. All checks run at once. Each ends within 5 s, even if what it checks hangs. On a machine in no cluster it says
so, and checks nothing.

| state | means |
| --- | --- |
| \`ok\` | it works |
| \`warn\` | it works, with a drawback |
| \`fail\` | it does not work |
| \`skip\` | it was not checked, because of a fault that another line names |

The line behind → is the remedy, usually a command. The exit status is 1 when a check fails. \`-o json\` prints
\`{ok, checks: [{check, state, seen, mend}]}\` for programs. [troubleshooting.md](troubleshooting.md) goes by symptoms, and
[\`fairway trace\`](troubleshooting.md#where-a-packet-goes) says of one packet where it goes.

| check | what it checks |
| --- | --- |
${rows.join("\n")}

*clock* is checked on hosts whose center is another host, *certificates* on these and on a center that listens.

## Look further

- \`fairway status\` shows how many changes are pending.
- Every \`docker run\` has one id in all logs. \`fairway endpoint show CONTAINER\` shows it as \`request\`; \`journalctl --unit fairway --grep ID\`
  finds its lines.
- To log more, set \`log.level: debug\` in the configuration and run \`systemctl reload fairway\`. It takes effect at once; other keys need a restart,
  and the log names those that changed.
- \`fairway config check\` prints every key with its value and its source, or every fault with its line.
- [errors.md](errors.md) explains the codes of errors.

A test compares this page with the checks;
\`UPDATE_DOCS=1 node --test packages/fairway/test/doctor/doctor-page.test.ts\` writes it anew.
`;
}
