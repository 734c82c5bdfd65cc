"""Verify a study against its log: answers, people, milestones, plan and truth. Every export begins so."""

from collections.abc import Iterator

from django.core.exceptions import ObjectDoesNotExist

from readerstudy.accounts.models import User
from readerstudy.audit.compare import differences
from readerstudy.audit.ends import verify_kept_ends
from readerstudy.audit.verify import Finding, verify
from readerstudy.reading.verify_answers import AnswersDigest, verify_answers
from readerstudy.reading.verify_steps import verify_steps
from readerstudy.results.errors import NotWhole
from readerstudy.results.freeze import DATA_VERSION, data_digest_of_version_1
from readerstudy.results.models import InterimLook
from readerstudy.results.tallies import keeps_what_was_counted
from readerstudy.results.verify_gaze import verify_gaze
from readerstudy.studies.models import Enrolment, Role, Study
from readerstudy.studies.verify_people import events_by_key, said_of, verify_milestones, verify_people
from readerstudy.truth.verify_truth import verify_pixels, verify_truth

MOST_NAMED = 10


def verify_study(
    study: Study, *, pixels: bool = False, former_keys: bool = False, log: bool = True
) -> Iterator[Finding]:
    """Everything in which the study is not what its log says, and, with `log`, what is wrong with that."""
    if log:
        yield from verify(study.scope, former_keys=former_keys)
        yield from verify_kept_ends(study.scope)
    digest = AnswersDigest()
    parts = {
        "people": verify_people(study),
        "milestones": verify_milestones(study),
        "steps of readers": verify_steps(study),
        "answers": verify_answers(study, each=digest.add),
        "frozen answers": _frozen_data(study, digest),
        "kept counts": _kept_counts(study),
        "interim looks": _interim_looks(study),
        "gaze": (Finding(stream=study.scope, what=what) for what in verify_gaze(study)),
        "truth": verify_truth(study),
        "pixels": verify_pixels(study) if pixels else iter(()),
    }
    for name, findings in parts.items():
        yield from _as_far_as_it_can_be_read(study, name, findings)


def _as_far_as_it_can_be_read(study: Study, name: str, findings: Iterator[Finding]) -> Iterator[Finding]:
    """One row that no type of its column allows must not keep all other findings from being named."""
    try:
        yield from findings
    except (ArithmeticError, LookupError, TypeError, ValueError, ObjectDoesNotExist) as error:
        what = f"the {name} cannot be read whole ({type(error).__name__}): a row was changed"
        yield Finding(stream=study.scope, what=what)


def _frozen_data(study: Study, digest: AnswersDigest) -> Iterator[Finding]:
    """The answers as they are against the name they got with the freeze."""
    frozen = events_by_key(study.scope, "study frozen").get(study.pk)
    if frozen is None:
        return
    if frozen.get("version", 1) == DATA_VERSION:
        found, count = digest.hexdigest(), digest.count
    else:
        found, count = data_digest_of_version_1(study)
    kept = frozen.get("responses", study.freeze.responses if study.is_frozen else count)
    if (found, count) != (frozen["data"], kept):
        what = f"{count} answers are not the {kept} that were frozen: they were changed"
        yield Finding(stream=study.scope, what=what)


def _interim_looks(study: Study) -> Iterator[Finding]:
    """Looks before the end, with what they found and decided, against the log."""
    rows = list(InterimLook.objects.filter(study=study))
    decided = {row.pk: row.decided() | said_of(row) for row in rows}
    found = {row.pk: row.found() | {"by": row.by_id, "reason": ""} for row in rows}
    for what in (
        *differences("look", decided, events_by_key(study.scope, "look taken")),
        *differences("what was found at look", found, events_by_key(study.scope, "look found")),
    ):
        yield Finding(stream=study.scope, what=what)


def _kept_counts(study: Study) -> Iterator[Finding]:
    for section in study.sections.all():
        if not keeps_what_was_counted(section):
            what = f"the counts of images in section {section.name} do not match its answers"
            yield Finding(stream=study.scope, what=what)


def require_whole(study: Study, *, by: User) -> None:
    """Refuse results from a study that is not what its log says. Owners learn which rows are wrong."""
    wrong = [finding for finding in verify_study(study) if finding.stops]
    if wrong:
        general = _refusal(study, wrong, named=False)
        owned = Enrolment.objects.current().of(by).filter(study=study, role=Role.OWNER)
        may_see_rows = by == User.objects.operator() or owned.exists()
        raise NotWhole(_refusal(study, wrong, named=may_see_rows), for_everybody=general)


def _refusal(study: Study, wrong: list[Finding], *, named: bool) -> str:
    count = f"{len(wrong)} thing" + ("s do" if len(wrong) > 1 else " does")
    said = f"{count} not agree with the audit log of this study, so nothing is exported. "
    if not named:
        return said + "An owner who downloads the data is told which. Restore a backup."
    rows = "; ".join(str(finding) for finding in wrong[:MOST_NAMED])
    more = f"; and {len(wrong) - MOST_NAMED} more" if len(wrong) > MOST_NAMED else ""
    return said + f"{rows}{more}. See all with manage.py check_integrity {study.slug}, and restore a backup."
