"""What impacket, an independent client, reads of the same servers: one JSON object a line.
windows_client.py ADDRESS…"""

import json
import sys
import uuid

from impacket import smb, smb3
from impacket.dcerpc.v5 import transport
from impacket.dcerpc.v5.dcomrt import IObjectExporter
from impacket.smb3structs import SMB2_DIALECT_30
from impacket.smbconnection import SMBConnection


def attempt(read):
    """What a reading gives; nothing, and why, where the server does not have it."""
    try:
        return read()
    except Exception as error:  # Whatever impacket raises: the server refused, or has nothing there.
        print(f"{read.__name__}: {type(error).__name__}: {error}", file=sys.stderr)
        return None


def text(value):
    return value.decode() if isinstance(value, bytes) else value


def challenged(connection):
    """Logs in with nothing, for the challenge; whether it is let in does not matter."""
    try:
        connection.login("", "")
    except Exception as error:
        print(f"login: {error}", file=sys.stderr)


def modern(address):
    connection = SMBConnection(address, address, timeout=10)
    server = connection.getSMBServer()
    if not isinstance(server, smb3.SMB3):
        return None
    dialect = connection.getDialect()
    guid = uuid.UUID(bytes_le=bytes(server._Connection["ServerGuid"]))
    challenged(connection)
    return {
        "dialect": dialect,
        "guid": str(guid),
        "computer": text(connection.getServerName()),
        "domain": text(connection.getServerDomain()),
        "dns_computer": text(connection.getServerDNSHostName()),
        "dns_domain": text(connection.getServerDNSDomainName()),
        "major": connection.getServerOSMajor(),
        "minor": connection.getServerOSMinor(),
        "build": connection.getServerOSBuild(),
    }


def signing(address):
    """3.1.1 always signs with impacket: an older dialect shows what the server demands."""
    connection = smb3.SMB3(address, address, timeout=10, preferredDialect=SMB2_DIALECT_30)
    return connection._Connection["RequireSigning"]


def old(address):
    server = smb.SMB(address, address, sess_port=445, timeout=10)
    challenged(server)
    return {"os": text(server.get_server_os()), "lanman": text(server.get_server_lanman())}


def alive(address):
    rpc = transport.DCERPCTransportFactory(f"ncacn_ip_tcp:{address}[135]").get_dce_rpc()
    bindings = IObjectExporter(rpc).ServerAlive2()
    return [text(binding["aNetworkAddr"]).rstrip("\0") for binding in bindings if binding["wTowerId"] == 7]


for address in sys.argv[1:]:
    readings = {read.__name__: attempt(lambda read=read: read(address)) for read in (modern, signing, old, alive)}
    print(json.dumps({"address": address, **readings}), flush=True)
