"""The programs beside Python that the tests need: a PostgreSQL server and Chromium.

`python -m tests.requirements` installs what is missing where it may (Debian, as root) and says what to
install where it may not. Nothing is skipped for want of them.
"""

import os
import shutil
import subprocess
import sys

from tests.postgresql import PostgreSQLMissing, server_programs

CHROMIUM = "/usr/bin/chromium"


def missing() -> list[str]:
    """The Debian packages of what is not there."""
    packages = []
    try:
        server_programs()
    except PostgreSQLMissing:
        packages.append("postgresql")
    if shutil.which(CHROMIUM) is None:
        packages.append("chromium")
    if shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") is None:
        packages.append("nginx-light")
    if shutil.which("openssl") is None:
        packages.append("openssl")
    return packages


def install(packages: list[str]) -> None:
    """Let apt do it, as quietly as it can."""
    print(f"Installing {' and '.join(packages)} for the tests …", flush=True)  # noqa: T201
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", *packages]):
        subprocess.run(["apt-get", *arguments], env=environment, stdout=subprocess.DEVNULL, check=True)


def main() -> int:
    packages = missing()
    if packages and os.geteuid() == 0 and shutil.which("apt-get"):
        try:
            install(packages)
        except subprocess.CalledProcessError as error:
            print(f"apt-get failed with {error.returncode}.", file=sys.stderr)  # noqa: T201
        packages = missing()
    if packages:
        print(  # noqa: T201
            f"The tests need {' and '.join(packages)}. On Debian: sudo apt-get install {' '.join(packages)}. "
            f"Elsewhere, install them so that initdb is on the PATH and Chromium is {CHROMIUM}.",
            file=sys.stderr,
        )
    return 1 if packages else 0


if __name__ == "__main__":
    sys.exit(main())
