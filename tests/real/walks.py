"""Prepares the recorded walks of the package snmpsim-data for a replay: walks.py prepare FOLDER
or asks each of so many engines once, which makes them load their index: walks.py wake COUNT

FOLDER/N/COMMUNITY.snmprec is what the N-th engine answers with, FOLDER/names lists the recordings in that
order, from 1. Kept are the columns that the agent may ask for, with more rows than it reads, and the first
lines of everything else, so that what follows a column is what follows it on the device. All 22 million lines
take an hour to index, and most are full routing tables.
"""
import bz2
import pathlib
import socket
import sys

COMMUNITY = "daicho-ro"
MIB2 = "1.3.6.1.2.1."
COLUMNS = [
    # system; interfaces and addresses; neighbours and routes
    "1", "2.2.1.2", "2.2.1.3", "2.2.1.6", "2.2.1.8", "31.1.1.1.1", "4.1", "4.20.1.2", "4.20.1.3", "4.34.1.3",
    "4.22.1.2", "4.21.1.7", "4.21.1.11", "4.24.4.1.5",
    # bridge, host resources, UPS, printer, entity
    "17.1.4.1.2", "17.4.3.1.2", "17.7.1.2.2.1.2", "17.7.1.4.2.1.3", "25.1", "25.2.2", "25.3.2.1.2", "25.3.2.1.3",
    "25.6.3.1.2", "25.6.3.1.5", "33.1.1", "43.5.1.1.16", "43.5.1.1.17",
] + [f"47.1.1.1.1.{column}" for column in (2, 4, 5, 9, 10, 11, 12, 13)]  # fmt: skip
LLDP = "1.0.8802.1.1.2.1."
CDP = "1.3.6.1.4.1.9.9.23.1."
OTHERS = [LLDP + column for column in ("3.7.1.2", "3.7.1.3", "3.7.1.4", "4.1.1.4", "4.1.1.5", "4.1.1.6", "4.1.1.7", "4.1.1.9")]
OTHERS += [LLDP + "4.1.1.10", LLDP + "4.2.1.3", CDP + "1.1.1.6"] + [f"{CDP}2.1.1.{column}" for column in (4, 6, 7, 8)]
# APC, PWG.
OTHERS += ["1.3.6.1.4.1.318.1.1.1.1", "1.3.6.1.4.1.2699.1.2"]
WANTED = tuple(name + "." for name in [MIB2 + column for column in COLUMNS] + OTHERS)
ROWS = 2000
# What is one column is told by so many components of a name.
COLUMN = 11
FIRST = 2


def lines(path):
    opened = bz2.open(path, "rb") if path.suffix == ".bz2" else open(path, "rb")
    with opened as file:
        yield from file


def kept(path):
    counts = {}
    for line in lines(path):
        name = line.split(b"|", 1)[0].decode("ascii", "replace") + "."
        column = next((column for column in WANTED if name.startswith(column)), None)
        key = column or ".".join(name.split(".")[: COLUMN if name.startswith(MIB2) else 7])
        count = counts[key] = counts.get(key, 0) + 1
        if count <= (ROWS if column else FIRST):
            yield line


def prepare(out):
    import snmpsim_data

    source = pathlib.Path(snmpsim_data.__file__).parent / "data"
    recordings = sorted(path for path in source.rglob("*") if ".snmprec" in path.name)
    names = [str(path.relative_to(source)).split(".snmprec")[0] for path in recordings]
    for number, path in enumerate(recordings, start=1):
        folder = out / str(number)
        folder.mkdir(parents=True, exist_ok=True)
        with open(folder / f"{COMMUNITY}.snmprec", "wb") as file:
            file.writelines(kept(path))
    # Written last: it says that all is there.
    (out / "names").write_text("\n".join(names) + "\n")


def wake(count):
    # GET of sysDescr.0 in version 2c.
    pdu = bytes.fromhex("a019020101020100020100300e300c06082b060102010101000500")
    message = b"\x02\x01\x01" + bytes([4, len(COMMUNITY)]) + COMMUNITY.encode() + pdu
    message = bytes([0x30, len(message)]) + message
    for number in range(1, count + 1):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.settimeout(10)
            asking.sendto(message, (f"10.78.0.{number}", 161))
            try:
                asking.recv(2048)
            except TimeoutError:
                print(f"walk {number} does not wake up")


if sys.argv[1] == "wake":
    wake(int(sys.argv[2]))
else:
    prepare(pathlib.Path(sys.argv[2]))
