"""Calls of VLCP's API as Python programs make them: URL, form and JSON. Prints each answer as a line of JSON."""
import json
import sys

import requests

api = sys.argv[1]


def show(answer):
    print(json.dumps([answer.status_code, answer.json()], sort_keys=True))


show(requests.get(api + '/viperflow/createphysicalnetwork', params={'type': 'vlan', 'vlanrange': '`[(1000,2000)]`', 'id': 'vlan'}))
show(requests.get(api + '/viperflow/createphysicalnetwork', params={'type': 'vxlan', 'vnirange': '`%r`' % [[10000, 20000]], 'id': 'vxlan'}))
show(requests.post(api + '/viperflow/createphysicalport', data={'physicalnetwork': 'vlan', 'name': 'bond0'}))
show(requests.post(api + '/viperflow/createphysicalports', json={'ports': [{'physicalnetwork': 'vxlan', 'name': 'vxlan0'}]}))
show(requests.post(api + '/viperflow/createlogicalnetwork', data={'physicalnetwork': 'vxlan', 'id': 'network_a', 'mtu': '`1400`'}))
show(requests.post(api + '/viperflow/createlogicalnetworks', data={'networks': '`%r`' % [{'physicalnetwork': 'vlan', 'id': 'network_b', 'vlanid': 1007}]}))
show(requests.post(api + '/viperflow/createsubnet', json={'logicalnetwork': 'network_a', 'cidr': '192.168.1.0/24', 'gateway': '192.168.1.1', 'id': 'subnet_a'}))
show(requests.post(api + '/viperflow/createsubnet', data={'logicalnetwork': 'network_b', 'cidr': '192.168.2.0/24', 'id': 'subnet_b', 'host_routes': '`%r`' % [('10.9.0.0/16', '192.168.2.7')]}))
show(requests.post(api + '/viperflow/createlogicalport', data={'id': 'lgport-1-1', 'logicalnetwork': 'network_a', 'subnet': 'subnet_a', 'mac_address': '02:00:00:00:00:01', 'owner': u'J\xfcrgen & S\xf6hne'}))
show(requests.get(api + '/viperflow/listlogicalports', params={'logicalnetwork': 'network_a'}))
show(requests.get(api + '/viperflow/listlogicalnetworks?physicalnetwork=vlan'))
show(requests.post(api + '/viperflow/updatelogicalnetwork', json={'id': 'network_b', 'mtu': 1300}))
show(requests.post(api + '/vrouterapi/createvirtualrouter', json={'id': 'r'}))
show(requests.post(api + '/viperflow/createphysicalnetwork', json={'id': 'vlan', 'type': 'vlan', 'vlanrange': [[1, 2]]}))
show(requests.post(api + '/viperflow/deletelogicalports', data={'ports': '`%r`' % [{'id': 'lgport-1-1'}]}))
show(requests.get(api + '/viperflow/deletesubnet', params={'id': 'subnet_a'}))
show(requests.get(api + '/viperflow/deletelogicalnetwork', params={'id': 'network_a'}))
show(requests.get(api + '/viperflow/deletephysicalport', params={'name': 'vxlan0'}))
show(requests.get(api + '/viperflow/deletephysicalnetwork', params={'id': 'vxlan'}))
