"""Labels of the fields of items, staircases, scales, arms and endpoints on the form."""

from collections.abc import Mapping

from readerstudy.desk.protocol.builder.words import Chapter, Starter, Words

OF = {"image": "each image", "trial": "each screen", "section": "the section, at its end"}
KINDS = {
    "scale": "Points on a scale",
    "choice": "One of several options",
    "choices": "Several options",
    "number": "A number",
    "text": "Free text",
    "pick": "Pick one image",
    "prefer": "Prefer one image",
    "rank": "Rank the images",
    "mark": "Mark points",
    "measure": "Measure a distance or an angle",
}
ITEM: Mapping[str, Words] = {
    "name": Words("Name", help="Names the variable in the data; one name is one question."),
    "kind": Words("Answered by", choices=KINDS),
    "ask": Words("Question", wide=True),
    "help": Words("Help for readers", seldom=True, rows=2),
    "of": Words("Asked of", choices=OF),
    "required": Words("Has to be answered"),
    "skip": Words(
        "Text that leaves it open", seldom=True, help="Such as Cannot judge. Empty: there is none."
    ),
    "margin": Words("Margin of equivalence", seldom=True, help="In the item's own units."),
    "scale": Words("Scale", help="The name of one of the scales; empty: the rating scale."),
    "points": Words("Points", seldom=True, help="Rising whole numbers, such as 1, 2, 3, 4."),
    "labels": Words("Words for the points", seldom=True, help="One in each line; two are the ends.", rows=3),
    "options": Words(
        "Options",
        help="One in each line; 4A = Kerley lines keeps 4A in the data. Or one label, whose values are "
        "offered.",
        rows=4,
    ),
    "when": Words(
        "Asked only when",
        seldom=True,
        help="One condition in each line; all must hold. Such as severity >= 1, or "
        "diagnosis is pneumonia | effusion.",
        rows=2,
    ),
    "other": Words("Text of an answer in own words", seldom=True, help="Empty: there is none."),
    "shuffle": Words("Options in a random order for each reader", seldom=True),
    "confidence": Words("Steps of confidence", seldom=True, help="2 to 9, or 0 to ask for none."),
    "truth": Words("Truth", help="A label of the images, or kind, source or screen."),
    "within": Words("Still right within", seldom=True),
    "positive": Words("Counts as positive", seldom=True, help="One in each line.", rows=2),
    "least": Words("At least", seldom=True),
    "most": Words("At most"),
    "none": Words("Answer that takes nothing", seldom=True, help="A text, or true for the usual one."),
    "min": Words("Least number"),
    "max": Words("Greatest number"),
    "step": Words("Step", seldom=True),
    "unit": Words("Unit", seldom=True, choices={"mm": "mm", "px": "pixels", "degrees": "degrees"}),
    "slider": Words("Answered with a slider", seldom=True),
    "target": Words("What is to be picked"),
    "what": Words("Measures", choices={"distance": "a distance", "angle": "an angle"}),
}
STAIRCASE: Mapping[str, Words] = {
    "staircase.item": Words("Staircase: item that is right or wrong"),
    "staircase.start_ms": Words("Staircase: first exposure in ms"),
    "staircase.min_ms": Words("Staircase: shortest exposure in ms"),
    "staircase.max_ms": Words("Staircase: longest exposure in ms"),
    "staircase.down": Words("Staircase: right answers before a shorter one"),
    "staircase.down_ms": Words("Staircase: shorter by, in ms"),
    "staircase.up": Words("Staircase: wrong answers before a longer one"),
    "staircase.up_ms": Words("Staircase: longer by, in ms"),
    "staircase.reversals": Words("Staircase: turns until it ends", help="0: after all trials."),
}
SCALES = Chapter(
    name="scales",
    title="More scales",
    lede="Scales that items name.",
    many="scales",
    one="Scale",
    each={
        "name": Words("Name"),
        "points": Words("Points", help="Rising whole numbers, such as 1, 2, 3, 4, 5."),
        "labels": Words("Words for the points", help="One in each line; two are the ends.", rows=4),
    },
    starters=(
        Starter("Add a scale", {"name": "scale", "points": [1, 2, 3, 4, 5], "labels": ["lowest", "highest"]}),
    ),
)
NAMED_LABELS = Chapter(
    name="labels",
    title="Labels for readers",
    lede="What readers see instead of the names of labels and of their values.",
    many="labels",
    one="Label",
    each={
        "name": Words("Name", help="As in the manifest of the images."),
        "title": Words("Title"),
        "words": Words("Words for its values", help="One in each line, in the order of the values.", rows=4),
    },
    starters=(Starter("Add a label", {"name": "label", "title": "Label"}),),
)
ARMS = Chapter(
    name="arms",
    title="Arms",
    lede="Readers are dealt to arms in turn. Without arms all read all sections in their order.",
    many="arms",
    one="Arm",
    each={
        "name": Words("Name"),
        "sections": Words("Sections in this order", help="One in each line.", rows=4),
    },
    starters=(Starter("Add an arm", {"name": "arm", "sections": []}),),
)
LOOKS = Chapter(
    name="looks",
    title="Looks before the end",
    lede="An independent monitor looks at the primary endpoint while the study is read, and decides whether "
    "it continues. Nobody else learns more.",
    fields={
        "looks.at": Words(
            "At these percents of the planned answers", help="Such as 50, or 33, 67. Empty: no look."
        ),
        "looks.spending": Words(
            "Spends the error",
            help="O’Brien and Fleming spend little at first, Pocock spends evenly.",
            choices={"obrien-fleming": "O’Brien and Fleming", "pocock": "Pocock"},
        ),
    },
)
ENDPOINTS = Chapter(
    name="endpoints",
    title="Endpoints",
    lede="What the study decides, declared before anybody reads.",
    many="endpoints",
    one="Endpoint",
    each={
        "name": Words("Name"),
        "role": Words("Role", choices={"primary": "Primary", "secondary": "Secondary"}),
        "of": Words("Of which item", help="Written as section.item."),
        "what": Words("What is decided"),
        "option": Words("Option whose share is meant"),
        "compare": Words("Compares", help="Two sources, kinds or sections, one in each line.", rows=2),
        "against": Words("Or holds it against"),
        "test": Words(
            "To show",
            choices={
                "difference": "a difference",
                "superiority": "superiority",
                "non_inferiority": "non-inferiority",
                "equivalence": "equivalence",
            },
        ),
        "margin": Words("Margin"),
        "better": Words("Better is", choices={"higher": "higher", "lower": "lower"}),
    },
    starters=(
        Starter("Add an endpoint", {"name": "endpoint", "of": "", "what": "accuracy", "against": 0.5}),
    ),
)
