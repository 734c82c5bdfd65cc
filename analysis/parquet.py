"""The tables of a bundle as Parquet, with the types that the analysis gives them."""

from pathlib import Path

import numpy as np
import pandas as pd

from analysis.appearing import appearing
from analysis.bundle import Bundle
from analysis.errors import AnalysisError

TABLES = ("picks", "ratings", "calls", "checks", "answers", "marks", "readers", "images")
#: Floats are exact up to here.
_LARGEST = 2**53


class ParquetMissingError(AnalysisError):
    """Parquet needs pyarrow, which is not installed: pip install 'readerstudy[parquet]'"""


def save_parquet(bundle: Bundle, folder: str | Path) -> Path:
    """Write each table of a bundle as one Parquet file into a new folder.

    Parameters
    ----------
    bundle
        What :func:`analysis.read_bundle` returned.
    folder
        A folder that does not exist yet, or is empty. It appears with everything in it, or not at all.

    Returns
    -------
    Path
        The folder. Texts are dictionaries in natural order, whole numbers are integers, empty cells are null,
        and ``row`` is the row in the CSV file, whose SHA-256 the schema's metadata give.

    Raises
    ------
    ParquetMissingError
        Where pyarrow is not installed.
    OutputError
        Where the folder holds something already, or cannot be written.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        raise ParquetMissingError from None
    target = Path(folder)
    with appearing(target) as draft:
        for name in TABLES:
            frame: pd.DataFrame | None = getattr(bundle, name)
            if frame is not None:
                table = pa.Table.from_pandas(_typed(frame), preserve_index=False)
                digest = {"source": f"{name}.csv", "sha256": bundle.digests[f"{name}.csv"]}
                told = table.replace_schema_metadata({**table.schema.metadata, **digest})
                parquet.write_table(told, draft / f"{name}.parquet", compression="zstd")
    return target


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    whole = {str(name): frame[name].astype("Int64") for name in frame if _is_whole(frame[name])}
    return frame.assign(**whole).reset_index()


def _is_whole(column: "pd.Series[float]") -> bool:
    if column.dtype != np.float64:
        return False
    values = column.dropna()
    return bool(len(values) and (values.mod(1) == 0).all() and (values.abs() < _LARGEST).all())
