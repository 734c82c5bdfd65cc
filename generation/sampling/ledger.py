"""The folder of a request: what was asked, which images are finished, and the manifest at the end.

A row enters the ledger after its image is in place under its final name, so that a kill never leaves
a half image in a manifest. Resuming checks every listed file against its digest, and every row against
what the request says of that number.
"""

import csv
import hashlib
import io
import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from generation.errors import OutputError
from generation.files import gone_if_empty, held, readable_refusals, refuse_small_disk, write_whole
from generation.sampling.request import SUFFIX, SampleRequest, identity_digest

MANIFEST = "manifest.csv"
REQUEST = "request.json"
_LEDGER = ".unfinished"
_IMAGES_A_FOLDER = 1000
_PROVENANCE = ("checkpoint_digest", "sampler", "steps", "guidance", "precision", "sha256")

Row = dict[str, Any]


class Ledger:
    """What is finished in one output folder.

    `facts_of` says of an image's number all that its row states beside its file and digest: a manifest that
    was edited by hand is believed in neither.
    """

    def __init__(
        self, request: SampleRequest, identity: Mapping[str, Any], facts_of: Callable[[int], Row]
    ) -> None:
        self.request, self.identity, self.facts_of = request, dict(identity), facts_of
        self.out = request.out
        self.digest = identity_digest(identity)
        self.rows: dict[int, Row] = {}
        self._hold = ExitStack()

    def claim(self, bytes_an_image: int) -> None:
        """Take the folder: new, empty, or begun by the same request. Everything else is refused."""
        with readable_refusals(self.out), gone_if_empty(self.out):
            self.out.mkdir(parents=True, exist_ok=True)
            self._hold.enter_context(held(self.out))
            if (self.out / REQUEST).is_file():
                self._refuse_another_request()
            elif any(self.out.iterdir()):
                raise OutputError(
                    f"{self.out} is not empty and holds no request. Name a new or empty folder."
                )
            before = filter(None, map(self._believed, self._listed()))
            self.rows = {row["index"]: row for row in before}
            if self.rows and max(self.rows) >= self.request.count:
                raise OutputError(
                    f"{self.out} holds {len(self.rows)} images, more than {self.request.count}. "
                    "Ask for as many or more, or name a new folder."
                )
            wanted = bytes_an_image * (self.request.count - len(self.rows))
            refuse_small_disk(self.out, wanted, f"{self.request.count} images")
            told = {**self.identity, "request_digest": self.digest}
            write_whole(self.out / REQUEST, json.dumps(told, indent=1, default=str))
            (self.out / _LEDGER).mkdir(exist_ok=True)
            write_whole(self.out / _LEDGER / "rows-before.jsonl", "".join(map(_line, self.rows.values())))
            for path in (self.out / _LEDGER).glob("rows-[0-9]*.jsonl"):
                path.unlink()

    def release(self) -> None:
        """Let others have the folder."""
        self._hold.close()

    def join(self) -> None:
        """Another process of the same request: read what the first one claimed."""
        self.rows = {row["index"]: row for row in self._noted()}

    def missing(self) -> list[int]:
        return [index for index in range(self.request.count) if index not in self.rows]

    def path_of(self, index: int) -> Path:
        """Where image `index` lies: a flat folder for a study's worth, a thousand a folder beyond."""
        flat, spread = self._places(index)
        return flat if self.request.count <= _IMAGES_A_FOLDER else spread

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
        table = io.StringIO(newline="")
        writer = csv.DictWriter(table, ["file", "index", "seed", *conditions, *_PROVENANCE])
        writer.writeheader()
        writer.writerows(rows)
        with readable_refusals(self.out):
            write_whole(self.out / MANIFEST, table.getvalue())
            shutil.rmtree(self.out / _LEDGER)
        return self.out / MANIFEST

    def _refuse_another_request(self) -> None:
        try:
            before = json.loads((self.out / REQUEST).read_text(encoding="utf-8"))
            asked = before.get("request_digest")
        except (ValueError, AttributeError) as error:
            raise OutputError(
                f"{self.out / REQUEST} was changed and cannot be read. Name a new or empty folder."
            ) from error
        if asked == self.digest:
            return
        now = json.loads(json.dumps(self.identity, default=str))
        names = sorted({*now, *before} - {"request_digest"})
        differing = [name for name in names if before.get(name) != now.get(name)]
        changed = [f"{name} was {before.get(name)}, is {now.get(name)}" for name in differing]
        raise OutputError(
            f"{self.out} holds the images of another request ({'; '.join(changed)}). "
            "Repeat that request to go on, or name a new folder."
        )

    def _listed(self) -> Iterator[Mapping[str, Any]]:
        """What the folder says is finished, the manifest of a finished run and the notes of a cut one."""
        manifest = self.out / MANIFEST
        if manifest.is_file():
            with manifest.open(newline="", encoding="utf-8", errors="replace") as file:
                yield from csv.DictReader(file)
        yield from self._noted()

    def _noted(self) -> Iterator[Row]:
        for path in sorted((self.out / _LEDGER).glob("rows-*.jsonl")):
            for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
                if line.endswith("}\n"):  # a kill may leave half a line
                    yield json.loads(line)

    def _believed(self, said: Mapping[str, Any]) -> Row | None:
        """The row as it has to be, where what is said agrees with it and with the file."""
        try:
            index = int(said["index"])
            facts = self.facts_of(index)
            path = next(path for path in self._places(index) if path.as_posix() == said["file"])
            content = (self.out / path).read_bytes()
        except (KeyError, TypeError, ValueError, StopIteration, OSError):
            return None
        row = {"file": said["file"], **facts, "sha256": hashlib.sha256(content).hexdigest()}
        return row if all(str(said.get(name)) == str(row[name]) for name in row) else None

    def _places(self, index: int) -> tuple[Path, Path]:
        name = f"{index:06d}{SUFFIX[self.request.format]}"
        return Path(name), Path(f"{index // _IMAGES_A_FOLDER:05d}") / name


def _line(row: Mapping[str, Any]) -> str:
    return json.dumps(row) + "\n"


def split_evenly(indices: Sequence[int], process: int, processes: int) -> list[int]:
    """Each process takes every n-th of the missing images."""
    return list(indices[process::processes])
