"""What stands in a bundle's tables stands in their Parquet files, with types that no reader has to guess."""

import builtins
import hashlib
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from analysis.__main__ import main
from analysis.appearing import OutputError
from analysis.bundle import read_bundle
from analysis.parquet import ParquetMissingError, save_parquet
from tests.analysis.bundle.bundles import write_bundle

FOLDER = Path("analysis/example")


def test_every_table_comes_back_with_its_values_and_types(tmp_path: Path) -> None:
    bundle = read_bundle(FOLDER)
    out = save_parquet(bundle, tmp_path / "out")
    assert {path.name for path in out.iterdir()} == {
        f"{path.stem}.parquet" for path in FOLDER.glob("*.csv") if path.name in bundle.digests
    }
    assert bundle.picks is not None
    table = parquet.read_table(out / "picks.parquet")
    assert table["row"].to_pylist() == bundle.picks.index.tolist()
    assert table["picked"].to_pylist() == bundle.picks["picked"].tolist()
    assert table["correct"].to_pylist() == bundle.picks["correct"].tolist()
    assert table.schema.field("correct").type == pa.int64()
    assert pa.types.is_dictionary(table.schema.field("reader").type)


def test_each_file_names_the_table_it_was_made_of(tmp_path: Path) -> None:
    out = save_parquet(read_bundle(FOLDER), tmp_path / "out")
    told = parquet.read_schema(out / "picks.parquet").metadata
    assert told[b"source"] == b"picks.csv"
    assert told[b"sha256"].decode() == hashlib.sha256((FOLDER / "picks.csv").read_bytes()).hexdigest()


def test_texts_are_what_was_written_and_empty_cells_are_null(tmp_path: Path) -> None:
    tables = {
        "calls.csv": "section,reader,image,source,call,order,response_ms\n"
        "singles,R1,i1,real,real,1,1200.5\nsingles,R2,i1,real,real,,\nsingles,R3,i2,a,real,2,900\n",
        "readers.csv": "reader,site\nR1,'=SUM(A1)\nR2,\nR3,Ulm\n",
    }
    out = save_parquet(read_bundle(write_bundle(tmp_path / "bundle", tables=tables)), tmp_path / "out")
    calls = parquet.read_table(out / "calls.parquet")
    assert parquet.read_table(out / "readers.parquet")["site"].to_pylist() == ["=SUM(A1)", None, "Ulm"]
    assert (calls["order"].type, calls["order"].to_pylist()) == (pa.int64(), [1, None, 2])
    assert calls["response_ms"].to_pylist() == [1200.5, None, 900]


def test_the_command_writes_them_and_refuses_a_full_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["parquet", str(FOLDER), "--out", str(out)]) == 0
    assert str(out / "picks.parquet") in capsys.readouterr().out
    assert main(["parquet", str(FOLDER), "--out", str(out)]) == 1
    assert "not empty" in capsys.readouterr().err
    with pytest.raises(OutputError):
        save_parquet(read_bundle(FOLDER), out)


def test_without_pyarrow_one_sentence_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **named: Any) -> Any:
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return real(name, *rest, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ParquetMissingError, match=r"readerstudy\[parquet\]"):
        save_parquet(read_bundle(FOLDER), tmp_path / "out")
    assert not (tmp_path / "out").exists()
