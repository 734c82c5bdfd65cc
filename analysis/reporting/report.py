"""A report, and saving it: all of it or nothing."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from analysis.appearing import OutputError, appearing
from analysis.bundle import Bundle
from analysis.compute import compute
from analysis.document import Document, to_json

if TYPE_CHECKING:
    from analysis.reporting.outline import Outline

JSON_NAME = "report.json"
ALL_FORMATS = ("html", "pdf", "xlsx", "csv", "json", "figures")


def report(bundle: Bundle, *, model_answers: int | None = None, columns: Literal[1, 2] = 1) -> "Report":
    """Analyse a bundle.

    Parameters
    ----------
    bundle
        What :func:`analysis.read_bundle` returned.
    model_answers
        Up to how many answers of a section mixed models are fitted (60,000 unless given, or all of a study
        of up to 200,000); beyond, the report says what it left out.
    columns
        Columns of the PDF: one, or two as journals set them.

    Returns
    -------
    Report
        To be shown, or saved in any of its forms.

    Examples
    --------
    >>> import analysis
    >>> bundle = analysis.read_bundle(folder)  # doctest: +SKIP
    >>> analysis.report(bundle).save(out, formats=("html", "json"))  # doctest: +SKIP
    """
    return Report(results=compute(bundle, model_answers=model_answers), columns=columns)


@dataclass(frozen=True)
class Report:
    """A finished analysis.

    Attributes
    ----------
    results
        Everything that was computed, by the names of ``report.json``.
    columns
        Of the PDF: one, or two as journals set them.
    """

    results: Document = field(repr=False)
    columns: Literal[1, 2] = 1

    @cached_property
    def document(self) -> Mapping[str, Any]:
        """Return the results as they stand in ``report.json``."""
        return dict(to_json(self.results))

    def with_cross_check(self, found: Mapping[str, Any]) -> "Report":
        """Add what other programs made of the same bundle, as `analysis.crosscheck` returns it."""
        return replace(self, results=self.results.with_(cross_check=found))

    def to_json(self) -> str:
        """The document as JSON text."""
        return json.dumps(self.document, ensure_ascii=False, allow_nan=False, indent=1) + "\n"

    @cached_property
    def outline(self) -> "Outline":
        """The report in the order of a paper, its figures drawn."""
        from analysis.reporting.outline import outline

        return outline(self.results)

    @cached_property
    def html(self) -> str:
        """The report as one self-contained page."""
        from analysis.reporting.html import page

        return page(self.outline)

    def _repr_html_(self) -> str:
        # a page of its own inside a notebook's cell, so that its styles stay there
        from html import escape

        return f'<iframe srcdoc="{escape(self.html)}" style="width:100%;height:80vh;border:0"></iframe>'

    def save(self, folder: str | Path, *, formats: Sequence[str] = ALL_FORMATS) -> Path:
        """Write the report into a new folder.

        Parameters
        ----------
        folder
            A folder that does not exist yet, or is empty. It appears with everything in it, or not at all.
        formats
            Any of html, pdf, xlsx, csv, json, figures; all unless told.

        Raises
        ------
        OutputError
            Where the folder holds something already, or cannot be written.
        """
        unknown = [name for name in formats if name not in ALL_FORMATS]
        if unknown:
            raise OutputError(f"The format {unknown[0]!r} is unknown; choose from {', '.join(ALL_FORMATS)}.")
        target = Path(folder)
        with appearing(target) as draft:
            self._write(formats, draft)
        return target

    def _write(self, formats: Iterable[str], folder: Path) -> None:
        """Write the forms. The typesetter works beside this thread, which draws and writes the rest."""
        wanted = set(formats)
        with ThreadPoolExecutor() as pool:
            under_way = [
                written
                for name, set_form in TYPESET.items()
                if name in wanted
                for written in set_form(self, folder, pool)
            ]
            for name in wanted & FORMATS.keys():
                FORMATS[name](self, folder)
            for written in under_way:
                written.result()


def _save_json(made: Report, folder: Path) -> None:
    (folder / JSON_NAME).write_text(made.to_json(), encoding="utf-8")


def _save_html(made: Report, folder: Path) -> None:
    (folder / "report.html").write_text(made.html, encoding="utf-8")


def _save_xlsx(made: Report, folder: Path) -> None:
    from analysis.reporting.workbook import write_workbook

    write_workbook(made.outline, folder / "report.xlsx")


def _save_csv(made: Report, folder: Path) -> None:
    from analysis.reporting.tidy import write_tables

    write_tables(made.outline, folder / "tables")


FORMATS: dict[str, Callable[[Report, Path], None]] = {
    "html": _save_html,
    "xlsx": _save_xlsx,
    "csv": _save_csv,
    "json": _save_json,
}


def _set_figures(made: Report, folder: Path, pool: Executor) -> list[Future[None]]:
    from analysis.reporting.figures.files import write_figures

    return write_figures(made.outline.all_figures, folder / "figures", pool)


def _set_pdf(made: Report, folder: Path, pool: Executor) -> list[Future[None]]:
    from analysis.reporting.pdf import typeset

    made.outline.draw()

    def save() -> None:
        (folder / "report.pdf").write_bytes(typeset(made.outline, columns=made.columns))

    return [pool.submit(save)]


#: Forms that the typesetter makes, the one that can begin with the first figure first.
TYPESET: dict[str, Callable[[Report, Path, Executor], list[Future[None]]]] = {
    "figures": _set_figures,
    "pdf": _set_pdf,
}
