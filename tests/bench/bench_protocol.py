"""How long the parser takes for 200 items in 20 sections, in order and with a mistake in each item.

python tests/bench/bench_protocol.py
"""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from readerstudy.studies.protocol import examine
from tests.bench.timing import Row, best
from tests.readerstudy.studies.written_protocols import HEAD, SINGLES, item, section

SECTIONS, ITEMS = 20, 10


def protocol(options: str) -> str:
    """A protocol whose every item is a choice of these options, with texts in two languages."""
    words = '{ en = "Leave it open if the image is poor.", de = "Bei schlechtem Bild offen lassen." }'
    return HEAD + "".join(
        section(
            SINGLES, *(item(f"q-{i}-{j}", options=options, help=words) for j in range(ITEMS)), name=f"s-{i}"
        )
        for i in range(SECTIONS)
    )


def main() -> None:
    for what, options in (("in order", '["a", "b", "c"]'), ("a mistake in each item", '["a"]')):
        took = best(partial(examine.__wrapped__, protocol(options)))
        row = Row(what=f"200 items, 20 sections: {what}", ours_s=took, wanted="1 s")
        sys.stdout.write(row.text() + "\n")


if __name__ == "__main__":
    main()
