"""From a knee to a film: thicknesses, Beer-Lambert, scatter, blur, Poisson noise, display processing."""

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from generation.phantoms.anatomy import Array, Knee

FIELD_MM = 102.0
SIZES = (64, 1024)

#: Linear attenuation per mm near 50 keV; bone counts beyond the soft tissue that it displaces.
_SOFT, _FAT, _CORTICAL, _TRABECULAR, _LEAD = 0.0215, 0.0180, 0.058, 0.0105, 2.0
_TEXTURE_MM = 0.55


def render(knee: Knee, *, size: int, rng: np.random.Generator) -> NDArray[np.uint16]:
    """The film of a knee, 16 bit, bone bright; the field is FIELD_MM wide whatever the size."""
    fold = 2 if size < 256 else 1
    pixel_mm = FIELD_MM / size
    attenuation = _attenuation(knee, size * fold, rng)
    transmitted = np.exp(-attenuation)
    if fold > 1:
        transmitted = transmitted.reshape(size, fold, size, fold).mean((1, 3))
    transmitted = ndimage.gaussian_filter(transmitted, 0.25 / pixel_mm)
    scattered = knee.scatter_ratio * _broad_blur(transmitted, 16.0 / pixel_mm)
    expected = (transmitted + 0.35 * scattered) * knee.photons_per_mm2 * pixel_mm**2
    counts = rng.poisson(expected + 0.5)
    return _develop(knee, np.log(knee.photons_per_mm2 * pixel_mm**2 / (counts + 1.0)), pixel_mm)


def _attenuation(knee: Knee, size: int, rng: np.random.Generator) -> Array:
    """The line integral of attenuation at every pixel."""
    x, y = _grid(knee, size)
    texture = _trabecular_texture(rng, size)
    total = _soft_tissue(knee, x, y)
    femur, tibia = _femur(knee, x, y), _tibia(knee, x, y)
    for distance, depth, edge in ((femur, 46.0, 15.0), (tibia, 42.0, 13.0)):
        total += _bone(knee, distance, texture, depth_mm=depth, edge_mm=edge)
    total += _sclerosis(knee, x, y, femur) + _sclerosis(knee, x, y, tibia)
    total += _bone(knee, _patella(knee, x, y), texture.T, depth_mm=11.0, edge_mm=9.0)
    total += _bone(knee, _fibula(knee, x, y), texture[::-1], depth_mm=14.0, edge_mm=6.0)
    total += _scars(knee, x, y, femur, tibia)
    total += _LEAD * _marker_mask(knee, size)
    return total


def _grid(knee: Knee, size: int) -> tuple[Array, Array]:
    """Anatomical coordinates of the pixels: a right knee has its lateral side on the left of the film."""
    axis = ((np.arange(size) + 0.5) / size - 0.5) * FIELD_MM
    x, y = np.meshgrid(axis, axis)
    if knee.subject.side == "L":
        x = -x
    x, y = x - knee.shift_mm[0], y - knee.shift_mm[1]
    cos, sin = np.cos(knee.tilt_rad), np.sin(knee.tilt_rad)
    return (cos * x + sin * y) / knee.scale, (cos * y - sin * x) / knee.scale


def _smooth_min(a: Array, b: Array, radius: float) -> Array:
    """The minimum with rounded corners, after Quilez' polynomial."""
    blend = np.maximum(radius - np.abs(a - b), 0.0) / radius
    return np.minimum(a, b) - blend * blend * radius * 0.25


def _sigmoid(value: Array) -> Array:
    return 0.5 * (1.0 + np.tanh(0.5 * value))


def _plateau(knee: Knee, x: Array) -> Array:
    """Height of the tibial plateau without its spines."""
    return 0.35 * knee.waves[0].at(x) + 0.0035 * (np.abs(x) - 22.0) ** 2 - 0.5


def joint_gap_mm(knee: Knee, x: Array) -> Array:
    """The gap between the bones along x: narrowest 22 mm off the middle of either compartment."""
    medial_share = _sigmoid(x / 5.0)
    gap = knee.lateral_mm + (knee.medial_mm - knee.lateral_mm) * medial_share
    away = np.maximum(np.abs(np.abs(x) - 22.0) - 7.0, 0.0)
    return gap + 0.016 * away**2


