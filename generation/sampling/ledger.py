"""The folder of a request: what was asked, which images are finished, and the manifest at the end.

A row enters the ledger after its image is in place under its final name, so that a kill never leaves
a half image in a manifest. Resuming checks every listed file against its digest.
"""

import csv
import errno
import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from generation.errors import DiskFullError, OutputError
from generation.sampling.request import SUFFIX, SampleRequest, identity_digest

MANIFEST = "manifest.csv"
REQUEST = "request.json"
_LEDGER = ".unfinished"
_IMAGES_A_FOLDER = 1000
_PROVENANCE = ("checkpoint_digest", "sampler", "steps", "guidance", "precision", "sha256")

Row = dict[str, Any]


class Ledger:
    """What is finished in one output folder."""

    def __init__(self, request: SampleRequest, identity: Mapping[str, Any]) -> None:
        self.request, self.identity = request, dict(identity)
        self.out = request.out
        self.digest = identity_digest(identity)
        self.rows: dict[int, Row] = {}

    def claim(self, bytes_an_image: int) -> None:
        """Take the folder: new, empty, or begun by the same request. Everything else is refused."""
        with readable_refusals(self.out):
            self.out.mkdir(parents=True, exist_ok=True)
            if (self.out / REQUEST).is_file():
                self._refuse_another_request()
            elif any(self.out.iterdir()):
                raise OutputError(
                    f"{self.out} is not empty and holds no request. Name a new or empty folder."
                )
            self.rows = {row["index"]: row for row in self._finished() if self._is_whole(row)}
            if self.rows and max(self.rows) >= self.request.count:
                raise OutputError(
                    f"{self.out} holds {len(self.rows)} images, more than {self.request.count}. "
                    "Ask for as many or more, or name a new folder."
                )
            self._refuse_small_disk(bytes_an_image)
            self._write(
                REQUEST, json.dumps({**self.identity, "request_digest": self.digest}, indent=1, default=str)
            )
            (self.out / _LEDGER).mkdir(exist_ok=True)
            self._write(f"{_LEDGER}/rows-before.jsonl", "".join(_line(row) for row in self.rows.values()))
            for path in (self.out / _LEDGER).glob("rows-[0-9]*.jsonl"):
                path.unlink()

    def join(self) -> None:
        """Another process of the same request: read what the first one claimed."""
        self.rows = {row["index"]: row for row in self._finished()}

    def missing(self) -> list[int]:
        return [index for index in range(self.request.count) if index not in self.rows]

    def path_of(self, index: int) -> Path:
        """Where image `index` lies: a flat folder for a study's worth, a thousand a folder beyond."""
        name = f"{index:06d}{SUFFIX[self.request.format]}"
        if self.request.count <= _IMAGES_A_FOLDER:
            return Path(name)
        return Path(f"{index // _IMAGES_A_FOLDER:05d}") / name

    def add(self, row: Row, process: int) -> None:
        self.rows[row["index"]] = row
        with (self.out / _LEDGER / f"rows-{process}.jsonl").open("a", encoding="utf-8") as file:
            file.write(_line(row))

    def finish(self) -> Path:
        """Merge the rows of all processes into the manifest, in order of their numbers."""
        self.join()
        if missing := self.missing():
            raise OutputError(
                f"{len(missing)} of {self.request.count} images were not made, the first of them number "
                f"{missing[0]}. Finished images are kept: repeat the request to go on."
            )
        rows = [self.rows[index] for index in sorted(self.rows)]
        conditions = [n for n in rows[0] if n not in {"file", "index", "seed", *_PROVENANCE}]
        unfinished = self.out / f"{MANIFEST}.part"
        with unfinished.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, ["file", "index", "seed", *conditions, *_PROVENANCE])
            writer.writeheader()
            writer.writerows(rows)
        unfinished.replace(self.out / MANIFEST)
        shutil.rmtree(self.out / _LEDGER)
        return self.out / MANIFEST

    def _refuse_another_request(self) -> None:
        before = json.loads((self.out / REQUEST).read_text(encoding="utf-8"))
        if before.get("request_digest") == self.digest:
            return
        now = json.loads(json.dumps(self.identity, default=str))
        differing = [name for name in sorted(now) if before.get(name) != now[name]]
        changed = [f"{name} was {before.get(name)}, is {now[name]}" for name in differing]
        raise OutputError(
            f"{self.out} holds the images of another request ({'; '.join(changed)}). "
            "Repeat that request to go on, or name a new folder."
        )

    def _finished(self) -> Iterator[Row]:
        manifest = self.out / MANIFEST
        if manifest.is_file():
            with manifest.open(newline="", encoding="utf-8") as file:
                for row in csv.DictReader(file):
                    yield {**row, "index": int(row["index"])}
        for path in sorted((self.out / _LEDGER).glob("rows-*.jsonl")):
            for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
                if line.endswith("}\n"):  # a kill may leave half a line
                    yield json.loads(line)

    def _is_whole(self, row: Row) -> bool:
        try:
            content = (self.out / row["file"]).read_bytes()
        except OSError:
            return False
        return bool(hashlib.sha256(content).hexdigest() == row["sha256"])

    def _refuse_small_disk(self, bytes_an_image: int) -> None:
        wanted = bytes_an_image * (self.request.count - len(self.rows))
        free = shutil.disk_usage(self.out).free
        if wanted > free:
            with suppress(OSError):  # it is not empty: an earlier run's images stay
                self.out.rmdir()
            raise DiskFullError(
                f"{self.request.count} images need up to {wanted / 1e9:,.1f} GB, and the disk of {self.out} "
                f"has {free / 1e9:,.1f} GB free. Ask for fewer, or name a folder on a larger disk."
            )

    def _write(self, name: str, text: str) -> None:
        unfinished = self.out / f"{name}.part"
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(self.out / name)


class readable_refusals:  # noqa: N801 - reads as a verb where it is used
    """Turns what the file system answers into sentences."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if not isinstance(error, OSError):
            return
        if error.errno == errno.ENOSPC:
            raise DiskFullError(
                f"the disk of {self.folder} is full. Finished images are kept: free some space and run the "
                "same command again."
            ) from error
        raise OutputError(
            f"cannot write to {self.folder}: {error.strerror}. Name a folder that you may write to."
        ) from error


def _line(row: Mapping[str, Any]) -> str:
    return json.dumps(row) + "\n"


def split_evenly(indices: Sequence[int], process: int, processes: int) -> list[int]:
    """Each process takes every n-th of the missing images."""
    return list(indices[process::processes])
