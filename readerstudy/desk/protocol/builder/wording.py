"""Labels of the protocol's fields on the form, by chapter.

The validator alone defines which fields there are, what they allow and their defaults.
"""

import re
from collections.abc import Sequence

from readerstudy.desk.protocol.builder.raw import ALONE, LABELS, is_condition, is_written
from readerstudy.desk.protocol.builder.wording_items import (
    ARMS,
    ENDPOINTS,
    ITEM,
    LOOKS,
    NAMED_LABELS,
    SCALES,
    STAIRCASE,
)
from readerstudy.desk.protocol.builder.words import Chapter, Starter, Words
from readerstudy.studies.protocol import Asked

TASKS = {
    "pick_real": "Pick the real one",
    "call": "Call real or synthetic",
    "rate": "Rate the realism",
    "check_label": "Check a label",
    "ask": "Ask questions",
}

CHAPTERS = (
    Chapter(
        name="study",
        title="The study",
        fields={
            "study.title": Words("Title", wide=True),
            "study.public_title": Words(
                "Title for readers",
                help="What readers see instead. Give one where the title tells what the study looks for.",
                wide=True,
            ),
            "study.description": Words("Description", rows=2),
            "study.languages": Words(
                "Languages", help="Codes such as en, one in each line; the first is the default.", rows=2
            ),
            "study.contact": Words("Contact", help="Whom readers ask: name, email, telephone.", wide=True),
            "study.deadline": Words("Deadline", help="The last day to read, such as 2027-03-31."),
            "study.minutes": Words(
                "Minutes", help="How long it takes in all; readers are told before they accept."
            ),
            "study.sample_size": Words("Sample size", help="How many, and why.", rows=2),
            "study.external": Words("Programs that read may send images to outside endpoints"),
            "study.readers": Words("Readers", help="How many are planned."),
            "study.places": Words(
                "Places", help="How many reading orders are prepared, a reserve for replacements included."
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
            "name": Words("Name", help="Letters, digits, - and _. Readers never see it."),
            "kind": Words("Kind", choices={"real": "Real", "synthetic": "Synthetic"}),
            "description": Words("Description"),
            "public": Words("Public", help="Anybody can find these images, so a reader could look them up."),
        },
        starters=(
            Starter("Add a real source", {"name": "real", "kind": "real"}),
            Starter("Add a synthetic source", {"name": "model", "kind": "synthetic"}),
        ),
    ),
    Chapter(
        name="canvas",
        title="Canvas",
        lede="Every image, whatever its source, is brought to this size and depth.",
        fields={
            "canvas.width": Words("Width in pixels"),
            "canvas.height": Words("Height in pixels"),
            "canvas.bits": Words("Bit depth"),
            "canvas.fit": Words(
                "Images of another shape",
                choices={"crop": "are cropped to fill the canvas", "pad": "are padded to fit into it"},
            ),
            "canvas.mode": Words("Colour", choices={"grey": "Grey", "colour": "Colour (sRGB)"}),
            "canvas.frames": Words("Frames of every image", help="1: stills."),
            "canvas.frame_fit": Words(
                "Images of another number of frames",
                choices={
                    "refuse": "are refused",
                    "crop": "are cropped to the middle",
                    "resample": "are resampled",
                },
            ),
            "canvas.play": Words("Frames are shown as", choices={"stack": "a stack", "cine": "a cine"}),
            "canvas.rate_hz": Words("Frames a second of a cine"),
            "canvas.spacing_mm": Words(
                "Size of a pixel in mm", help="For the scale bar, and for measuring in mm."
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
            "name": Words("Name", help="Letters, digits, - and _. Names the section in the data."),
            "title": Words("Title for readers"),
            "task": Words("Task", choices=TASKS),
            "trials": Words("Trials", help="How many screens."),
            "compose": Words(
                "Images from each source",
                help="On each screen, if one is to be picked; in all, if a screen shows one: then they "
                "add up to the trials.",
            ),
            "show": Words("Images of one screen, from each source", help="Instead of the counts above."),
            "draw": Words(
                "Sources drawn for one screen",
                seldom=True,
                help="Of those it shows; empty shows all of them.",
            ),
            "reuse": Words(
                "Section whose images are shown again", seldom=True, help="A section above, which counts."
            ),
            "match": Words("Labels that images share", seldom=True, help="One in each line.", rows=2),
            "case": Words("Images of a screen are of one case", seldom=True),
            "reference": Words(
                "Source of a reference image", seldom=True, help="Shown first on every screen."
            ),
            "tells": Words(
                "Labels shown beside each image",
                seldom=True,
                help="One in each line, such as an indication.",
                rows=2,
            ),
            "arrange": Words(
                "Arrangement",
                seldom=True,
                choices={
                    "grid": "Grid",
                    "row": "Row",
                    "flicker": "Flicker in one place",
                    "slider": "Slider between two",
                },
            ),
            "order": Words(
                "Order of trials",
                seldom=True,
                choices={"random": "Random", "fixed": "As in the plan, for all"},
            ),
            "shuffle_items": Words("Items in a random order for each reader", seldom=True),
            "briefing": Words("Text before the section", rows=4),
            "help": Words("Text beside the images", seldom=True, rows=2),
            "discloses": Words("Text after the section that discloses its purpose", rows=2),
            "feedback": Words("Tell the truth after each answer", seldom=True),
            "exposure_ms": Words("Exposure in ms", seldom=True, help="0: until the answer."),
            "mask": Words(
                "After the exposure",
                seldom=True,
                choices={"noise": "Noise", "grey": "Grey", "none": "Nothing"},
            ),
            "min_view_ms": Words("No answer before, in ms", seldom=True, help="0: no limit."),
            "answer_within_ms": Words("No answer after, in ms", seldom=True, help="0: no limit."),
            "washout_days": Words("Days before this section", seldom=True),
            "reasons": Words("Reasons readers can give here", seldom=True, help="One in each line.", rows=2),
            "spots": Words("Readers may mark the place in the image here", seldom=True),
            "allow_back": Words("Readers may go back here", seldom=True),
            "break_after": Words(
                "Suggest a break here after", seldom=True, help="Trials; 0 never suggests one."
            ),
            "rate": Words("Ask for a realism rating too"),
            "practice": Words("Practice: answers are shown and do not count"),
            "confidence": Words("Steps of confidence", help="2 to 9, or 0 to ask for none."),
            "labels": Words(
                "Labels to check", help="One in each line, named as in the images' label columns.", rows=2
            ),
            "repeats": Words(
                "Hidden repeats", help="Trials shown again, to see how readers agree with themselves."
            ),
            "catch": Words("Catch trials", help="Obvious fakes that show attention."),
            "pass_mark": Words("Share to get right before going on", help="0 to 1; 0 lets everybody pass."),
            "design": Words(
                "Design",
                help="Crossed: every reader reads every trial. Rotated: anchors and a block of the rest.",
                choices={"crossed": "Crossed", "rotate": "Rotated"},
            ),
            "anchor": Words("Anchor trials", help="Read by everybody."),
            "block": Words("Trials of a block", help="The rest has to fall into whole blocks."),
            "masked_arms": Words(
                "Letters for the sources in the masked bundle",
                help="Lets arms be compared before the unblinding. Their means may suggest which is real.",
            ),
        },
        starters=tuple(
            Starter(f"Add: {words[0].lower()}{words[1:]}", {"task": task}) for task, words in TASKS.items()
        ),
    ),
    Chapter(
        name="scale",
        title="Rating scale",
        fields={
            "scale.points": Words("Points", help="Rising whole numbers, such as 1, 2, 3, 4."),
            "scale.labels": Words("Words for the points", help="One in each line.", rows=4),
        },
    ),
    SCALES,
    Chapter(
        name="values",
        title="Values of labels",
        lede="Every value that a label of the images can have: items offer them as options.",
        fields={
            "values": Words(
                "Labels and their values",
                help="One label in each line, such as diagnosis: normal | pneumonia | effusion.",
                rows=4,
            ),
        },
    ),
    NAMED_LABELS,
    Chapter(
        name="margins",
        title="Margins of equivalence",
        lede="How far from chance, or from real images, still counts as equivalent.",
        fields={
            "margins.detection": Words(
                "Margin for correct picks and calls", help="As a share: 0.10 is ten percentage points."
            ),
            "margins.realism": Words("Margin for realism ratings", help="In points of the rating scale."),
        },
    ),
    Chapter(
        name="questions",
        title="Questionnaire",
        lede="Asked once, before the first image.",
        many="questions",
        one="Question",
        each={
            "name": Words("Name", help="Names the column in the data."),
            "text": Words("Question", wide=True),
            "kind": Words(
                "Answered by", choices={"text": "Text", "number": "A number", "choice": "One of several"}
            ),
            "options": Words("Answers to choose from", help="One in each line.", rows=4),
            "required": Words("Has to be answered"),
        },
        starters=(Starter("Add a question", {"name": "question", "text": "", "kind": "text"}),),
    ),
    Chapter(
        name="readers",
        title="What readers are told",
        fields={
            "study.consent": Words("Consent", help="Left empty, no consent is asked for.", rows=4),
            "study.instructions": Words("Instructions", rows=6),
            "study.washout_days": Words(
                "Days between sittings of two sections", help="0 lets readers go straight on."
            ),
        },
    ),
    Chapter(
        name="reading",
        title="How reading goes",
        fields={
            "reading.break_after": Words("Suggest a break after", help="Trials; 0 never suggests one."),
            "reading.idle_after_s": Words("Clock pauses after", help="Seconds without a sign of the reader."),
            "reading.allow_back": Words("Readers may go back and change answers"),
            "reading.undo": Words(
                "Readers may undo the last answer",
                help="Never in practice, with feedback, under a staircase or with a limit of time.",
            ),
            "reading.preview": Words(
                "Slow lines show a coarse image first",
                help="No answer is taken before the whole image is here.",
            ),
            "reading.show_clock": Words("Readers see a clock"),
            "reading.reasons": Words(
                "Reasons readers can give", help="One in each line; none asks for none.", rows=4
            ),
            "reading.spots": Words("Readers may mark the place in the image"),
            "reading.show_own_result": Words("Readers see their own result after the unblinding"),
            "reading.keep_window": Words("The window that a reader sets stays over trials"),
            "reading.keep_zoom": Words("Zoom and place stay over trials"),
        },
    ),
    Chapter(
        name="presets",
        title="Windows on a key",
        lede="Readers step through them, beside the full range and the window fitted to the image.",
        many="presets",
        one="Window",
        each={
            "name": Words("Name"),
            "center": Words("Middle", help="0 is black, 1 is white."),
            "width": Words("Width", help="1 is everything from black to white."),
        },
        starters=(Starter("Add a window", {"name": "Bone", "center": 0.7, "width": 0.3}),),
    ),
    Chapter(
        name="display",
        title="Readers' screens",
        fields={
            "display.min_width_px": Words("Least width of the window in pixels"),
            "display.min_height_px": Words("Least height of the window in pixels"),
            "display.if_failed": Words(
                "A screen that falls short",
                choices={"warn": "is warned about", "refuse": "is refused", "ignore": "is let pass"},
            ),
        },
    ),
    ARMS,
    Chapter(
        name="analysis",
        title="Analysis",
        fields={
            "study.analysis_plan": Words("Analysis plan", help="In words, before anybody reads.", rows=6),
            "study.level": Words("Level of intervals", help="0.95 gives intervals of 95%."),
            "study.seed": Words(
                "Seed", help="For the folds of the blinding audit. The plan is drawn from a secret."
            ),
            "study.unblinding_people": Words(
                "People it takes to unblind", help="1, or 2 who confirm each other."
            ),
        },
    ),
    ENDPOINTS,
    LOOKS,
)

#: Tables are no fields: their fields are, and lists of tables are the chapters above.
NO_FIELDS = ("table", "tables")
#: What stands in a control of the table around it.
_INSIDE = re.compile(r"values\..*|sections\[\d+\]\.items\[\d+\]\.(when|options)[.\[].*")
_ITEM = re.compile(r"sections\[\d+\]\.items\[\d+\]\.(.+)")


def is_on_the_form(asked: Asked, languages: Sequence[str] = ALONE) -> bool:
    """Whether a control can show what the field says and write it back."""
    value = asked.value
    if _INSIDE.fullmatch(asked.path):
        return False
    if is_condition(asked) or asked.path == LABELS or asked.kind in ("wordlist", "options"):
        return is_written(asked, languages)
    if asked.kind in NO_FIELDS:
        return False
    if asked.kind in ("words", "none"):
        return len(languages) > 1 or not isinstance(value, dict)
    if asked.kind == "values":
        return value is None or (isinstance(value, list) and not any(isinstance(one, dict) for one in value))
    if asked.kind == "screens":
        return not isinstance(value, dict) or not any(isinstance(one, dict) for one in value.values())
    return True


def words_of(path: str) -> Words | None:
    """The words for a field, such as `study.seed` or `sections[1].items[0].ask`."""
    item = _ITEM.fullmatch(path)
    if item:
        return ITEM.get(item[1])
    table, _, name = path.partition(".")
    many = table.partition("[")[0]
    for chapter in CHAPTERS:
        if path in chapter.fields:
            return chapter.fields[path]
        if chapter.many == many and many != table and name in chapter.each:
            return chapter.each[name]
    return STAIRCASE.get(name) if many == "sections" else None
