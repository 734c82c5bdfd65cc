"""Create a study from a protocol, and revise the protocol while nothing is locked."""

import re
import secrets
from collections.abc import Callable, Mapping

from django.db import transaction
from django.utils.text import slugify

from readerstudy.accounts.models import OPERATOR, User
from readerstudy.audit.chain import digest_of_text
from readerstudy.audit.record import record
from readerstudy.studies.errors import NotAShortName, ProtocolHasMovedOn, SlugIsTaken
from readerstudy.studies.lead import require_leader
from readerstudy.studies.models import Enrolment, Protocol, Role, Study
from readerstudy.studies.protocol import parse_protocol

CREATED = "study created"
LONGEST_BASE = 60  # of the 80 characters of a short name; an ending may follow
ENDING, ENDING_LENGTH = "23456789abcdefghjkmnpqrstuvwxyz", 4  # without those that look alike
_SLUG = re.compile(r"(?!new$)[A-Za-z0-9][A-Za-z0-9_-]{0,79}")

# What an app above adds to a study as it is created. `studies` cannot import such an app, so it registers.
Addition = Callable[[Study], Mapping[str, str]]
_additions: list[Addition] = []


def at_creation(addition: Addition) -> Addition:
    """Call `addition` in the transaction that creates a study; what it returns is recorded with it."""
    if addition not in _additions:
        _additions.append(addition)
    return addition


@transaction.atomic
def create_study(
    text: str, *, by: User, slug: str = "", copy_of: Study | None = None, rehearses: Study | None = None
) -> Study:
    """Create a study with its author as owner. Raises ProtocolError if the text is no protocol."""
    require_leader(by)
    document = parse_protocol(text)
    if slug and not _SLUG.fullmatch(slug):
        raise NotAShortName
    if slug and _may_know_of(by, slug):
        raise SlugIsTaken(f"There is a study called {slug!r} already. Choose another short name.")
    slug = free_slug(slug or slugify(document.public_title)[:LONGEST_BASE].strip("-") or "study")
    study = Study.objects.create(
        slug=slug, title=document.title, created_by=by, copy_of=copy_of, rehearses=rehearses
    )
    Enrolment.objects.create(study=study, user=by, role=Role.OWNER, invited_by=by)
    protocol = Protocol.objects.create(study=study, version=1, text=text, digest=digest_of_text(text), by=by)
    added = {name: value for addition in _additions for name, value in addition(study).items()}
    particulars = {"protocol": protocol.digest, **origin_of(study), **added}
    record(study.scope, CREATED, by=by, on=study, particulars=particulars, label=study.slug)
    return study


def origin_of(study: Study) -> dict[str, str | None]:
    """Return the origin that the log records, so that nobody can turn a study into a rehearsal later."""
    origins = {"copy_of": study.copy_of, "rehearses": study.rehearses}
    return {"uuid": str(study.uuid)} | {name: str(one.uuid) if one else None for name, one in origins.items()}


@transaction.atomic
def revise_protocol(study: Study, text: str, *, by: User, reason: str = "", over: str = "") -> Protocol:
    """Save a new version of the protocol; the same text again is the same version.

    `over` is the digest of the version that its author had before them: had somebody saved another one
    meanwhile, ProtocolHasMovedOn says so instead of passing over it.
    """
    document = parse_protocol(text)
    study = study.take_turn_before_lock()
    newest = study.protocol
    if newest.text == text:
        return newest
    if over and over != newest.digest:
        raise ProtocolHasMovedOn(
            f"{newest.by} saved version {newest.version} while you were writing. Yours is not "
            "saved yet: compare the two, bring in what should stay, and save again."
        )
    protocol = Protocol.objects.create(
        study=study,
        version=newest.version + 1,
        text=text,
        digest=digest_of_text(text),
        by=by,
        reason=reason.strip(),
    )
    study.title = document.title
    study.save(update_fields=["title"])
    record(
        study.scope,
        "protocol revised",
        by=by,
        on=study,
        particulars={"old": newest.digest, "new": protocol.digest, "version": protocol.version},
        reason=protocol.reason,
    )
    return protocol


def free_slug(base: str) -> str:
    """Return the name, with a random ending if it is taken: a number would reveal other people's studies."""
    slug = base
    while not _SLUG.fullmatch(slug) or Study.objects.filter(slug=slug).exists():
        ending = "".join(secrets.choice(ENDING) for _ in range(ENDING_LENGTH))
        slug = f"{base[:LONGEST_BASE].rstrip('-_')}-{ending}"
    return slug


def _may_know_of(person: User, slug: str) -> bool:
    """Whether a study has that name and the person a part in it, or a shell on the server."""
    named = Study.objects.filter(slug=slug)
    return (named if person.email == OPERATOR else named.visible_to(person)).exists()
