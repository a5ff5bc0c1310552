"""The same two tasks as client.ts, with Open vSwitch's own Python client. Prints one line of JSON."""
import json
import resource
import sys
import time

import ovs.db.idl
import ovs.json
import ovs.poller

remote, schema, updates = sys.argv[1], sys.argv[2], int(sys.argv[3])
helper = ovs.db.idl.SchemaHelper(schema)
helper.register_all()
started = time.monotonic()
idl = ovs.db.idl.Idl(remote, helper, leader_only=False)
while not idl.has_ever_connected():
    idl.run()
    if idl.has_ever_connected():
        break
    poller = ovs.poller.Poller()
    idl.wait(poller)
    poller.block()
load_ms = (time.monotonic() - started) * 1000
rows = len(idl.tables["Logical_Switch_Port"].rows)
port = next(iter(idl.tables["Logical_Switch_Port"].rows.values()))
started = time.monotonic()
for turn in range(updates):
    txn = ovs.db.idl.Transaction(idl)
    port.setkey("external_ids", "turn", str(turn))
    assert txn.commit_block() == ovs.db.idl.Transaction.SUCCESS
seconds = time.monotonic() - started
print(json.dumps({
    "rows": rows,
    "loadMs": load_ms,
    "perSecond": updates / seconds,
    "peakMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    "parser": ovs.json.PARSER,
}))
