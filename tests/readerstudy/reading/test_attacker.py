"""A reader attacks: what the browser's own tools show of a session, but for the pixels, tells nothing."""

import json
import math
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold, cross_val_predict

from readerstudy.imaging.models import Envelope
from readerstudy.reading.models import Slot
from readerstudy.truth.models import Key
from tests.chromium import close
from tests.readerstudy.factory import Locked, a_locked_study, protocol_text

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TRIALS = 24
PROTOCOL = protocol_text(trials=TRIALS, more='[display]\nif_failed = "ignore"\n').replace(
    "rate = true", "rate = false"
)
# Of a two-sided normal interval so wide that chance alone leaves it once in two thousand runs.
Z = 3.5


PACKED = "packed"
#: What the canvas says beside its size, and how long a body is.
KINDS = {
    "packed": (PACKED, 0),
    "still": ("", 384),
    "colour": ('mode = "colour"', 3 * 384),
    "stack": ("frames = 4", 4 * 384),
    "cine": ('frames = 4\nplay = "cine"\nrate_hz = 20', 4 * 384),
}


@pytest.fixture(params=KINDS)
def length(request: Any) -> int:
    return KINDS[request.param][1]


@pytest.fixture
def made(request: Any, browser: Browser, db: None, length: int) -> Locked:
    kind = request.node.callspec.params["length"]
    more = KINDS[kind][0]
    if more == PACKED:
        canvas = "width = 16\nheight = 24", "width = 32\nheight = 48"
        return a_locked_study(PROTOCOL.replace(*canvas), packed=True)
    return a_locked_study(PROTOCOL.replace("bits = 8", f"bits = 8\n{more}"))


def read_in_chromium(browser: Browser, made: Locked, address: str, har: Path) -> None:
    """A whole session through the reading page, recorded as the network panel would."""
    context = browser.new_context(viewport={"width": 1100, "height": 700}, record_har_path=har)
    context.set_default_timeout(15_000)
    cookie = made.client("rita").cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": address}])
    page = context.new_page()
    page.goto(f"{address}/read/knees/trial/")
    for _ in range(TRIALS):
        _answer(page)
    page.wait_for_url("**/finish/")
    close(context)


def _answer(page: Page) -> None:
    page.locator("#grid[data-painted]").wait_for()
    before = page.locator("#grid").get_attribute("data-painted")
    page.keyboard.press("Shift+B")
    page.keyboard.press("Enter")
    other = page.locator(f'#grid[data-painted]:not([data-painted="{before}"])')
    other.or_(page.get_by_role("heading", name="Thank you")).first.wait_for()


def pixel_entries(har: Path) -> list[dict[str, Any]]:
    entries = json.loads(har.read_text())["log"]["entries"]
    addresses = "/api/reading/pixels/", "/api/reading/packed/"
    return [entry for entry in entries if any(each in entry["request"]["url"] for each in addresses)]


def features(entries: Sequence[dict[str, Any]]) -> list[list[float]]:
    """What an attacker could measure of each image: time, order, size, headers, and how its token looks."""
    rows = []
    for order, entry in enumerate(entries):
        token = entry["request"]["url"].rsplit("/", 1)[1]
        response, timings = entry["response"], entry["timings"]
        rows.append(
            [
                order,
                order % 3,
                entry["time"],
                timings["wait"],
                timings["receive"],
                timings.get("send", 0),
                response["content"]["size"],
                response.get("headersSize", 0),
                response.get("_transferSize", 0),
                len(response["headers"]),
                *_looks(token),
            ]
        )
    return rows


def _looks(token: str) -> list[float]:
    counts = Counter(token)
    entropy = -sum(n / len(token) * math.log2(n / len(token)) for n in counts.values())
    letters = [sum(map(kind, token)) for kind in (str.isdigit, str.isupper, str.islower)]
    return [entropy, *letters, ord(token[0]), ord(token[-1]), sum(map(ord, token)) % 97]


def interval(auc: float, real: int, other: int) -> tuple[float, float]:
    """Around an AUC, after Hanley and McNeil (1982), equation 1."""
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    variance = auc * (1 - auc) + (real - 1) * (q1 - auc**2) + (other - 1) * (q2 - auc**2)
    half = Z * math.sqrt(variance / (real * other))
    return auc - half, auc + half


def test_a_classifier_on_all_but_the_pixels_is_at_chance(
    made: Locked, length: int, browser: Browser, live_server: Any, tmp_path: Path
) -> None:
    har = tmp_path / "session.har"
    read_in_chromium(browser, made, str(live_server), har)
    everything = pixel_entries(har)
    assert len({_constant(entry) for entry in everything if entry["response"]["status"] == 206}) < 2
    # Of a stack the first frame is fetched alone, then the rest.
    entries = list({entry["request"]["url"]: entry for entry in everything}.values())
    slots = [Slot.objects.get(token=entry["request"]["url"].rsplit("/", 1)[1]) for entry in entries]
    assert len({slot.pk for slot in slots}) == len(slots) == 3 * TRIALS

    constant = {_constant(entry) for entry in entries}
    assert len(constant) == 1
    packed = Envelope.objects.first()
    length = packed.length(1) if packed else length
    assert {"/packed/" in entry["request"]["url"] for entry in entries} == {packed is not None}
    assert f'["content-length", "{length}"]' in constant.pop()

    kinds = dict(Key.objects.values_list("trial_image", "provenance__source__kind"))
    real = np.array([kinds[slot.trial_image_id] == "real" for slot in slots])
    groups = np.array([slot.presentation_id for slot in slots])
    low, high = attack(np.array(features(entries)), real, groups)
    # Guessing worse than chance is chance, too: real images stand in each slot equally often by plan.
    assert low < 0.5, f"AUC between {low:.2f} and {high:.2f}"


def attack(measured: Any, real: Any, groups: Any) -> tuple[float, float]:
    """The interval of the AUC of a forest, on screens it was not trained on."""
    forest = RandomForestClassifier(100, min_samples_leaf=3, random_state=1)
    folds = GroupKFold(4)
    guesses = cross_val_predict(forest, measured, real, groups=groups, cv=folds, method="predict_proba")
    auc = float(roc_auc_score(real, guesses[:, 1]))
    return interval(auc, int(real.sum()), int((~real).sum()))


def _constant(entry: dict[str, Any]) -> str:
    """What has to be the same for every image: status and every header but the clock's, with them the size.

    The recording itself does not always know the size of a body that was read as a stream.
    """
    response = entry["response"]
    named = sorted((header["name"].lower(), header["value"]) for header in response["headers"])
    headers = [header for header in named if header[0] != "date"]
    return json.dumps([response["status"], headers])


def test_the_attack_would_find_a_leak_of_a_few_bytes() -> None:
    generator = np.random.default_rng(3)
    real = np.arange(3 * TRIALS) % 3 == 0
    measured = generator.normal(size=(3 * TRIALS, 12))
    measured[:, 6] = 384 + 20 * real + generator.normal(0, 8, 3 * TRIALS)
    low, _ = attack(measured, real, np.arange(3 * TRIALS) // 3)
    assert low > 0.5
