"""The viewer draws, pixel by pixel, what numpy computes."""

import base64
from collections.abc import Callable, Generator
from io import BytesIO
from typing import Any

import numpy as np
import PIL.Image
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page

from tests.chromium import FLAGS, Chromium
from tests.requirements import CHROMIUM
from tests.viewer.fake_server import FakeServer, Study
from tests.viewer.reference import Grey, View, near_a_step, sampled, window

pytestmark = pytest.mark.browser

CLEAR = 0
PORT = (320, 480)


@pytest.fixture(scope="module")
def page_alone(chromium: Chromium) -> Generator[Page]:
    server = FakeServer(Study())
    page = chromium.browser().new_page()
    page.goto(f"{server.address}/viewer/")
    page.wait_for_function("window.ready")
    yield page
    page.close()
    server.close()


@pytest.fixture
def bench(page_alone: Page) -> Page:
    """One page for all: each test starts a viewer of its own in it."""
    return page_alone


def start(page: Page, images: list[Grey], bits: int, renderer: str = "webgl2") -> None:
    dtype = "<u2" if bits == 16 else "u1"
    pictures = [
        {
            "width": image.shape[1],
            "height": image.shape[0],
            "bits": bits,
            "window": {"center": (2**bits - 1) / 2, "width": 2**bits - 1},
            "data": base64.b64encode(image.astype(dtype).tobytes()).decode(),
        }
        for image in images
    ]
    page.evaluate("([renderer, pictures]) => start(renderer, pictures)", [renderer, pictures])


def shot(page: Page, index: int = 0) -> Grey:
    answer: dict[str, Any] = page.evaluate("i => shot(i)", index)
    flat = np.frombuffer(base64.b64decode(answer["data"]), np.uint8)
    return flat.reshape(answer["height"], answer["width"]).astype(float)


def look(page: Page, view: View, grey: tuple[float, int] | None = None, index: int = 0) -> Grey:
    if grey:
        page.evaluate("([i, center, width]) => viewer.setWindow(i, {center, width})", [index, *grey])
    page.evaluate("([i, zoom, x, y]) => viewer.setView(i, {zoom, x, y})", [index, view.zoom, view.x, view.y])
    return shot(page, index)


def ramp(bits: int, side: int = 256) -> Grey:
    """Every stored value there is, once or more."""
    values: Grey = (np.arange(side * side) % 2**bits).reshape(side, side).astype(float)
    return values


def noise(shape: tuple[int, int], bits: int, seed: int = 7) -> Grey:
    return np.random.default_rng(seed).integers(0, 2**bits, shape).astype(float)


def test_an_eight_bit_image_at_one_to_one_in_its_full_window_is_shown_as_it_is(bench: Page) -> None:
    image = ramp(8)
    start(bench, [image, image], 8)
    drawn = look(bench, View(zoom=1, x=128, y=128))
    assert np.array_equal(drawn[112:368, 32:288], image)
    assert (drawn[:, :32] == CLEAR).all()
    assert (drawn[:112] == CLEAR).all()


@pytest.mark.parametrize(
    ("bits", "center", "width"),
    [
        (8, 127.5, 255),
        (8, 100, 80),
        (8, 60.5, 33),
        (8, 128, 1),
        (8, 200, 2),
        (16, 32767.5, 65535),
        (16, 30000, 12000),
        (16, 1024.5, 2047),
        (16, 50000, 255),
        (16, 0, 65535),
    ],
)
def test_every_stored_value_gets_the_grey_of_the_dicom_window(
    bench: Page, bits: int, center: float, width: int
) -> None:
    image = ramp(bits)
    start(bench, [image, image], bits)
    drawn = look(bench, View(zoom=1, x=128, y=128), (center, width))
    assert np.array_equal(drawn[112:368, 32:288], window(image, center, width))


def test_inversion_turns_each_grey_into_its_complement(bench: Page) -> None:
    image = ramp(16)
    start(bench, [image, image], 16)
    bench.evaluate("viewer.invert(true)")
    drawn = look(bench, View(zoom=1, x=128, y=128), (20000, 9000))
    assert np.array_equal(drawn[112:368, 32:288], 255 - window(image, 20000, 9000))