def _femur(knee: Knee, x: Array, y: Array) -> Array:
    """Depth inside the femur's outline, negative outside."""
    flare = _sigmoid((y + 39.0) / 6.5)
    half = knee.femur_shaft_half_mm + (knee.condyle_half_mm - knee.femur_shaft_half_mm) * flare
    half = half - 0.010 * np.maximum(y + 17.0, 0.0) ** 2
    medial, lateral = _spur(knee, y + 3.0, 0), _spur(knee, y + 3.0, 1)
    right = half + 0.8 * knee.waves[1].at(y) + medial - x
    left = half + 0.8 * knee.waves[2].at(y) + lateral + x
    notch = knee.notch_mm * np.exp(-((x / knee.notch_width_mm) ** 2))
    bottom = _plateau(knee, x) - joint_gap_mm(knee, x) - notch - y
    return _smooth_min(_smooth_min(right, left, 4.0), bottom, 10.0) * 0.93


def _tibia(knee: Knee, x: Array, y: Array) -> Array:
    taper = np.exp(-((np.maximum(y, 0.0) / 30.0) ** 1.6))
    half = knee.tibia_shaft_half_mm + (knee.condyle_half_mm - 1.5 - knee.tibia_shaft_half_mm) * taper
    right = half + 0.7 * knee.waves[3].at(y) + _spur(knee, y - 2.5, 2) - x
    left = half + 0.7 * knee.waves[4].at(y) + _spur(knee, y - 2.5, 3) + x
    medial, lateral = knee.spines_mm
    spines = medial * np.exp(-(((x - 4.5) / 3.6) ** 2)) + lateral * np.exp(-(((x + 5.5) / 3.6) ** 2))
    top = y - _plateau(knee, x) + spines
    return _smooth_min(_smooth_min(right, left, 4.0), top, 4.5) * 0.93


def _spur(knee: Knee, along: Array, which: int) -> Array:
    """An osteophyte: a beak on the margin of the joint."""
    beak: Array = knee.osteophytes_mm[which] * np.exp(-((along / 3.2) ** 2))
    return beak


def _patella(knee: Knee, x: Array, y: Array) -> Array:
    centre_x, centre_y, half_x, half_y = knee.patella_mm
    u, v = (x - centre_x) / half_x, (y - centre_y) / half_y
    radius = np.sqrt(u * u + v * v + 1e-9) * (1 + 0.05 * v * np.abs(u))
    return (1.0 - radius) * 0.5 * (half_x + half_y)


def _fibula(knee: Knee, x: Array, y: Array) -> Array:
    head_x, head_y = knee.fibula_mm
    half = 5.2 + 4.0 * np.exp(-(((y - head_y - 6) / 9.0) ** 2)) + 0.4 * knee.waves[5].at(y)
    middle = head_x + 0.10 * (y - head_y)
    return _smooth_min(half - np.abs(x - middle), (y - head_y) + 0.35 * (x - middle), 6.0)


def _depth_through(distance: Array, edge_mm: float) -> Array:
    """The path through a body with rounded sides, as a share of its full depth."""
    inside = np.clip(distance / edge_mm, 0.0, 1.0)
    return np.sqrt(inside * (2.0 - inside))


def _bone(knee: Knee, distance: Array, texture: Array, *, depth_mm: float, edge_mm: float) -> Array:
    whole = _depth_through(distance, edge_mm)
    marrow = _depth_through(distance - knee.cortex_mm, edge_mm)
    cortical = _CORTICAL * depth_mm * (whole - marrow) * 0.55
    trabecular = _TRABECULAR * depth_mm * marrow * knee.density * (1.0 + knee.strut_contrast * texture)
    return cortical + trabecular


def _sclerosis(knee: Knee, x: Array, y: Array, distance: Array) -> Array:
    """The dense plate under the cartilage, thicker on the loaded medial side as the grade rises."""
    reach = 2.0 + 2.2 * knee.sclerosis_mm
    loaded = np.exp(-(((x - 22.0) / 13.0) ** 2))
    under = np.exp(-np.maximum(distance, 0.0) / reach) * (distance > 0)
    plate = 0.10 * np.exp(-(((distance - 0.9) / 0.9) ** 2)) * (np.abs(y) < 14)
    density: Array = 0.16 * knee.sclerosis_mm * loaded * under + plate
    return density


def _scars(knee: Knee, x: Array, y: Array, femur: Array, tibia: Array) -> Array:
    """Thin bright lines: the healed growth plates and the rear rim of the plateau."""
    total = np.zeros_like(x)
    for height, strength, bone in ((-20.0, 0.07, femur), (13.0, 0.07, tibia), (3.4, 0.10, tibia)):
        line = y - height - 2.0 * knee.waves[6].at(x + height) - 0.004 * x * x * np.sign(height)
        total += strength * np.exp(-((line / 0.8) ** 2)) * (bone > 1.0)
    return total


