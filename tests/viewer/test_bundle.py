"""The committed bundle is what its sources make, and small enough."""

import gzip
import hashlib
import re
import shutil
import subprocess
from pathlib import Path

import pytest

VIEWER = Path(__file__).parents[2] / "static" / "viewer"
BUNDLES = ("extras.js", "reading.js", "sealed.js", "side.js", "tour.js", "unpack.js", "viewer.js")
MOST_GZIP_BYTES = 44_000


def sources_hash() -> str:
    digest = hashlib.sha256()
    for path in sorted((VIEWER / "src").iterdir()):
        digest.update(f"{path.name}\n".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


@pytest.mark.parametrize("name", BUNDLES)
def test_each_bundle_names_the_hash_of_the_present_sources(name: str) -> None:
    banner = (VIEWER / "dist" / name).read_text().split("\n", 1)[0]
    found = re.fullmatch(r"/\*! readerstudy, sources sha256 ([0-9a-f]{64}) \*/", banner)
    assert found, banner
    assert found[1] == sources_hash(), "run make static and commit static/viewer/dist"


def test_a_rebuild_gives_the_committed_bundles_where_the_bundler_is_installed(tmp_path: Path) -> None:
    node = shutil.which("node")
    if node and (VIEWER / "node_modules" / "esbuild").is_dir():
        subprocess.run([node, "build.mjs", str(tmp_path)], cwd=VIEWER, check=True)
        for name in BUNDLES:
            assert (tmp_path / name).read_bytes() == (VIEWER / "dist" / name).read_bytes()


def test_the_reading_page_ships_at_most_forty_four_kilobytes_of_script() -> None:
    template = (VIEWER.parents[1] / "templates" / "reading" / "trial.html").read_text()
    scripts = re.findall(r"<script type=\"module\" src=\"{% static '([^']+)' %}\"", template)
    assert scripts == [f"viewer/dist/{name}.js" for name in ("sealed", "reading", "side")]
    sizes = [len(gzip.compress((VIEWER.parent / script).read_bytes(), mtime=0)) for script in scripts]
    assert sizes[1] <= 40 * 1024
    assert sum(sizes) <= MOST_GZIP_BYTES


def test_the_lock_file_names_no_download_address() -> None:
    assert '"resolved"' not in (VIEWER / "package-lock.json").read_text()