VIEWS = [
    View(zoom=3.75, x=48, y=64),
    View(zoom=2, x=20.25, y=31.5),
    View(zoom=7.3, x=5, y=100),
    View(zoom=0.8, x=48, y=64),
]


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("view", VIEWS, ids=lambda view: f"zoom {view.zoom}")
def test_zoomed_images_are_bilinear_before_the_window(bench: Page, bits: int, view: View) -> None:
    image = noise((128, 96), bits)
    grey = (2 ** (bits - 1) + 10, 2 ** (bits - 1))
    start(bench, [image, image], bits)
    drawn = look(bench, view, grey)
    values = sampled(image, PORT, view)
    expected = np.where(np.isnan(values), CLEAR, window(values, *grey))
    sure = np.isnan(values) | ~near_a_step(values, *grey)
    assert sure.mean() > 0.95
    assert np.array_equal(drawn[sure], expected[sure])
    assert np.abs(drawn - expected).max() <= 1


@pytest.mark.parametrize("renderer", ["webgl2", "canvas2d"])
@pytest.mark.parametrize("bits", [8, 16])
def test_pixel_by_pixel_each_stored_value_fills_whole_squares(bench: Page, renderer: str, bits: int) -> None:
    image = noise((128, 96), bits)
    start(bench, [image, image], bits, renderer)
    bench.evaluate("() => { viewer.smooth = false; }")
    grey = (2 ** (bits - 1) + 10, 2 ** (bits - 1))
    for zoom in (2, 3, 4):
        # Twice: what rests is drawn another way than what has just moved.
        for _ in range(2):
            drawn = look(bench, View(zoom=zoom, x=48, y=64), grey)
            top, left = PORT[1] // 2 - 64 * zoom, PORT[0] // 2 - 48 * zoom
            whole = np.kron(window(image, *grey), np.ones((zoom, zoom)))
            rows, columns = (
                slice(max(0, -at), max(0, -at) + size)
                for at, size in zip((top, left), PORT[::-1], strict=True)
            )
            seen = whole[rows, columns]
            into = drawn[max(0, top) :, max(0, left) :][: seen.shape[0], : seen.shape[1]]
            assert np.array_equal(into, seen)


@pytest.mark.parametrize("zoom", [0.5, 0.3, 0.2])
def test_shrunk_images_average_pixels_instead_of_dropping_them(bench: Page, zoom: float) -> None:
    image = noise((701, 901), 16)
    view = View(zoom=zoom, x=450, y=350)
    start(bench, [image, image], 16)
    drawn = look(bench, view)
    values = sampled(image, PORT, view)
    expected = np.where(np.isnan(values), CLEAR, window(values, 32767.5, 65535))
    sure = np.isnan(values) | ~near_a_step(values, 32767.5, 65535)
    assert np.array_equal(drawn[sure], expected[sure])


@pytest.mark.parametrize("bits", [8, 16])
def test_the_fallback_draws_the_same_picture_within_one_grey_level(bench: Page, bits: int) -> None:
    image = noise((301, 211), bits)
    for view in [*VIEWS, View(zoom=0.31, x=100, y=150), View(zoom=1, x=105, y=150)]:
        pair = []
        for renderer in ("webgl2", "canvas2d"):
            start(bench, [image, image], bits, renderer)
            assert bench.evaluate("viewer.kind") == renderer
            pair.append(look(bench, view, (2 ** (bits - 1), 2 ** (bits - 1))))
        assert np.abs(pair[0] - pair[1]).max() <= 1
        assert (pair[0] == pair[1]).mean() > 0.97


