"""What somebody with pandas would do: one line for each machine, then a merge on each key, the strongest first.

    merge.py plain FOLDER   the agent's JSON Lines and the ledger's CSV, as they are, read in one call
    merge.py lines FOLDER   the same, read in pieces, of each only what is needed
    merge.py table FOLDER   somebody made one flat table of the observations before
"""

import glob
import json
import sys
import time

import pandas as pd

KEYS = ["address", "mac", "host", "serial"]
HEADINGS = {"管理番号": "row", "IPアドレス": "address", "MACアドレス": "mac", "コンピュータ名": "host", "シリアル番号": "serial"}


def table(folder):
    return pd.read_csv(f"{folder}/night.csv", dtype=str)


AS_IT_IS = {"lines": True, "dtype": False, "convert_dates": False}


def plain(folder):
    return flat(pd.read_json(f"{folder}/night.jsonl", **AS_IT_IS))


def lines(folder):
    pieces = pd.read_json(f"{folder}/night.jsonl", chunksize=100_000, **AS_IT_IS)
    return pd.concat((flat(piece) for piece in pieces), ignore_index=True)


def flat(piece):
    seen = piece[piece["record"] == "observation"]
    if seen.empty:
        return pd.DataFrame(columns=["at", "probe", *KEYS], dtype=str)
    facts = seen["facts"].map(lambda facts: facts[0] if isinstance(facts, list) and facts else {})
    return pd.DataFrame({
        "at": seen["at"].astype(str),
        "probe": seen["probe"],
        "address": seen["target"].map(lambda target: target["address"]),
        "mac": seen["target"].map(lambda target: target.get("mac")),
        "host": facts.map(lambda fact: fact.get("name") if fact.get("fact") == "name" else None),
        "serial": facts.map(lambda fact: fact.get("serial")),
    })


def main(how, folder):
    began = time.perf_counter()
    seen = {"plain": plain, "lines": lines, "table": table}[how](folder)
    rows = pd.concat([pd.read_csv(file, dtype=str) for file in sorted(glob.glob(f"{folder}/ledger-*.csv"))])
    rows = rows.rename(columns=HEADINGS)
    read = time.perf_counter()

    machines = seen.groupby("address", sort=False)[["mac", "host", "serial"]].first().reset_index()
    machines["machine"] = machines.index
    grouped = time.perf_counter()

    found = []
    for weight, key in enumerate(["serial", "mac", "host", "address"]):
        left = rows[["row", key]].dropna()
        right = machines[["machine", key]].dropna()
        pairs = left.merge(right, on=key)[["row", "machine"]]
        found.append(pairs.assign(weight=weight))
    pairs = pd.concat(found).sort_values("weight", kind="stable")
    pairs = pairs.drop_duplicates("row").drop_duplicates("machine")
    done = time.perf_counter()
    steps = {"reading": read - began, "judging": done - read, "pairing": done - grouped}
    print(json.dumps({"pairs": len(pairs), **steps}))
    print(f"pandas {pd.__version__}", file=sys.stderr)


if __name__ == "__main__":
    main(*sys.argv[1:])
