"""Run every judge of the recorded facts whose capability has landed, and hold its figure against the committed one.

    python tests/parity/judges.py            compare; exit status 1 where a figure fell
    python tests/parity/judges.py --update   write the figures that rose

A figure may only rise. The judges lie beside the project (../shared/conformance) and are not part of it.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
FIGURES = HERE / "judges.json"
CONFORMANCE = HERE.parent.parent.parent / "shared" / "conformance"


def figure(judge: str) -> tuple[int, int, str]:
    """Run one judge; its figure, how many there are, and what it printed."""
    ran = subprocess.run(
        [sys.executable, str(CONFORMANCE / judge), "--show", "0"], capture_output=True, text=True, timeout=1800
    )
    found = re.search(r"(\d+)/(\d+)\s*$", ran.stdout.strip())
    if found is None:
        return 0, 0, ran.stdout[-2000:] + ran.stderr[-2000:]
    return int(found[1]), int(found[2]), ran.stdout.strip().splitlines()[-1]


def main() -> int:
    """Compare each judge's figure with the committed one."""
    if not CONFORMANCE.exists():
        print(f"{CONFORMANCE.name}: the recorded facts are not here, so nothing was compared")
        return 1
    committed: dict[str, int] = json.loads(FIGURES.read_text())
    failed = 0
    for judge, floor in committed.items():
        reached, total, words = figure(judge)
        fell = reached < floor
        failed += fell
        print(f"{'FELL' if fell else 'holds'}: {judge}: {reached}/{total}, at least {floor} committed ({words})")
        if "--update" in sys.argv and reached > floor:
            committed[judge] = reached
    if "--update" in sys.argv:
        FIGURES.write_text(json.dumps(committed, indent=2) + "\n")
    print(f"{len(committed) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