def test_linked_viewports_move_together_and_separate_ones_alone(bench: Page) -> None:
    image = noise((96, 96), 8)
    start(bench, [image, image], 8)
    view = View(zoom=4, x=30, y=40)
    look(bench, view, (90, 60))
    assert np.array_equal(shot(bench, 0), shot(bench, 1))
    before = shot(bench, 1)
    bench.evaluate("viewer.linked = false")
    look(bench, View(zoom=2, x=10, y=10), (120, 20))
    assert np.array_equal(shot(bench, 1), before)
    assert not np.array_equal(shot(bench, 0), before)


def test_the_point_under_the_pointer_stays_there_when_zooming(bench: Page) -> None:
    start(bench, [noise((96, 96), 8)] * 2, 8)
    at = {"x": 200, "y": 260}
    before = bench.evaluate("at => viewer.imagePoint(0, at)", at)
    bench.evaluate("at => { for (let i = 0; i < 6; i++) viewer.zoom(0, 1.25, at) }", at)
    after = bench.evaluate("at => viewer.imagePoint(0, at)", at)
    zoom = bench.evaluate("viewer.getView(0).zoom")
    assert abs(before["x"] - after["x"]) <= 2 / zoom + 0.3
    assert abs(before["y"] - after["y"]) <= 2 / zoom + 0.3


def test_a_lost_graphics_context_comes_back_with_the_same_picture(bench: Page) -> None:
    start(bench, [noise((96, 96), 16)] * 2, 16)
    before = look(bench, View(zoom=2.5, x=40, y=50), (30000, 20000))
    bench.evaluate(
        """async () => {
            const gl = document.querySelector('canvas').getContext('webgl2');
            const loss = gl.getExtension('WEBGL_lose_context');
            const heard = (name) =>
                new Promise((done) => gl.canvas.addEventListener(name, done, {once: true}));
            const lost = heard('webglcontextlost');
            loss.loseContext();
            await lost;
            await new Promise((done) => setTimeout(done, 20));
            const restored = heard('webglcontextrestored');
            loss.restoreContext();
            await restored;
        }"""
    )
    assert bench.evaluate("viewer.kind") == "webgl2"
    assert np.array_equal(shot(bench), before)


def test_a_context_that_never_returns_is_replaced_by_the_plain_canvas(bench: Page) -> None:
    start(bench, [noise((96, 96), 16)] * 2, 16)
    before = look(bench, View(zoom=2.5, x=40, y=50), (30000, 20000))
    bench.evaluate(
        "document.querySelector('canvas').getContext('webgl2').getExtension('WEBGL_lose_context').loseContext()"
    )
    bench.wait_for_function("viewer.kind === 'canvas2d'")
    assert np.abs(shot(bench) - before).max() <= 1


def test_a_buffer_of_the_wrong_length_is_refused_with_both_lengths(bench: Page) -> None:
    message = bench.evaluate(
        """() => {
            try { start('webgl2', [{width: 4, height: 4, bits: 8, data: btoa('abc'), window: {}}]) }
            catch (error) { return error.message }
        }"""
    )
    assert "3 bytes" in message
    assert "16" in message


def test_on_a_dense_screen_one_to_one_means_device_pixels(
    browser: Browser, serve: Callable[..., FakeServer]
) -> None:
    page = browser.new_page(device_scale_factor=2)
    page.goto(f"{serve().address}/viewer/")
    page.wait_for_function("window.ready")
    image = ramp(8)
    start(page, [image, image], 8)
    drawn = look(page, View(zoom=1, x=128, y=128))
    page.close()
    assert drawn.shape == (960, 640)
    assert np.array_equal(drawn[352:608, 192:448], image)


