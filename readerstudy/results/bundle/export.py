"""Write the bundle of a study."""

import csv
import json
import platform
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.audit.record import record
from readerstudy.reading.models import Questionnaire
from readerstudy.results.bundle import concerns
from readerstudy.results.bundle.answers import write_answers
from readerstudy.results.bundle.asked import asked_of_readers
from readerstudy.results.bundle.codebook import write_codebook
from readerstudy.results.bundle.interim import looks_said, sections_looked_at
from readerstudy.results.bundle.mask import Mask
from readerstudy.results.bundle.names import Names, sections_in_bundle
from readerstudy.results.bundle.plan_files import plan_header, write_plan_files
from readerstudy.results.errors import NoAnswers, StaircasesWait, StillMasked, StillOpen
from readerstudy.results.folder import fresh_folder
from readerstudy.results.spreadsheet import defused_cell
from readerstudy.results.verify_study import require_whole
from readerstudy.studies.models import Enrolment, Program, Study
from readerstudy.truth.blinding.gate import newest_audit
from readerstudy.truth.disclose import disclosed_after_freeze, disclosures_of
from readerstudy.truth.known_elsewhere import known_elsewhere
from readerstudy.truth.models import Provenance
from readerstudy.truth.shared_images import require_disclosable, shared_with
from readerstudy.truth.told_seeds import told_seed
from readerstudy.truth.unblind import is_unblinded

SOFTWARE = ("readerstudy", "Django", "numpy", "pandas", "scipy", "statsmodels")


def export_bundle(study: Study, out: Path, *, by: User, masked: bool) -> Path:
    """Write the bundle to the folder `out`; see `require_exportable` for when."""
    endangered = require_exportable(study, masked=masked, by=by)
    require_whole(study, by=by)
    with fresh_folder(out) as folder:
        write_bundle(study, folder, masked=masked)
    particulars = {"masked": masked, **shared_with(endangered)}
    record(study.scope, "bundle exported", by=by, on=study, particulars=particulars)
    return out


def require_exportable(study: Study, *, masked: bool, by: User) -> list[Study]:
    """Refuse any bundle before the freeze, and one that is not masked before the unblinding.

    One that is not masked also waits for a second person while studies that share images are being read;
    these are returned.
    """
    if not study.is_frozen:
        raise StillOpen
    if masked:
        return []
    if not is_unblinded(study):
        raise StillMasked
    return require_disclosable(study, by=by)


def write_bundle(study: Study, folder: Path, *, masked: bool, last: bool = True) -> None:
    """`last` is whether the study has ended. A look before has the sections of the primary endpoint alone.

    Of the others there may be no answers yet, or those of one reader, of which nothing can be computed.
    """
    if masked and not sections_in_bundle(study, masked=True):
        raise StaircasesWait
    names = Mask(study) if masked else Names(study, only=() if last else sections_looked_at(study))
    readers = write_answers(study, folder, names)
    if not readers:
        raise NoAnswers
    _write_readers(study, folder, readers, masked=masked)
    if isinstance(names, Names):
        images = sorted(_images(study, names), key=lambda row: str(row["image"]))
        _write(folder / "images.csv", ("image", "source", *_label_names(study)), images)
        if reported := list(concerns.concern_rows(study, names)):
            _write(folder / concerns.FILE, concerns.COLUMNS, reported)
        write_plan_files(study, folder)
    header = json.dumps(_header(study, names, last=last), indent=2, ensure_ascii=False)
    (folder / "study.json").write_text(header + "\n", encoding="utf-8")
    write_codebook(folder, masked=masked)


