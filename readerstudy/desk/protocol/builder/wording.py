"""What the fields of a protocol are called on the form, and in which chapter they stand.

Which fields there are, what they allow and what they default to is the validator's knowledge alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Words:
    """`choices` are the words for allowed values; `rows` asks for a field of that many lines."""

    label: str
    help: str = ""
    rows: int = 0
    wide: bool = False
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Starter:
    """A button that adds a table to the list of a chapter, and what it begins with."""

    label: str
    values: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """`fields` in their order; `many` is a list of tables whose fields follow."""

    name: str
    title: str
    lede: str = ""
    fields: Mapping[str, Words] = field(default_factory=dict)
    many: str = ""
    one: str = ""
    each: Mapping[str, Words] = field(default_factory=dict)
    starters: tuple[Starter, ...] = ()


TASKS = {
    "pick_real": "Pick the real one among several",
    "call": "Call one image real or synthetic",
    "rate": "Rate how realistic one image is",
    "check_label": "Check whether a label fits one image",
}

CHAPTERS = (
    Chapter(
        name="study",
        title="The study",
        fields={
            "study.title": Words(label="Title", wide=True),
            "study.public_title": Words(
                label="Title for readers",
                help="What readers see instead. Give one where the title tells what the study looks for.",
                wide=True,
            ),
            "study.description": Words(label="Description", rows=2),
            "study.readers": Words(label="Readers", help="How many are planned."),
            "study.places": Words(
                label="Places",
                help="How many reading orders are prepared, a reserve for replacements included.",
            ),
        },
    ),
    Chapter(
        name="sources",
        title="Sources of images",
        lede="Where images come from: real collections, and each generator or checkpoint.",
        many="sources",
        one="Source",
        each={
            "name": Words(label="Name", help="Letters, digits, - and _. Readers never see it."),
            "kind": Words(label="Kind", choices={"real": "Real", "synthetic": "Synthetic"}),
            "description": Words(label="Description"),
            "public": Words(
                label="Public", help="Anybody can find these images, so a reader could look them up."
            ),
        },
        starters=(
            Starter(label="Add a real source", values={"name": "real", "kind": "real"}),
            Starter(label="Add a synthetic source", values={"name": "model", "kind": "synthetic"}),
        ),
    ),
    Chapter(
        name="canvas",
        title="Canvas",
        lede="Every image, whatever its source, is brought to this size and depth.",
        fields={
            "canvas.width": Words(label="Width in pixels"),
            "canvas.height": Words(label="Height in pixels"),
            "canvas.bits": Words(label="Bits of grey"),
            "canvas.fit": Words(
                label="Images of another shape",
                choices={"crop": "are cropped to fill the canvas", "pad": "are padded to fit into it"},
            ),
        },
    ),
    Chapter(
        name="sections",
        title="Sections",
        lede="What readers are asked, one after the other.",
        many="sections",
        one="Section",
        each={
            "name": Words(label="Name", help="Letters, digits, - and _. Names the section in the data."),
            "title": Words(label="Title for readers"),
            "task": Words(label="Task", choices=TASKS),
            "trials": Words(label="Trials", help="How many screens."),
            "compose": Words(
                label="Images from each source",
                help="On each screen, if one is to be picked; in all, if a screen shows one: then they "
                "add up to the trials.",
            ),
            "rate": Words(label="Ask for a realism rating too"),
            "practice": Words(label="Practice: answers are shown and do not count"),
            "confidence": Words(label="Steps of confidence", help="2 to 9, or 0 to ask for none."),
            "labels": Words(
                label="Labels to check",
                help="One in each line, named as in the images' label columns.",
                rows=2,
            ),
            "repeats": Words(
                label="Hidden repeats", help="Trials shown again, to see how readers agree with themselves."
            ),
            "catch": Words(label="Catch trials", help="Obvious fakes that show attention."),
            "pass_mark": Words(
                label="Share to get right before going on", help="0 to 1; 0 lets everybody pass."
            ),
            "design": Words(
                label="Design",
                choices={
                    "crossed": "Crossed: every reader reads every trial",
                    "rotate": "Rotated: each reader reads anchors and a block of the rest",
                },
            ),
            "anchor": Words(label="Anchor trials", help="Read by everybody."),
            "block": Words(label="Trials of a block", help="The rest has to fall into whole blocks."),
            "masked_arms": Words(
                label="Letters for the sources in the masked bundle",
                help="Lets arms be compared before the unblinding. Their means may suggest which is real.",
            ),
        },
        starters=tuple(
            Starter(label=f"Add: {words[0].lower()}{words[1:]}", values={"task": task})
            for task, words in TASKS.items()
        ),
    ),
    Chapter(
        name="scale",
        title="Rating scale",
        fields={
            "scale.points": Words(label="Points", help="Rising whole numbers, such as 1, 2, 3, 4."),
            "scale.labels": Words(label="Words for the points", help="One in each line.", rows=4),
        },
    ),
    Chapter(
        name="margins",
        title="Margins of equivalence",
        lede="How far from chance, or from real images, still counts as equivalent.",
        fields={
            "margins.detection": Words(
                label="Margin for correct picks and calls", help="As a share: 0.10 is ten percentage points."
            ),
            "margins.realism": Words(
                label="Margin for realism ratings", help="In points of the rating scale."
            ),
        },
    ),
    Chapter(
        name="questions",
        title="Questionnaire",
        lede="Asked once, before the first image.",
        many="questions",
        one="Question",
        each={
            "name": Words(label="Name", help="Names the column in the data."),
            "text": Words(label="Question", wide=True),
            "kind": Words(
                label="Answered by",
                choices={"text": "Text", "number": "A number", "choice": "One of several"},
            ),
            "options": Words(label="Answers to choose from", help="One in each line.", rows=4),
            "required": Words(label="Has to be answered"),
        },
        starters=(Starter(label="Add a question", values={"name": "question", "text": "", "kind": "text"}),),
    ),
    Chapter(
        name="readers",
        title="What readers are told",
        fields={
            "study.consent": Words(label="Consent", help="Left empty, no consent is asked for.", rows=4),
            "study.instructions": Words(label="Instructions", rows=6),
            "study.washout_days": Words(
                label="Days between sittings of two sections", help="0 lets readers go straight on."
            ),
        },
    ),
    Chapter(
        name="reading",
        title="How reading goes",
        fields={
            "reading.break_after": Words(label="Suggest a break after", help="Trials; 0 never suggests one."),
            "reading.idle_after_s": Words(
                label="Clock pauses after", help="Seconds without a sign of the reader."
            ),
            "reading.allow_back": Words(label="Readers may go back and change answers"),
            "reading.show_clock": Words(label="Readers see a clock"),
            "reading.reasons": Words(
                label="Reasons readers can give", help="One in each line; none asks for none.", rows=4
            ),
            "reading.spots": Words(label="Readers may mark the place in the image"),
            "reading.show_own_result": Words(label="Readers see their own result after the unblinding"),
        },
    ),
    Chapter(
        name="display",
        title="Readers' screens",
        fields={
            "display.min_width_px": Words(label="Least width of the window in pixels"),
            "display.min_height_px": Words(label="Least height of the window in pixels"),
            "display.if_failed": Words(
                label="A screen that falls short",
                choices={"warn": "is warned about", "refuse": "is refused", "ignore": "is let pass"},
            ),
        },
    ),
    Chapter(
        name="analysis",
        title="Analysis",
        fields={
            "study.analysis_plan": Words(
                label="Analysis plan", help="In words, before anybody reads.", rows=6
            ),
            "study.level": Words(label="Level of intervals", help="0.95 gives intervals of 95%."),
            "study.seed": Words(
                label="Seed", help="For the folds of the blinding audit. The plan is drawn from a secret."
            ),
            "study.unblinding_people": Words(
                label="People it takes to unblind", help="1, or 2 who confirm each other."
            ),
        },
    ),
)

#: Tables are no fields: their fields are, and lists of tables are the chapters above.
NO_FIELDS = ("table", "tables")


def words_of(path: str) -> Words | None:
    """The words for a field, such as `study.seed` or `sections[1].trials`."""
    table, _, name = path.partition(".")
    many = table.partition("[")[0]
    for chapter in CHAPTERS:
        if path in chapter.fields:
            return chapter.fields[path]
        if chapter.many == many and many != table and name in chapter.each:
            return chapter.each[name]
    return None
