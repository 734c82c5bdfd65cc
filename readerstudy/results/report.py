"""Write the report of a study: export the bundle and run `analysis` on it."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

import analysis
from analysis.crosscheck.compare import cross_check as compared
from analysis.errors import AnalysisError
from readerstudy.accounts.models import User
from readerstudy.audit.record import record
from readerstudy.results.bundle.export import require_exportable, write_bundle
from readerstudy.results.errors import ReportRefused
from readerstudy.results.papers import write_paper
from readerstudy.results.verify_study import require_whole
from readerstudy.studies.models import Study
from readerstudy.truth.shared_images import shared_with

FORMATS = ("html", "pdf", "xlsx", "csv", "json")


def export_report(
    study: Study,
    out: Path,
    *,
    by: User,
    formats: Sequence[str] = FORMATS,
    masked: bool = False,
    cross_check: bool = False,
) -> Path:
    """The report in the folder `out`, for which the same holds as for a bundle.

    With `cross_check` other programs compute its numbers too, and an appendix compares them.
    """
    endangered = require_exportable(study, masked=masked, by=by)
    require_whole(study, by=by)
    with tempfile.TemporaryDirectory(prefix="readerstudy-bundle-") as scratch:
        write_bundle(study, Path(scratch), masked=masked)
        try:
            made = analysis.report(analysis.read_bundle(scratch))
            if cross_check:
                made = made.with_cross_check(compared(scratch, made.document))
            made.save(out, formats=formats)
        except AnalysisError as error:
            raise ReportRefused(str(error)) from error
    if "csv" in formats and not masked:
        write_paper(study, out, made.document)
    particulars = {
        "masked": masked,
        "formats": list(formats),
        "cross_check": cross_check,
        **shared_with(endangered),
    }
    record(study.scope, "report exported", by=by, on=study, particulars=particulars)
    return out
