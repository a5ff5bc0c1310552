import type { Host } from "./host/host.ts";

/**
 * A second user of a host: things of other people's in every place where Fairway keeps its own, so that a test can
 * see that none of them is touched: what `dumpForeign` gives before and after must be equal.
 *
 * Needs a center host with Docker. Call it once per host; `dumpForeign` may be called at any time.
 */
export async function makeForeign(host: Host): Promise<void> {
  await Promise.all([
    host.sh(`
      ovs-vsctl add-br br-other \\
        -- set Bridge br-other datapath_type=netdev external_ids:owner=other other_config:hwaddr=02:00:00:00:0f:01 \\
        -- add-port br-other other0 \\
        -- set Interface other0 type=internal external_ids:iface-id=other-port \\
        -- set Open_vSwitch . external_ids:other-setting=kept
      ovs-ofctl add-flow br-other priority=7,in_port=other0,actions=drop
      ovn-nbctl ls-add other-switch \\
        -- set Logical_Switch other-switch external_ids:owner=other \\
        -- lsp-add other-switch other-port \\
        -- lsp-set-addresses other-port '02:00:00:00:0f:02 192.0.2.2' \\
        -- acl-add other-switch to-lport 1000 'ip4.src == 192.0.2.3' drop \\
        -- lr-add other-router -- pg-add other_group other-port`),
    host.sh(`
      nft add table inet other
      nft 'add chain inet other input { type filter hook input priority 7; policy accept; }'
      nft add rule inet other input ip saddr 192.0.2.1 drop
      iptables -N OTHER
      iptables -A OTHER -s 192.0.2.1 -j DROP
      iptables -I INPUT -j OTHER
      ip link add other1 type bridge
      ip address add 192.0.2.129/25 dev other1
      ip link set other1 up
      ip route add 198.51.100.0/24 dev other1
      ip rule add pref 7000 from 192.0.2.129 lookup 7000`),
    host.sh(`
      docker network create --subnet 203.0.113.0/24 --gateway 203.0.113.1 other-network
      docker run --detach --name other-container --network other-network --ip 203.0.113.7 busybox:lab sleep 100000`),
  ]);
}

/**
 * Describes what `makeForeign` made, with everything that could have been changed about it, and leaves out what lives
 * by itself: counters, times, uptime. The text is the same as long as nobody touches these things.
 */
export async function dumpForeign(host: Host): Promise<string> {
  const sections = await Promise.all(
    foreignPlaces.map(async (place) => `== ${place}\n${await viewForeign(host, place)}\n`),
  );
  return sections.join("\n");
}

/** Where on a host `makeForeign` made something. */
export type ForeignPlace = keyof typeof views;

/** What it made at one of these places. Throws where that is gone. */
export function viewForeign(host: Host, place: ForeignPlace): Promise<string> {
  return host.sh(views[place]);
}

const ovsRow = "ovs-vsctl --format=list --no-headings";
const nbRow = "ovn-nbctl --format=list --no-headings";

const views = {
  "Open vSwitch": `
    ovs-vsctl list-ports br-other
    ${ovsRow} --columns=_uuid,name,datapath_type,external_ids,other_config,ports list Bridge br-other
    ${ovsRow} --columns=_uuid,name,type,external_ids,options list Interface other0
    ovs-vsctl get Open_vSwitch . external_ids:other-setting
    ovs-ofctl --no-stats dump-flows br-other | sort`,
  Northbound: `
    ${nbRow} --columns=_uuid,name,ports,acls,external_ids,other_config list Logical_Switch other-switch
    ${nbRow} --columns=_uuid,name,addresses,external_ids,options list Logical_Switch_Port other-port
    ${nbRow} --columns=_uuid,priority,match,action find ACL priority=1000
    ${nbRow} --columns=_uuid,name,ports,options list Logical_Router other-router
    ${nbRow} --columns=_uuid,name,ports,external_ids list Port_Group other_group`,
  nftables: "nft --handle list table inet other",
  iptables: "iptables -S OTHER; iptables -S INPUT | grep OTHER",
  links: `
    ip -brief address show dev other1
    ip route show dev other1 | sort
    ip rule show pref 7000`,
  Docker: `
    docker network inspect --format '{{.Id}} {{.Driver}} {{json .IPAM.Config}} {{json .Options}}' other-network
    docker inspect other-container --format \\
      '{{.Id}} {{.State.Status}} {{.State.Pid}} {{.RestartCount}} {{json .HostConfig.NetworkMode}}'
    docker inspect other-container --format \\
      '{{range .NetworkSettings.Networks}}{{.IPAddress}} {{.MacAddress}} {{.EndpointID}}{{end}}'
    docker exec other-container ip address show dev eth0 | grep -v valid_lft
    docker exec other-container ip route`,
};

export const foreignPlaces = Object.keys(views) as readonly ForeignPlace[];
