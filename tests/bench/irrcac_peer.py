"""irrCAC in an environment of its own: making it, and timing it there.

Run as a script, it is what that environment executes: python irrcac_peer.py TABLE.npy
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

COEFFICIENTS = ("fleiss", "gwet", "conger", "bp", "krippendorff")
ENVIRONMENT = Path(__file__).parents[2] / "build" / "irrcac"
PACKAGE = "irrCAC==0.4.4"


def irrcac_times(table: np.ndarray) -> dict[str, float] | None:
    """Seconds that each coefficient takes for a readers x cases table; None where irrCAC cannot be had."""
    python = ENVIRONMENT / "bin" / "python"
    if not (ENVIRONMENT / ".ready").exists() and not _made():
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.npy"
        np.save(path, table)
        done = subprocess.run([python, "-I", __file__, path], check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))


def _made() -> bool:
    subprocess.run([sys.executable, "-m", "venv", "--clear", ENVIRONMENT], check=True)
    pip = [
        ENVIRONMENT / "bin" / "python",
        "-m",
        "pip",
        "install",
        "-qq",
        "--disable-pip-version-check",
        PACKAGE,
    ]
    if subprocess.run(pip, check=False, stderr=subprocess.DEVNULL).returncode:
        print(f"{PACKAGE} could not be installed into {ENVIRONMENT}: its rows are left out.")  # noqa: T201
        return False
    (ENVIRONMENT / ".ready").touch()
    return True


def _time_here(path: str) -> dict[str, float]:
    import pandas as pd
    from irrCAC.raw import CAC

    table = np.load(path)
    frame = pd.DataFrame(table.T)
    found = {}
    for name in COEFFICIENTS:
        times = []
        for _ in range(3):
            start = time.perf_counter()
            getattr(CAC(frame), name)()
            times.append(time.perf_counter() - start)
        found[name] = min(times)
    return found


if __name__ == "__main__":
    print(json.dumps(_time_here(sys.argv[1])))  # noqa: T201
