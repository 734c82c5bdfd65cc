"""From a person to a film: shells, spongy bone, sclerosis, lines and cysts, and soft tissue."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from generation.phantoms.anatomy import Subject
from generation.phantoms.exposure import expose
from generation.phantoms.fields import Array, Noise, bell, laid_along, smooth_noise, step, texture_tile
from generation.phantoms.knee.person import BONES, CYSTS, LATERAL, MEDIAL, Bone, Person, draw_person
from generation.phantoms.knee.projection import (
    Projection,
    Shadow,
    joint_space_mm,
    project,
    settled_gap,
)

FIELD_MM = 87.0
#: Attenuation of compact and of spongy bone, relative to each other and then per mm.
_SHELL, _CORE, _PER_MM = 1.2, 0.20, 0.050


@dataclass(frozen=True, kw_only=True)
class Knee:
    """One film with what is true of it."""

    image: NDArray[np.uint16]
    subject: Subject
    medial_mm: float
    lateral_mm: float
    varus_deg: float
    mm_per_pixel: float

    @property
    def joint_space_mm(self) -> float:
        return min(self.medial_mm, self.lateral_mm)


def make_knee(subject: Subject, *, person: np.random.Generator, film: np.random.Generator, size: int) -> Knee:
    p = draw_person(subject, person=person, film=film, field_mm=FIELD_MM)
    noise = smooth_noise(film, size, p.field_mm)
    rough = [0.5 * noise(7) + (0.12 + 0.06 * subject.grade) * noise(2.2) for _ in BONES]
    shown = project(p, settled_gap(p, rough), rough)
    bones = _Bones(p, film, noise, shown).attenuation()
    image = expose(film, _PER_MM * bones + _soft_tissue(p, film, noise, shown), haze=_haze(subject))
    if subject.side == "R":
        image = image[:, ::-1]
    drawn = joint_space_mm(p, shown)
    return Knee(
        image=np.round(image * 65535).astype(np.uint16),
        subject=subject,
        medial_mm=drawn.medial,
        lateral_mm=drawn.lateral,
        varus_deg=float(np.degrees(p.varus)),
        mm_per_pixel=p.field_mm / size,
    )


def _haze(subject: Subject) -> float:
    """Scatter and noise grow with the depth of soft tissue."""
    return float(np.clip(1 + 0.05 * (subject.bmi - 28), 0.5, 2.0))


class _Bones:
    """Everything bony, summed up."""

    def __init__(self, p: Person, rng: np.random.Generator, noise: Noise, shown: Projection) -> None:
        self.p, self.rng, self.noise, self.shown = p, rng, noise, shown
        self.pixel_mm = p.field_mm / len(shown.x)
        finest = self.pixel_mm
        self.struts = texture_tile(
            rng, finest_mm=finest, stretch=rng.uniform(2.5, 6), falling=rng.uniform(0.1, 0.5), coarsest=0.2
        )
        self.bands = texture_tile(rng, finest_mm=2.0, stretch=8.0, falling=0.7, coarsest=0.05)

    def attenuation(self) -> Array:
        total = self._spots() + self._oddity()
        for bone, shadow in self.shown.shadows.items():
            total += self._bone(bone, shadow)
        return total

    def _bone(self, bone: Bone, shadow: Shadow) -> Array:
        rng, noise = self.rng, self.noise
        shell = _SHELL * shadow.shell * (1 + 0.3 * noise(6))
        film: Array = shell + self._spongy(shadow) * self._patches(bone, shadow)
        if bone in ("patella", "fibula"):
            softened = ndimage.gaussian_filter(film, rng.uniform(0.4, 1.8) / self.pixel_mm)
            return np.asarray(softened * rng.uniform(0.3, 1.25), np.float32)
        film += self._load(bone, shadow) + self._lines(bone, shadow)
        return film + self._spine_base(shadow) if bone == "tibia" else film

    def _spongy(self, shadow: Shadow) -> Array:
        """Each layer has its own struts: they add as they do on a film, with the root of the depth."""
        total, rng = np.zeros_like(shadow.shell), self.rng
        for layer in shadow.core:
            turn, zoom = rng.normal(0, 0.06), rng.uniform(0.9, 1.15)
            u, v = zoom * (shadow.u + turn * shadow.v), zoom * (shadow.v - turn * shadow.u)
            texture = laid_along(self.struts, u, v, tuple(rng.uniform(0, 96, 2)))
            texture = texture + 0.12 * (texture * texture - 1)
            total += _CORE * (layer + 1.3 * self.p.struts * np.sqrt(np.maximum(layer, 0)) * texture)
        return total

    def _patches(self, bone: Bone, shadow: Shadow) -> Array:
        """Denser and emptier regions; often a darker one under the lateral plateau, as in real knees."""
        rng, noise, x, y = self.rng, self.noise, self.shown.x, self.shown.y
        bands = laid_along(self.bands, shadow.u, shadow.v, tuple(rng.uniform(0, 90, 2)))
        patches: Array = 1 + 0.12 * noise(8) + 0.11 * noise(6, 3) + rng.uniform(0.04, 0.14) * bands
        if bone == "tibia":
            place = bell((x - rng.normal(5, 6)) / 11) * bell((y - 10) / 4.5)
            patches -= rng.uniform(0, 0.4) * place
        return patches

    def _load(self, bone: Bone, shadow: Shadow) -> Array:
        """Dense bone under the plates: sclerosis where the joint is narrowed."""
        p, x = self.p, self.shown.x
        beside = 0.8 - 0.12 * p.subject.grade
        where = sum(
            (1.0 if side == p.bad else beside) * bell((x - 22 * side) / 13) for side in (MEDIAL, LATERAL)
        )
        strength = 0.15 + 0.25 * p.sclerosis if bone == "femur" else 0.5 + 0.45 * p.sclerosis
        load: Array = strength * shadow.load * (where + 0.15) * (1 + 0.15 * self.noise(5))
        return load

    def _spine_base(self, shadow: Shadow) -> Array:
        x, y = self.shown.x, self.shown.y
        place = bell((x - 0.5) / 9) * bell((y + 1) / 6) * step(-shadow.near / self.pixel_mm)
        base: Array = self.rng.uniform(2, 5) * place * np.clip(1 + 0.8 * self.noise(2.5), 0, 3)
        return base

    def _lines(self, bone: Bone, shadow: Shadow) -> Array:
        """Growth-plate scars, walls of the notch, contours of unseen ridges: broken lines."""
        rng, noise, x, y = self.rng, self.noise, self.shown.x, self.shown.y
        total = np.zeros_like(x)
        for patch in ((4, 9), (5, 5), (9, 4)):
            field = noise(*patch)
            down, right = np.gradient(field, self.pixel_mm)
            ridge = bell(field / (np.hypot(right, down) + 0.02) / rng.uniform(0.6, 1.1))
            total += rng.uniform(0.3, 2.4) * ridge * np.clip(noise(5, 8) - 0.2, 0, 1.5)
        if bone == "femur":
            total += self._notch_walls()
        for _ in range(rng.binomial(2, 0.65)):
            bend, level = (-1, -29) if bone == "femur" else (1, 15)
            place = y - rng.normal(level, 5) + rng.uniform(0, 0.004) * bend * x**2 - noise(8)
            strength = rng.uniform(0.4, 2.2) * np.clip(noise(11) + rng.uniform(-0.8, 0.3), 0, 1.5)
            total += strength * bell(place / rng.uniform(0.5, 0.9))
        lines: Array = 1.3 * total * step(-(shadow.near + 2))
        return lines

    def _notch_walls(self) -> Array:
        rng, x, y = self.rng, self.shown.x, self.shown.y
        total = np.zeros_like(x)
        for side in (MEDIAL, LATERAL, int(rng.choice((MEDIAL, LATERAL)))):
            bow = rng.uniform(-0.012, 0.012) * (y + 20) ** 2
            apart = x - side * rng.uniform(8, 17) - rng.normal(0, 0.12) * (y + 20) - bow
            wall = bell(apart / rng.uniform(0.5, 1.1))
            wall += 0.5 * step(apart / 0.8 * side) * np.exp(-np.abs(apart) / 7)
            height = bell((y + rng.uniform(16, 30)) / rng.uniform(5, 11))
            total += rng.uniform(0, 3.5) * wall * height * np.clip(1 + 0.5 * self.noise(5), 0, 2)
        return total

    def _oddity(self) -> Array:
        """On one film in thirty a wire, a cable or a clip lies in the way."""
        rng, x, y = self.rng, self.shown.x, self.shown.y
        if rng.random() > 0.033:
            return np.zeros_like(x)
        turn, bow = rng.uniform(0, np.pi), rng.uniform(-0.01, 0.01)
        lengthwise = float(np.cos(turn)) * x + float(np.sin(turn)) * (y + 10)
        across = float(np.cos(turn)) * (y + 10) - float(np.sin(turn)) * x + bow * lengthwise**2
        end = rng.uniform(-30, 40)
        metal = bell((across - rng.uniform(-25, 25)) / rng.uniform(0.5, 1.2))
        return np.asarray(rng.uniform(4, 14) * metal * step((end - lengthwise) / 0.6), np.float32)

    def _spots(self) -> Array:
        """Cysts under the plate with a faint rim; sometimes a fabella."""
        rng, x, y, p = self.rng, self.shown.x, self.shown.y, self.p
        total = np.zeros_like(x)
        for _ in range(rng.poisson(CYSTS[p.subject.grade])):
            v = y + 1 - rng.choice((-1, 1)) * rng.uniform(5, 9)
            apart = np.hypot(x - p.bad * rng.uniform(8, 32), v * rng.uniform(0.7, 1.2))
            apart = apart - rng.uniform(1.5, 4.0) + 0.6 * self.noise(2.5)
            total += 1.8 * bell(apart) - 2.6 * step(-apart / 0.9)
        if rng.random() < 0.12:
            radius, height = rng.uniform(2.5, 4.5), rng.uniform(18, 28)
            inside = radius**2 - (x - rng.normal(22, 3)) ** 2 - ((y + height) * 0.75) ** 2
            total += 1.2 * np.sqrt(np.clip(inside, 0, None))
        return total


def _soft_tissue(p: Person, rng: np.random.Generator, noise: Noise, shown: Projection) -> Array:
    """Skin and fat about as wide as the film, muscle within, bellies and tendons that leave fat planes."""
    x, y = shown.x, shown.y
    bmi = p.subject.bmi
    half = p.field_mm / 2 * float(np.clip(rng.normal(1.22 + 0.012 * (bmi - 28), 0.08), 1.0, 1.6))
    offset, lean = rng.normal(0, 2.0), float(np.clip(rng.uniform(0.72, 0.92) - 0.008 * (bmi - 28), 0.5, 0.95))
    wave = 1.2 * noise(14) + y * rng.normal(0, 0.05)
    skin = np.clip(1 - ((x - offset + wave) / half) ** 2, 0, 1)
    muscle = np.clip(1 - ((x - offset + 1.4 * wave) / (half * lean)) ** 2, 0, 1)
    film = 0.0185 * rng.uniform(95, 125) * skin**0.35 + 0.02 * noise(12)
    film += 0.0030 * rng.uniform(80, 110) * lean * muscle**0.4
    for side in rng.choice((-1, 1), 10):
        middle = side * rng.uniform(30, 54) + rng.normal(0, 0.10) * y
        middle = middle + 2.0 * np.sin(y / rng.uniform(14, 30) + rng.uniform(0, 6))
        belly = np.sqrt(np.clip(rng.uniform(2, 10) ** 2 - (x - middle) ** 2, 0, None))
        film += 0.005 * belly * step((y - rng.uniform(-60, 40)) * rng.choice((-1, 1)) / 12)
    return np.asarray(film, np.float32)
