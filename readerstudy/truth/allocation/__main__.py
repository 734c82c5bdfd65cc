"""`python -m readerstudy.truth.allocation BUNDLE`: recompute the plan of an unblinded study."""

import argparse
import sys
from pathlib import Path

from readerstudy.errors import ReaderstudyError
from readerstudy.truth.allocation.verify import verify_plan


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m readerstudy.truth.allocation",
        description="Recompute the plan of an unblinded study, and compare it with what was shown.",
    )
    parser.add_argument("bundle", type=Path, help="the folder of an unmasked bundle")
    try:
        verified = verify_plan(parser.parse_args().bundle)
    except (ReaderstudyError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"The plan is {verified.plan_hash}; all {verified.rows} rows were shown as planned.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