def _write(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    """Write texts, the header's too, so that no spreadsheet computes them. `analysis` restores them."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(map(defused_cell, columns))
        writer.writerows([defused_cell(row.get(name, "")) for name in columns] for row in rows)


def _write_readers(study: Study, folder: Path, readers: list[int], *, masked: bool) -> None:
    """`plan_place` is the place whose screens the plan gave to the reader; a masked bundle tells no plan."""
    asked = [question.name for question in study.protocol.document.questions]
    known = ("virtual", "program", "arm", "language")
    columns = ("reader", *known, *dict.fromkeys([*("specialty", "years", "site"), *asked]))
    columns = columns if masked else (*columns, "plan_place")
    enrolled = Enrolment.objects.filter(pk__in=readers).order_by("pseudonym" if masked else "place")
    enrolled = enrolled.select_related("user", "invitation__claim__by")
    said = dict(Questionnaire.objects.filter(enrolment__in=enrolled).values_list("enrolment_id", "answers"))
    read_in = _languages(study)
    rows = (
        {
            "plan_place": enrolment.place,
            **said.get(enrolment.pk, {}),
            "reader": enrolment.pseudonym,
            "virtual": int(enrolment.virtual),
            "program": int(enrolment.program),
            "arm": enrolment.arm,
            "language": " ".join(read_in[enrolment.pk]) or enrolment.language,
        }
        for enrolment in enrolled
    )
    _write(folder / "readers.csv", columns, rows)


def _languages(study: Study) -> dict[int, dict[str, None]]:
    """The languages in which each reader read, the first one first, as the log tells."""
    opened = Event.objects.filter(
        stream__name__startswith=f"{study.scope}/enrolment:", verb="sitting opened"
    ).order_by("stream", "number")
    found: dict[int, dict[str, None]] = defaultdict(dict)
    for stream, said in opened.values_list("stream__name", "particulars"):
        if language := said.get("screen", {}).get("language"):
            found[int(stream.rpartition(":")[2])][language] = None
    return found


def _label_names(study: Study) -> list[str]:
    found: dict[str, None] = {}
    for labels in Provenance.objects.filter(source__study=study).values_list("labels", flat=True).iterator():
        found.update(dict.fromkeys(labels))
    return [name for name in found if name not in ("image", "source")]


def _images(study: Study, names: Names) -> Iterator[dict[str, Any]]:
    seen: set[str] = set()
    for section in study.sections.filter(practice=False):
        for shown in names.shown_in(section).values():
            if shown.image not in seen:
                seen.add(shown.image)
                yield {**shown.intended, "image": shown.image, "source": shown.source}


def _header(study: Study, names: Names | Mask, *, last: bool) -> dict[str, Any]:
    """study.json. A masked one has nothing that comes from the plan, not even its digest."""
    protocol = study.protocol.document
    return {
        "title": study.title,
        "protocol_hash": study.protocol.digest,
        "data_hash": study.freeze.data_digest if study.is_frozen else None,
        "level": protocol.level,
        "masked": names.masked,
        "blinding_audit": _blinding_audit(study),
        "disclosures": _disclosures(study),
        **_known_elsewhere(study),
        **(_masked_sources(names) if isinstance(names, Mask) else _from_the_plan(study, names)),
        "scale": {"points": list(protocol.scale.points), "labels": list(protocol.scale.labels)},
        "margins": {"detection": protocol.margins.detection, "realism": protocol.margins.realism},
        **asked_of_readers(study, masked=names.masked, only=names.only),
        **({} if names.masked else looks_said(study, last=last)),
        "readers_planned": protocol.readers,
        "analysis_plan": protocol.analysis_plan,
        "software": {name: version(name) for name in SOFTWARE} | {"python": platform.python_version()},
    }


def _blinding_audit(study: Study) -> dict[str, Any] | None:
    """Whether the study was locked on an audit that passed or was overridden. A rehearsal needs none."""
    audit = newest_audit(study)
    if audit is None:
        return None
    override = getattr(audit, "override", None)
    return {
        "passed": audit.passed,
        "at": audit.at.isoformat(),
        "sentence": audit.document["sentence"],
        "override": override and {"at": override.at.isoformat(), "reason": override.reason},
    }


def _disclosures(study: Study) -> list[dict[str, Any]]:
    """Emergency unblindings: when and why, not of which trial, which a masked bundle does not have."""
    late = disclosed_after_freeze(study)
    return [
        {
            "section": one.section,
            "at": one.disclosure.at.isoformat(),
            "reason": one.reason,
            **({"after_freeze": True} if one.pk in late else {}),
        }
        for one in disclosures_of(study).filter(disclosure__isnull=False)
    ]


def _known_elsewhere(study: Study) -> dict[str, Any]:
    """The readers who know images from elsewhere; a study where nobody does says nothing of it."""
    known = known_elsewhere(study)
    named = Enrolment.objects.filter(pk__in=known).order_by("pseudonym").values_list("pk", "pseudonym")
    rows = [{"reader": reader, "images": known[pk]} for pk, reader in named]
    return {"known_elsewhere": rows} if rows else {}


def _masked_sources(mask: Mask) -> dict[str, Any]:
    """The letters of sources, where sections have them, and the sections that had to go without.

    A letter is another source in another section.
    """
    letters = sorted({letter for letters in mask.arms.values() for letter in letters})
    sources = {"sources": [{"name": letter} for letter in letters]} if letters else {}
    return sources | ({"masked_arms_withheld": mask.withheld} if mask.withheld else {})


def _programs(study: Study) -> list[dict[str, Any]]:
    """The programs that read, by their pseudonyms; where they ran is nobody's business."""
    rows = Program.objects.filter(enrolment__study=study).order_by("enrolment__place")
    return [
        {
            "reader": row.enrolment.pseudonym,
            "model": row.model,
            "version": row.version,
            "prompt_digest": row.prompt_digest,
            "repeats": row.repeats,
        }
        for row in rows.select_related("enrolment")
    ]


def _from_the_plan(study: Study, names: Names) -> dict[str, Any]:
    return {
        **plan_header(study),
        "seed": study.protocol.document.seed,
        "programs": _programs(study),
        "sources": [
            {
                "name": source.name,
                "kind": source.kind,
                "checkpoint": source.checkpoint_digest or None,
                "generated": source.generated,
                "rejected": source.rejected,
                "seed": told_seed(source),
            }
            for source in names.sources
        ],
    }
