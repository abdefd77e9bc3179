"""Prepares the recorded walks of the package snmpsim-data for a replay: walks.py FOLDER

FOLDER/N/COMMUNITY.snmprec is what the N-th engine answers with, FOLDER/names lists the recordings in that
order, from 1. Kept are the groups that an inventory may ask for, with more rows of each column than it reads,
and of every other group the first lines, so that what follows a table is what follows it on the device. All
22 million lines take long to index, and most are full routing tables.
"""
import bz2
import pathlib
import sys

import snmpsim_data

COMMUNITY = "daicho-ro"
# system, interfaces, ip, bridge, host resources, ifMIB, UPS, printer, entity; LLDP; CDP, APC, PWG.
WHOLE = [f"1.3.6.1.2.1.{group}." for group in (1, 2, 4, 17, 25, 31, 33, 43, 47)]
WHOLE += ["1.0.8802.1.1.2.", "1.3.6.1.4.1.9.9.23.", "1.3.6.1.4.1.318.1.1.1.1.", "1.3.6.1.4.1.2699."]
FIRST = 5
# What is one column, or a small table, is told by so many components of a name.
COLUMN = 11
ROWS = 4000


def lines(path):
    opened = bz2.open(path, "rb") if path.suffix == ".bz2" else open(path, "rb")
    with opened as file:
        yield from file


def kept(path):
    counts = {}
    for line in lines(path):
        name = line.split(b"|", 1)[0].decode("ascii", "replace") + "."
        whole = any(name.startswith(group) for group in WHOLE)
        group = tuple(name.split(".")[: COLUMN if whole else 7])
        count = counts[group] = counts.get(group, 0) + 1
        if count <= (ROWS if whole else FIRST):
            yield line


def main():
    out = pathlib.Path(sys.argv[1])
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


main()
