"""Two servers of impacket's own: an SMB server, and an object exporter whose answer to ServerAlive2 is
packed by impacket's NDR classes.   windows_server.py ADDRESS NAME DOMAIN OTHER-ADDRESS…"""

import struct
import sys
import threading

from impacket import smbserver
from impacket.dcerpc.v5 import dcomrt, rpcrt

address, name, domain, *others = sys.argv[1:]


def server_alive_2(_request):
    """MS-DCOM §3.1.2.5.1.6: the name, then every address; NTLM and Kerberos behind them."""
    texts = [name, address, *others]
    strings = b"".join(struct.pack("<H", 7) + text.encode("utf-16le") + b"\0\0" for text in texts) + b"\0\0"
    security = b"".join(struct.pack("<HHH", service, 0xFFFF, 0) for service in (10, 16)) + b"\0\0"
    words = struct.unpack(f"<{len(strings + security) // 2}H", strings + security)
    bindings = dcomrt.DUALSTRINGARRAY()
    bindings["wNumEntries"] = len(words)
    bindings["wSecurityOffset"] = len(strings) // 2
    bindings["aStringArray"] = list(words)
    answer = dcomrt.ServerAlive2Response()
    answer["ppdsaOrBindings"] = bindings
    answer["pReserved"] = 0
    answer["ErrorCode"] = 0
    return answer


class Exporter(rpcrt.DCERPCServer):
    def __init__(self):
        super().__init__()
        self.setListenPort(135)
        self.setListenAddress(address)
        self.addCallbacks(("99FCFEC4-5260-101B-BBCB-00AA0021347A", "0.0"), "135", {5: server_alive_2})


with open("smb.conf", "w") as conf:
    conf.write(f"[global]\nserver_name={name}\nserver_os=Windows 5.1\nserver_domain={domain}\n")
    conf.write("log_file=None\nrpc_apis=no\ncredentials_file=\nchallenge=AAAAAAAAAAAAAAAA\nSMB2Support=True\n")
    conf.write("[IPC$]\ncomment=\nread only=yes\nshare type=3\npath=\n")
files = smbserver.SMBSERVER((address, 445))
files.processConfigFile("smb.conf")

exporter = Exporter()
threading.Thread(target=exporter.run, daemon=True).start()
print("ready", flush=True)
files.serve_forever()