def _soft_tissue(knee: Knee, x: Array, y: Array) -> Array:
    half = knee.soft_half_mm + 1.2 * knee.waves[5].at(0.4 * y + 9) + 0.0016 * (y - 8) ** 2
    distance = half - np.abs(x)
    whole = _depth_through(distance, 0.9 * knee.soft_half_mm)
    lean = _depth_through(distance - knee.fat_mm, 0.9 * knee.soft_half_mm)
    return knee.depth_mm * (_FAT * (whole - lean) + _SOFT * lean)


def _trabecular_texture(rng: np.random.Generator, size: int) -> Array:
    """Struts that run along the load, drawn in millimetres so that every film size shows the same bone."""
    n = int(FIELD_MM / _TEXTURE_MM)
    noise = rng.standard_normal((n, n))
    fine = ndimage.gaussian_filter(noise, (1.5, 0.6))
    coarse = ndimage.gaussian_filter(rng.standard_normal((n // 4, n // 4)), (1.6, 1.1))
    fine, coarse = fine / fine.std(), coarse / coarse.std()
    return 0.12 * enlarge(fine, size) + 0.09 * enlarge(coarse, size)


def enlarge(field: Array, size: int) -> Array:
    """Bilinear, along one axis after the other."""
    for _ in range(2):
        at = (np.arange(size) + 0.5) / size * (len(field) - 1)
        low = np.minimum(at.astype(int), len(field) - 2)
        share = (at - low)[:, None]
        field = (field[low] * (1 - share) + field[low + 1] * share).T
    return field


def _broad_blur(image: Array, sigma_px: float) -> Array:
    """A wide Gaussian, done on a coarse copy: scatter has no detail."""
    step = max(1, int(sigma_px / 3))
    while image.shape[0] % step:
        step -= 1
    n = image.shape[0] // step
    coarse = image.reshape(n, step, n, step).mean((1, 3))
    blurred = ndimage.gaussian_filter(coarse, sigma_px / step, mode="nearest")
    return enlarge(blurred, image.shape[0])


def _marker_mask(knee: Knee, size: int) -> Array:
    """The letter L or R in lead, upright on the film whatever the side."""
    axis = ((np.arange(size) + 0.5) / size - 0.5) * FIELD_MM
    x, y = np.meshgrid(axis, axis)
    if knee.marker is None:
        return np.zeros_like(x)
    place_x, place_y, height = knee.marker
    mirror = -1.0 if knee.subject.side == "L" else 1.0
    u, v = (x - mirror * place_x) / height + 0.3, (y - place_y) / height + 0.5
    stroke = _segment(u, v, (0, 0), (0, 1))
    if knee.subject.side == "L":
        stroke = np.minimum(stroke, _segment(u, v, (0, 1), (0.55, 1)))
    else:
        bowl = np.abs(np.hypot((u - 0.25), (v - 0.25)) - 0.25) + 10 * (u < 0.2)
        for start, end in (((0, 0), (0.25, 0)), ((0, 0.5), (0.25, 0.5)), ((0.2, 0.5), (0.55, 1))):
            bowl = np.minimum(bowl, _segment(u, v, start, end))
        stroke = np.minimum(stroke, bowl)
    return np.clip((0.1 - stroke) / 0.06, 0.0, 1.0)


def _segment(u: Array, v: Array, start: tuple[float, float], end: tuple[float, float]) -> Array:
    """Distance to a straight stroke."""
    along = np.array(end) - np.array(start)
    share = np.clip(((u - start[0]) * along[0] + (v - start[1]) * along[1]) / (along @ along), 0, 1)
    distance: Array = np.hypot(u - start[0] - share * along[0], v - start[1] - share * along[1])
    return distance


def _develop(knee: Knee, film: Array, pixel_mm: float) -> NDArray[np.uint16]:
    """Logarithmic film to display values: unsharp mask, window on the anatomy, 16 bit."""
    film = film + knee.sharpening * (film - _broad_blur(film, 7.0 / pixel_mm))
    margin = film.shape[0] // 8
    high = np.percentile(film[margin:-margin, margin:-margin], 99.3)
    low = 0.48 * high
    shown = 0.08 + 0.84 * (film - low) / (high - low)
    shown = (shown - knee.window[0]) / (knee.window[1] - knee.window[0])
    grey: NDArray[np.uint16] = np.round(np.clip(shown, 0.0, 1.0) * 65535).astype(np.uint16)
    return grey
