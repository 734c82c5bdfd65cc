"""What screens cannot show, and what a section cannot reuse."""

import pytest

from tests.readerstudy.studies.written_protocols import (
    HEAD,
    PAGE,
    PAIRS,
    SINGLES,
    Cases,
    asks,
    assert_refused,
    item,
    section,
)

SCREENS = {
    "show beside compose": (
        asks(item(), fields=f"{SINGLES}\nshow = {{ real = 1 }}"),
        {"sections[0].show": "stands beside compose"},
    ),
    "image items without a screen": (
        asks(item(of='"image"'), fields=PAGE),
        {".of": "the section shows no images; give it show, compose or reuse"},
    ),
    "trial items without a screen": (
        asks(item(of='"trial"'), fields=PAGE),
        {".of": "is 'trial', but the section shows no images"},
    ),
    "a task without a screen": (
        asks(fields='task = "call"'),
        {"sections[0].compose": "is missing; it has to be counts by source"},
    ),
    "neither task nor items": (
        asks(fields=SINGLES),
        {"sections[0].items": "is missing; a section without a task asks one item or more"},
    ),
    "a text without a question": (
        asks(fields='discloses = "All of it."'),
        {"sections[0].items": "is missing; a section without a task asks one item or more"},
    ),
    "trials of nothing": (
        asks(item(of='"section"'), fields="trials = 4"),
        {"sections[0].trials": "nothing says what its screens show"},
    ),
    "no image on a screen": (
        asks(item(), fields="trials = 4\nshow = {}"),
        {"sections[0].show": "is {}; it has to be counts by source"},
    ),
    "thirteen images on a screen": (
        asks(item(), fields="trials = 4\nshow = { real = 13 }"),
        {"sections[0].show": "puts 13 images on a screen; a screen shows 1 to 12"},
    ),
    "thirteen images on one kind of screen": (
        asks(item(), fields="trials = 4\nshow = { a = { real = 1 }, b = { ddpm = 13 } }"),
        {"sections[0].show.b": "puts 13 images on a screen"},
    ),
    "a kind of screen that is empty": (
        asks(item(), fields="trials = 4\nshow = { a = { real = 1 }, b = {} }"),
        {"sections[0].show.b": "is empty; a screen shows 1 to 12 images"},
    ),
    "kinds of screen beside counts": (
        asks(item(), fields="trials = 4\nshow = { real = 1, b = { ddpm = 1 } }"),
        {"sections[0].show": "mixes kinds of screen with a count (real)"},
    ),
    "an unknown source on a screen": (
        asks(item(), fields="trials = 4\nshow = { vae = 1 }"),
        {"sections[0].show": "names 'vae'; the sources are real, ddpm, gan"},
    ),
    "trials no multiple of the kinds": (
        asks(item(), fields="trials = 5\nshow = { a = { real = 1 }, b = { ddpm = 1 } }"),
        {"sections[0].trials": "is 5; 2 kinds of screen need a multiple of 2"},
    ),
    "show without trials": (
        asks(item(), fields="show = { real = 1 }"),
        {"sections[0].trials": "is missing; it has to be a whole number from 1"},
    ),
    "sums that do not add up": (
        asks(item(), fields=f"{SINGLES}\ntrials = 10"),
        {"sections[0].compose": "adds up to 12 images for 10 trials"},
    ),
    "more drawn than there are": (
        asks(item(), fields="show = { real = 1, ddpm = 1 }\ntrials = 4\ndraw = 3"),
        {"sections[0].draw": "is 3; it has to be 1 to 2"},
    ),
    "none drawn": (
        asks(item(), fields="show = { real = 1, ddpm = 1 }\ntrials = 4\ndraw = 0"),
        {"sections[0].draw": "is 0; it has to be a whole number from 1 to 3"},
    ),
    "drawn not equally often": (
        asks(item(), fields="show = { real = 1, ddpm = 1, gan = 1 }\ntrials = 4\ndraw = 2"),
        {"sections[0].trials": "can be drawn in 3 ways, all shown equally often, so give a multiple of 3"},
    ),
    "draw beside compose": (
        asks(item(), fields=f"{SINGLES}\ndraw = 1"),
        {"sections[0].draw": "belongs beside show"},
    ),
    "a pick without its target": (
        asks(item(kind="pick", target='"gan"'), fields=PAIRS),
        {".target": "is 'gan', of which a screen has 0; a pick needs exactly one"},
    ),
    "a pick with two targets on one kind of screen": (
        asks(item(kind="pick"), fields="trials = 4\nshow = { a = { real = 1, ddpm = 1 }, b = { real = 2 } }"),
        {".target": "of which the kind of screen 'b' has 2"},
    ),
    "a target that is no source": (
        asks(item(kind="pick", target='"vae"'), fields=PAIRS),
        {".target": "is 'vae'; allowed are real, synthetic, ddpm, gan"},
    ),
    "pick_real on a screen without a real image": (
        asks(fields='task = "pick_real"\ntrials = 4\nshow = { a = { real = 1, gan = 1 }, b = { gan = 2 } }'),
        {"sections[0].show.b": "has 0 real images; a pick_real trial needs exactly one"},
    ),
    "prefer with one image": (
        asks(item(kind="prefer")),
        {".kind": "is 'prefer', but a screen shows one image"},
    ),
    "rank with one image on one kind of screen": (
        asks(item(kind="rank"), fields="trials = 4\nshow = { a = { real = 2 }, b = { real = 1 } }"),
        {".kind": "is 'rank', but a screen shows one image"},
    ),
    "a slider over three images": (
        asks(item(), fields='show = { real = 1, ddpm = 2 }\ntrials = 4\narrange = "slider"'),
        {"sections[0].arrange": "is 'slider', which moves between two images; a screen shows 3"},
    ),
    "an arrangement that is none": (
        asks(item(), fields=f'{SINGLES}\narrange = "circle"'),
        {"sections[0].arrange": "is 'circle'; allowed are grid, row, flicker, slider"},
    ),
    "a reference that is no source": (
        asks(item(), fields=f'{SINGLES}\nreference = "vae"'),
        {"sections[0].reference": "names 'vae'; the sources are real, ddpm, gan"},
    ),
    "a reference on a page of questions": (
        asks(item(of='"section"'), fields='reference = "real"'),
        {"sections[0].reference": "belongs to sections that show images"},
    ),
    "a label called source": (
        asks(item(), fields=f'{SINGLES}\nmatch = ["source"]'),
        {"sections[0].match": "which stands for the source of an image itself"},
    ),
    "catch trials of images that are reused": (
        asks(item(), fields=SINGLES) + section('reuse = "one"\ncatch = 1', item("r"), name="two"),
        {"sections[1].catch": "stands beside reuse"},
    ),
}
REUSE = {
    "of a later section": (
        HEAD + section('reuse = "two"', item()) + section(SINGLES, item(), name="two"),
        {"sections[0].reuse": "is 'two', which is no section above"},
    ),
    "of itself": (
        asks(item(), fields='reuse = "one"'),
        {"sections[0].reuse": "is 'one', which is no section above"},
    ),
    "of practice": (
        HEAD
        + section(f"{SINGLES}\npractice = true", item(), name="zero")
        + section('reuse = "zero"', item()),
        {"sections[1].reuse": "is 'zero', a practice section, which tells the truth"},
    ),
    "of a page of questions": (
        HEAD + section("", item(of='"section"'), name="zero") + section('reuse = "zero"', item("r")),
        {"sections[1].reuse": "is 'zero', which shows no images"},
    ),
    "of more than there are": (
        asks(item()) + section('reuse = "one"\ncompose = { real = 7 }', item(), name="two"),
        {"sections[1].compose": "needs 7 images of real; 'one' has 6 to reuse"},
    ),
    "of a source that is not there": (
        asks(item()) + section('reuse = "one"\nshow = { gan = 1 }\ntrials = 2', item(), name="two"),
        {"sections[1].show": "needs 2 images of gan; 'one' has 0 to reuse"},
    ),
    "of a section with letters for its sources": (
        asks(item(kind="scale"), fields=f"{SINGLES}\nmasked_arms = true")
        + section('reuse = "one"', item("r"), name="two"),
        {"sections[0].masked_arms": "section 'two' shows its images again"},
    ),
    "of part of the screens": (
        asks(item()) + section('reuse = "one"\ntrials = 5', item(), name="two"),
        {"sections[1].trials": "shows all 12 screens of 'one'"},
    ),
}
CASES: Cases = {
    f"{about}: {name}": case
    for about, cases in {"screens": SCREENS, "reuse": REUSE}.items()
    for name, case in cases.items()
}


@pytest.mark.parametrize("name", CASES)
def test_it_is_named_in_its_field_and_its_line_and_nothing_follows_from_it(name: str) -> None:
    assert_refused(*CASES[name])
