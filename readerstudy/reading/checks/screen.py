"""What was asked of a reader on one screen, and the check of an answer to it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from django.utils.translation import gettext as _

from readerstudy.imaging.canvas import Canvas
from readerstudy.reading.answer import Answer, Said
from readerstudy.reading.checks.asked import Asked, listed, named
from readerstudy.reading.checks.conditions import is_asked
from readerstudy.reading.checks.kinds import checked
from readerstudy.reading.checks.reasons import check_reasons, require_letter
from readerstudy.reading.checks.shorthands import as_answer, as_entries, requests
from readerstudy.reading.errors import AnswerRefused, Incomplete
from readerstudy.reading.models.response import Verdict
from readerstudy.studies.protocol import Item, ProtocolDocument, SectionDocument
from readerstudy.studies.protocol.shorthands import OBSERVED, VERDICT

Place = tuple[Item, str | None]
Where = tuple[str, str | None]


@dataclass(frozen=True, kw_only=True)
class Screen:
    """What was asked: the section, the letters shown, and the labels to be checked.

    Without letters it is the page of questions at the end of a section.
    """

    protocol: ProtocolDocument
    section: SectionDocument
    letters: tuple[str, ...]
    label: Mapping[str, str] = field(default_factory=dict)
    label_choices: Mapping[str, Collection[str]] = field(default_factory=dict)

    @property
    def canvas(self) -> Canvas:
        return self.protocol.canvas

    @cached_property
    def items(self) -> Mapping[str, Item]:
        """What is asked here, by name and in order."""
        section = self.section
        items = section.trial_items if self.letters else section.section_items
        return {item.name: item for item in items}

    def slots_of(self, item: Item) -> tuple[str | None, ...]:
        """The images that an item is asked of, or the whole screen."""
        return self.letters if item.of == "image" else (None,)

    def options_of(self, item: Item) -> tuple[str, ...]:
        """The values of an item's options; of a label's those of the study, where the protocol names none."""
        return item.values or tuple(self.label_choices.get(item.truth, ()))

    def check(self, answer: Answer) -> Answer:
        """Return an answer as it is stored.

        Raises AnswerRefused with a sentence unless it is whole and says nothing else.
        """
        entries = self._by_place(as_entries(answer, self.section, self.letters))
        kept, lacking = self._checked(entries)
        if lacking:
            raise Incomplete(self._lacking(lacking))
        self._check_labels(kept)
        reasons = check_reasons(answer.reasons, self.section, self.letters, self.canvas)
        answer = replace(answer, reasons=reasons)
        return as_answer(answer, kept.values(), self.items, images=len(self.letters))

    def _by_place(self, said: list[Said]) -> dict[Where, Said]:
        """Refuse what was not asked at all, and what was said twice."""
        found: dict[Where, Said] = {}
        for entry in said:
            item = self.items.get(entry.item)
            if item is None:
                sentence = _("This section does not ask for “{name}”; leave it out.")
                raise AnswerRefused(sentence.format(name=entry.item))
            self._check_slot(item, entry.slot)
            if (item.name, entry.slot) in found:
                sentence = _("{question} is answered twice; answer it once.")
                raise AnswerRefused(sentence.format(question=named(item, entry.slot)))
            found[item.name, entry.slot] = entry
        return found

    def _check_slot(self, item: Item, slot: str | None) -> None:
        if item.of == "image" and slot is None:
            sentence = _("{question} is asked of each image; name the image.")
            raise AnswerRefused(sentence.format(question=named(item, None)))
        if item.of != "image" and slot is not None:
            sentence = _("{question} is asked of no single image; leave the image out.")
            raise AnswerRefused(sentence.format(question=named(item, None)))
        if slot is not None:
            require_letter(slot, self.letters)

    def _checked(
        self, entries: Mapping[Where, Said]
    ) -> tuple[dict[Where, Said], list[tuple[Item, str | None]]]:
        """What was said as it is stored, in the order of the protocol, and what is still missing."""
        kept: dict[Where, Said] = {}
        lacking = []
        for item, slot in self._places():
            entry = entries.get((item.name, slot))
            if not is_asked(item, slot, kept, self.letters):
                if entry is not None:
                    sentence = _("{question} is not asked after what you answered above; leave it out.")
                    raise AnswerRefused(sentence.format(question=named(item, slot)))
            elif entry is not None:
                kept[item.name, slot] = self._checked_entry(item, entry)
            elif item.required:
                lacking.append((item, slot))
        return kept, lacking

    def _places(self) -> Iterator[Place]:
        for item in self.items.values():
            for slot in self.slots_of(item):
                yield item, slot

    def _checked_entry(self, item: Item, entry: Said) -> Said:
        if entry.missing == "time" and not self.section.answer_within_ms:
            sentence = _("{question} has no time limit; answer it.")
            raise AnswerRefused(sentence.format(question=named(item, entry.slot)))
        asked = Asked(
            item=item,
            slot=entry.slot,
            letters=self.letters,
            canvas=self.canvas,
            options=self.options_of(item),
        )
        return checked(asked, entry)

    def _lacking(self, lacking: list[Place]) -> str:
        """Of tasks as tasks ask for it, of other items by their words."""
        sentences = list(requests([(item, slot) for item, slot in lacking if item.task]))
        rest = [named(item, slot) for item, slot in lacking if not item.task]
        if rest:
            sentences.append(_("Still to be answered: {questions}.").format(questions=listed(rest)))
        return " ".join(sentences)

    def _check_labels(self, kept: Mapping[Where, Said]) -> None:
        """Whoever finds a label discrepant says what they see instead: something else than the label."""
        if VERDICT not in self.items or not self.items[VERDICT].task:
            return
        for slot in self.letters:
            verdict = kept.get((VERDICT, slot))
            if verdict is None or verdict.value != Verdict.DISCREPANT:
                continue
            seen = {
                item.removeprefix(OBSERVED): said.value
                for (item, at), said in kept.items()
                if at == slot and item.startswith(OBSERVED)
            }
            if not seen:
                raise Incomplete(_("Say what you see instead of the label."))
            if all(self.label.get(name) == value for name, value in seen.items()):
                raise AnswerRefused(_("What you see is what the label says; then the label fits."))

    def of_time(self, answer: Answer) -> Answer:
        """Return an answer that came too late: every question that was open is missing for want of time."""
        late = {
            (item.name, slot): Said(item=item.name, slot=slot, missing="time")
            for item, slot in self._places()
            if not item.when
        }
        return as_answer(Answer(reasons=answer.reasons), late.values(), self.items, images=len(self.letters))
