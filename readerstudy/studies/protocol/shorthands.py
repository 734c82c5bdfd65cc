"""The four tasks, said as items: each is short for a section that asks these."""

from readerstudy.studies.protocol.document import SectionDocument
from readerstudy.studies.protocol.items import Condition, Item, Option
from readerstudy.studies.protocol.labels import label_named, options_of
from readerstudy.studies.protocol.setting import Setting
from readerstudy.studies.protocol.words import Words

PICK, CALL, RATING, VERDICT, OBSERVED = "pick", "call", "rating", "verdict", "observed-"


def shorthand_items(section: SectionDocument, setting: Setting) -> tuple[Item, ...]:
    """Return what the task of a section asks, before the items that the section lists itself."""
    found: list[Item] = []
    if section.task == "pick_real":
        found.append(
            Item(
                name=PICK,
                kind="pick",
                of="trial",
                ask=Words("Which is real?"),
                target="real",
                task="pick_real",
            )
        )
    if section.task == "call":
        found.append(
            Item(
                name=CALL,
                kind="choice",
                ask=Words("Real or synthetic?"),
                options=_options("real", "synthetic"),
                confidence=section.confidence,
                truth="kind",
                positive=("synthetic",),
                task="call",
            )
        )
    if section.task == "check_label":
        found += _label_items(section, setting)
    if section.rate:
        ask = Words("How realistic is it?")
        found.append(Item(name=RATING, kind="scale", ask=ask, scale=setting.scale, task="rate"))
    return tuple(found)


def _label_items(section: SectionDocument, setting: Setting) -> list[Item]:
    """The verdict, and what is seen instead of each label. Without [values] the plan knows the options."""
    verdict = Item(
        name=VERDICT,
        kind="choice",
        ask=Words("Does the label fit?"),
        options=_options("fits", "discrepant", "unsure"),
        task="check_label",
    )
    instead = Condition(item=VERDICT, values=("discrepant",))
    return [
        verdict,
        *(
            Item(
                name=f"{OBSERVED}{label.name}",
                kind="choice",
                ask=label.title,
                options=options_of(label, setting.values.get(label.name, ())),
                required=False,
                when=(instead,),
                truth=label.name,
                task="check_label",
            )
            for label in (label_named(name, setting.labels) for name in section.labels)
        ),
    ]


def _options(*values: str) -> tuple[Option, ...]:
    return tuple(Option(value=value, text=Words(value)) for value in values)