@pytest.mark.parametrize("density", [1, 1.5, 2])
def test_what_is_drawn_reaches_the_screen_without_another_sampling(
    browser: Browser, serve: Callable[..., FakeServer], density: float
) -> None:
    """Viewports seldom begin on a whole pixel, their canvases do; the density is real, not emulated."""
    dense = browser.browser_type.launch(
        executable_path=CHROMIUM,
        args=[*FLAGS, f"--force-device-scale-factor={density}", "--window-size=1300,800"],
    )
    page = dense.new_page(no_viewport=True)
    page.goto(f"{serve().address}/viewer/")
    page.wait_for_function("window.ready")
    page.evaluate("Object.assign(document.getElementById('host').style, {margin: '7.3px', width: '601.7px'})")
    image = noise((96, 96), 8)
    start(page, [image, image], 8)
    drawn = look(page, View(zoom=1, x=48, y=48), index=1)
    screen = np.asarray(PIL.Image.open(BytesIO(page.screenshot())).convert("L"), float)
    box = page.evaluate("document.querySelectorAll('canvas')[1].getBoundingClientRect().toJSON()")
    dense.close()
    left, top = round(box["left"] * density), round(box["top"] * density)
    height, width = drawn.shape
    assert np.array_equal(screen[top : top + height, left : left + width], drawn)


# --- Colours ------------------------------------------------------------------------------------------


def start_in_colour(page: Page, image: NDArray[np.uint8], renderer: str) -> None:
    picture = {
        "width": image.shape[1],
        "height": image.shape[0],
        "bits": 8,
        "channels": 3,
        "window": {"center": 127.5, "width": 255},
        "data": base64.b64encode(image.tobytes()).decode(),
    }
    page.evaluate("([renderer, pictures]) => start(renderer, pictures)", [renderer, [picture, picture]])


def colours_shown(page: Page, view: View, grey: tuple[float, int]) -> Grey:
    page.evaluate("([center, width]) => viewer.setWindow(0, {center, width})", grey)
    page.evaluate("([zoom, x, y]) => viewer.setView(0, {zoom, x, y})", [view.zoom, view.x, view.y])
    answer: dict[str, Any] = page.evaluate("shotOfColours(0)")
    flat = np.frombuffer(base64.b64decode(answer["data"]), np.uint8)
    return flat.reshape(answer["height"], answer["width"], 3).astype(float)


def colours(side: int) -> NDArray[np.uint8]:
    """Every value in each channel, in another order."""
    values = np.arange(side * side).reshape(side, side)
    found: NDArray[np.uint8] = (np.stack([values, values * 7 + 3, values // 3], axis=2) % 256).astype(
        np.uint8
    )
    return found


@pytest.mark.parametrize("renderer", ["webgl2", "canvas2d"])
@pytest.mark.parametrize(("center", "width"), [(127.5, 255), (100, 80), (60.5, 33), (128, 1), (200, 2)])
def test_colours_at_one_to_one_get_brightness_and_contrast_channel_by_channel(
    bench: Page, renderer: str, center: float, width: int
) -> None:
    image = colours(256)
    start_in_colour(bench, image, renderer)
    drawn = colours_shown(bench, View(zoom=1, x=128, y=128), (center, width))
    assert np.array_equal(drawn[112:368, 32:288], window(image.astype(float), center, width))


@pytest.mark.parametrize("renderer", ["webgl2", "canvas2d"])
@pytest.mark.parametrize("zoom", [0.3, 0.47, 1.7, 3.0])
def test_colours_are_interpolated_and_shrunk_channel_by_channel(
    bench: Page, renderer: str, zoom: float
) -> None:
    image = np.random.default_rng(4).integers(0, 256, (300, 301, 3)).astype(np.uint8)
    start_in_colour(bench, image, renderer)
    view = View(zoom=zoom, x=150.2, y=149.7)
    for _ in range(2):  # the second drawing takes the samples of the first
        drawn = colours_shown(bench, view, (120, 200))
        for channel in range(3):
            values = sampled(image[..., channel].astype(float), PORT, view)
            inside = ~np.isnan(values) & ~near_a_step(values, 120, 200)
            assert np.array_equal(drawn[..., channel][inside], window(values, 120, 200)[inside])


def test_grey_and_colour_are_inverted_alike(bench: Page) -> None:
    image = colours(256)
    start_in_colour(bench, image, "webgl2")
    bench.evaluate("viewer.invert(true)")
    drawn = colours_shown(bench, View(zoom=1, x=128, y=128), (127.5, 255))
    assert np.array_equal(drawn[112:368, 32:288], 255 - image.astype(float))
