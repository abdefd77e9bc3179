"""What Windows says of its addresses: ServerAlive2 (MS-DCOM §3.1.2.5.1.6) on TCP 135, and name queries
(RFC 1002 §4.2) on UDP 137.

    windows.py NAME ADDRESS SECOND yes|no

With `no`, nothing answers on UDP 137, as where NetBIOS is switched off.
"""

import socket
import socketserver
import struct
import sys
import threading

EXPORTER = bytes.fromhex("c4fefc9960521b10bbcb00aa0021347a")
NDR = bytes.fromhex("045d888aeb1cc9119fe808002b10486002000000")


def exactly(stream, count):
    data = b""
    while len(data) < count:
        more = stream.recv(count - len(data))
        if not more:
            raise ConnectionError
        data += more
    return data


def fragment(kind, call, body):
    return struct.pack("<BBBB4sHH", 5, 0, kind, 3, b"\x10\0\0\0", 16 + len(body), 0) + call + body


def bind_ack(call, known):
    results = (b"\0\0\0\0" + NDR) if known else (b"\2\0\1\0" + bytes(20))
    return fragment(12, call, struct.pack("<HHI", 5840, 5840, 0x1234) + b"\4\x00135\0\0\0" + b"\1\0\0\0" + results)


def server_alive(call, texts):
    """Protocol 5.7, string bindings without endpoints, NTLM as the only security binding."""
    strings = b"".join(struct.pack("<H", 7) + text.encode("utf-16-le") + b"\0\0" for text in texts) + b"\0\0"
    bindings = strings + struct.pack("<HHH", 10, 0xFFFF, 0) + b"\0\0"
    stub = struct.pack("<HHIIHH", 5, 7, 0x20000, len(bindings) // 2, len(bindings) // 2, len(strings) // 2) + bindings
    stub += bytes(-len(stub) % 4) + bytes(8)
    return fragment(2, call, struct.pack("<IHBB", len(stub), 0, 0, 0) + stub)


class Mapper(socketserver.BaseRequestHandler):
    def handle(self):
        try:
            while True:
                head = exactly(self.request, 16)
                body = exactly(self.request, struct.unpack_from("<H", head, 8)[0] - 16)
                call = head[12:16]
                if head[2] == 11:
                    self.request.sendall(bind_ack(call, EXPORTER in body))
                elif head[2] == 0 and struct.unpack_from("<H", body, 6)[0] == 5:
                    self.request.sendall(server_alive(call, self.server.texts))
                else:
                    return
        except (ConnectionError, struct.error):
            return


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


def first_level(name, suffix):
    """RFC 1001 §14.1: half octets as letters."""
    padded = (name.encode().ljust(15, b"\0" if name == "*" else b" ") + bytes([suffix]))[:16]
    return b"\x20" + bytes(65 + half for octet in padded for half in (octet >> 4, octet & 15)) + b"\0"


def names_answer(query, name, addresses):
    """Node status or name query; anything else is not answered."""
    if len(query) < 50 or query[2] & 0xF8:
        return None
    question, kind = query[12:46], query[46:48]
    known = question in (first_level("*", 0), first_level(name, 0), first_level(name, 0x20))
    if kind == b"\0\x21":
        owned = [(name, 0, 0x0400), ("HOSP", 0, 0x8400), (name, 0x20, 0x0400)]
        rows = b"".join(n.encode().ljust(15) + struct.pack(">BH", suffix, flags) for n, suffix, flags in owned)
        data = bytes([len(owned)]) + rows + unit() + bytes(40)
    elif kind == b"\0\x20" and known:
        data = b"".join(b"\0\0" + socket.inet_aton(address) for address in addresses)
    else:
        return None
    flags = b"\x84\0" if kind == b"\0\x21" else b"\x85\x80"
    return query[:2] + flags + b"\0\0\0\1\0\0\0\0" + question + kind + b"\0\1" + bytes(4) + struct.pack(">H", len(data)) + data


def unit():
    """The card's own address."""
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as card:
        card.bind(("eth0", 0))
        return card.getsockname()[4]


def names(name, addresses):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as port:
        port.bind(("", 137))
        while True:
            query, sender = port.recvfrom(600)
            answer = names_answer(query, name, addresses)
            if answer:
                port.sendto(answer, sender)


def main():
    name, address, second, netbios = sys.argv[1:]
    mapper = Server(("", 135), Mapper)
    mapper.texts = [name, address, second]
    if netbios == "yes":
        threading.Thread(target=names, args=(name, [address, second]), daemon=True).start()
    print("listening", flush=True)
    mapper.serve_forever()


main()
