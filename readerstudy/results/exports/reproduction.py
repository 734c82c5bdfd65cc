"""reproduce.zip: the bundle, the versions it was analysed with, and one command for the same numbers."""

import platform
import re
import zipfile
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from tempfile import TemporaryDirectory

from readerstudy.accounts.models import User
from readerstudy.audit.record import record
from readerstudy.results.bundle.export import write_bundle
from readerstudy.results.exports.imrmc import write_imrmc
from readerstudy.results.exports.script import write_r
from readerstudy.results.verify_study import require_whole
from readerstudy.studies.models import Study
from readerstudy.truth.shared_images import require_disclosable, shared_with
from readerstudy.truth.stored_plan import plan_of
from readerstudy.truth.unblind import require_unblinded

ROOT = Path(__file__).resolve().parents[3]
#: What `python -m readerstudy.truth.allocation` needs. It runs on the standard library alone.
PLANNING = (
    "readerstudy/__init__.py", "readerstudy/errors.py",
    "readerstudy/imaging/__init__.py", "readerstudy/imaging/canvas.py", "readerstudy/imaging/errors.py",
    "readerstudy/studies/__init__.py", "readerstudy/studies/protocol/*.py",
    "readerstudy/truth/__init__.py", "readerstudy/truth/errors.py", "readerstudy/truth/hidden.py",
    "readerstudy/truth/judging.py",
    "readerstudy/truth/allocation/*.py",
)  # fmt: skip
#: What `analysis` imports; a test runs the archive with these and what they require, and nothing else.
NEEDED = (
    "numpy", "scipy", "pandas", "statsmodels", "joblib", "matplotlib", "threadpoolctl", "Jinja2", "typst",
    "XlsxWriter", "tqdm",
)  # fmt: skip
README = """\
# {title}

The report of this study, computed anew from its data:

    sh reproduce.sh

It makes an environment with the versions in requirements.txt, runs
`python -m analysis report bundle --out report` and needs no database and no web server. `analysis/` is the
program the first report was made with. It ran on Python {python}; if your `python3` is older than 3.11 or too
new for these versions, name another one: `PYTHON=python{minor} sh reproduce.sh`.

Before that, `python -m readerstudy.truth.allocation bundle` draws the plan again from the plan secret, to
which the study was committed when it was created, and compares it with what every reader was shown.

Data hash: {data}. Plan hash: {plan}. Protocol hash: {protocol}.
"""
SCRIPT = """\
#!/bin/sh
set -e
cd "$(dirname "$0")"
"${{PYTHON:-python3}}" -m venv environment
environment/bin/python -m pip install --quiet --requirement requirements.txt
{verify}environment/bin/python -m analysis report bundle --out report
"""
VERIFY = "environment/bin/python -m readerstudy.truth.allocation bundle\n"


def reproduction_zip(study: Study, out: Path, *, by: User) -> Path:
    """Write the archive to the file `out`, whole or not at all."""
    require_unblinded(study)
    endangered = require_disclosable(study, by=by)
    require_whole(study, by=by)
    unfinished = out.with_name(f".{out.name}.part")
    try:
        with TemporaryDirectory(prefix="readerstudy-bundle-") as scratch:
            bundle = Path(scratch)
            write_bundle(study, bundle, masked=False)
            write_imrmc(bundle)
            write_r(bundle)
            with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
                _fill(archive, study, bundle)
        unfinished.replace(out)
    finally:
        unfinished.unlink(missing_ok=True)
    record(study.scope, "reproduction exported", by=by, on=study, particulars=shared_with(endangered))
    return out


def _fill(archive: zipfile.ZipFile, study: Study, bundle: Path) -> None:
    for path in sorted(bundle.iterdir()):
        archive.write(path, f"bundle/{path.name}")
    for path in _programs():
        archive.write(path, str(path.relative_to(ROOT)))
    # The report says which version made it; here no package of the platform is installed.
    said = f"Metadata-Version: 2.1\nName: readerstudy\nVersion: {version('readerstudy')}\n"
    archive.writestr(f"readerstudy-{version('readerstudy')}.dist-info/METADATA", said)
    archive.writestr("requirements.txt", _requirements())
    archive.writestr("reproduce.sh", SCRIPT.format(verify="" if plan_of(study).is_computable else VERIFY))
    archive.writestr(
        "README.md",
        README.format(
            title=study.title,
            python=platform.python_version(),
            minor=".".join(platform.python_version_tuple()[:2]),
            data=study.freeze.data_digest,
            plan=study.lock.plan_digest,
            protocol=study.lock.protocol_digest,
        ),
    )


def _programs() -> list[Path]:
    found = [path for path in (ROOT / "analysis").rglob("*") if path.is_file()]
    found += [path for pattern in PLANNING for path in ROOT.glob(pattern)]
    return sorted(path for path in found if "__pycache__" not in path.parts)


def _requirements() -> str:
    """The versions of this moment, exactly, also of what the packages require in turn."""
    pins: dict[str, str] = {}
    waiting = list(NEEDED)
    while waiting:
        name = re.sub("[-_.]+", "-", waiting.pop()).lower()
        if name not in pins:
            pins[name] = f"{name}=={version(name)}\n"
            waiting += filter(_is_installed, _required_by(name))
    return "".join(pins[name] for name in sorted(pins))


def _required_by(name: str) -> list[str]:
    """The packages that a package requires in some environment, those of its extras apart."""
    lines = [line for line in requires(name) or () if "extra ==" not in line]
    return [found[0] for line in lines if (found := re.match(r"[\w.-]+", line))]


def _is_installed(name: str) -> bool:
    try:
        version(name)
    except PackageNotFoundError:
        return False
    return True
