"""The scales of a protocol, and the values that its labels can have."""

from readerstudy.studies.protocol.items import KNOWN_TRUTHS, Scale
from readerstudy.studies.protocol.table import Table
from readerstudy.studies.protocol.words import Words

FEWEST_POINTS, MOST_POINTS = 2, 11
USUAL_SCALE = Scale(
    points=(1, 2, 3, 4),
    labels=tuple(map(Words, ("unrealistic", "rather unrealistic", "rather realistic", "fully realistic"))),
)


def parse_scale(root: Table) -> Scale:
    """Return the scale of items that name none."""
    given = root.table("scale", required=False)
    table = given or root.imagined("scale")
    scale = points_and_labels(table, usual=USUAL_SCALE)
    if given is None:
        return USUAL_SCALE
    table.finish()
    return scale


def parse_scales(root: Table) -> dict[str, Scale]:
    found = {}
    names = []
    for table in root.tables("scales", required=False):
        name = table.name("name")
        scale = points_and_labels(table, name=name)
        table.finish()
        names.append(name)
        found[name] = scale
    root.refuse_namesakes("scales", names)
    return found


def points_and_labels(table: Table, *, name: str = "", usual: Scale | None = None) -> Scale:
    """Take `points` and `labels` out of a table and check that they belong together."""
    points = table.wholes("points", usual=usual.points if usual else ())
    labels = table.wordlist("labels", required=True, usual=usual.labels if usual else ())
    if not table.is_right("points", "labels"):
        return Scale(name=name, points=points, labels=labels)
    if not FEWEST_POINTS <= len(points) <= MOST_POINTS or list(points) != sorted(set(points)):
        table.problem("points", "has to be 2 to 11 rising whole numbers, such as [1, 2, 3, 4].")
    elif len(labels) not in (2, len(points)):
        table.problem(
            "labels", f"has {len(labels)} words for {len(points)} points; give one each, or two for the ends."
        )
    return Scale(name=name, points=points, labels=labels)


def parse_values(root: Table) -> dict[str, tuple[str, ...]]:
    """Return every value that each label can have, in order."""
    table = root.table("values", required=False)
    if table is None:
        return {}
    found = {}
    for label in table.values:
        values = table.texts(label)
        if label in KNOWN_TRUTHS:
            table.problem(label, not_a_label(label))
        elif table.is_right(label) and len(values) < 2:
            table.problem(label, 'has to list two or more values, such as ["absent", "present"].')
        found[label] = values
    table.finish()
    return found


def not_a_label(name: str) -> str:
    return (
        f"names the label {name!r}, which stands for the {name} of an image itself; "
        "give the label another name in the manifest of the images."
    )
