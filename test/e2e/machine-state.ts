import type { Host } from "../../lab/host/host.ts";

/** What lives there by itself. */
const others =
  `/etc/mtab /run/containerd /run/docker /run/log /run/systemd /var/lib/apt /var/lib/containerd /var/lib/docker /var/lib/dpkg
  /var/lib/systemd`.split(/\s+/);

/**
 * Where a machine can have something of Fairway's. Each script prints the same lines as long as nothing there changes: no counters, handles and
 * times. The integration bridge is OVN's, which makes it before Fairway comes, and has no link before somebody chooses a datapath that the kernel has.
 */
const places = {
  links: "ip -brief link show | cut -d' ' -f1 | sed 's/@.*//' | grep -v '^br-int$'",
  addresses: "ip -oneline address show | awk '{print $2, $4}' | grep -v ' fe80:'",
  "routes and rules": `for family in -4 -6; do
      ip $family rule show
      ip $family route show table all 2>/dev/null | grep -v -E 'fe80|^multicast ff00' || true
    done`,
  nftables: "nft --stateless list ruleset 2>/dev/null",
  iptables:
    "for program in iptables-save ip6tables-save; do $program | grep -v '^#' | sed 's/ *\\[.*\\]$//'; done",
  "Open vSwitch": `list='ovs-vsctl --format=csv --no-headings'
    $list --columns=name list Bridge
    $list --columns=name,type,external_ids list Interface
    ovs-vsctl list-ports br-int`,
  "Open vSwitch's settings":
    // A running ovn-controller counts the chassis of a machine there.
    `ovs-vsctl --columns=external_ids,other_config,manager_options,ssl list Open_vSwitch |
      sed -E 's/ovn-chassis-idx-[^=]*="[^"]*"(, )?//'`,
  "OVN's databases": `for program in ovn-nbctl ovn-sbctl; do
      $program --bare --columns=target list Connection
      $program get-ssl
    done
    ovn-nbctl show
    ovn-nbctl --bare --columns=external_ids list NB_Global
    ovn-sbctl --bare --columns=name list Chassis`,
  Docker:
    "docker network ls --format '{{.Name}} {{.Driver}}'; cat /etc/docker/daemon.json 2>/dev/null || true",
  units:
    "systemctl list-unit-files --state=enabled --no-legend; systemctl list-units --failed --plain --no-legend",
  files: `find /etc /opt /root /run /usr /var/lib -xdev \\
    \\( ${others.map((path) => `-path ${path}`).join(" -o ")} \\) -prune -o -print | grep -v '/br-int\\.' |
    sed -E 's/\\.[0-9]+\\.ctl$/.PID.ctl/'`,
};

export type Place = keyof typeof places;

const everyPlace = Object.keys(places) as readonly Place[];

/** What a machine has at these places, or all but some: lines that begin with their place. */
export async function stateOf(host: Host, except: readonly Place[] = []): Promise<readonly string[]> {
  const looked = everyPlace.filter((place) => !except.includes(place));
  const found = looked.map(async (place) => {
    const lines = (await host.sh(places[place])).split("\n");
    return lines.map((line) => `${place}: ${line.trim()}`);
  });
  return (await Promise.all(found)).flat();
}

/** The lines that one of two states has and the other has not, as diff(1) marks them. */
export function differences(before: readonly string[], after: readonly string[]): readonly string[] {
  const [old, current] = [new Set(before), new Set(after)];
  return [
    ...[...old].filter((line) => !current.has(line)).map((line) => `- ${line}`),
    ...[...current].filter((line) => !old.has(line)).map((line) => `+ ${line}`),
  ];
}
