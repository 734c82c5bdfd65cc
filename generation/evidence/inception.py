"""The Inception network of the FID, as a table: the 2015 TensorFlow graph in its PyTorch port.

The weights (`pt_inception-2015-12-05-6726825d.pth`, 91 MB, from the releases of mseitzer/pytorch-fid) are not
part of this project: the user gives the file. It differs from later Inceptions in that averages leave out the
padding and the last block pools by maximum. Layers carry the names that the file uses.
"""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

CLASSES = 1008
FEATURES = 2048
INPUT_PX = 299

# name -> (output channels, kernel, stride, padding)
Layer = tuple[int, tuple[int, int], int, tuple[int, int]]
ONE, THREE, FIVE = (1, 1), (3, 3), (5, 5)
NONE = (0, 0)
ROW, COLUMN = (1, 7), (7, 1)
ROW_PAD, COLUMN_PAD = (0, 3), (3, 0)


class Convolution(nn.Module):
    """Convolution, batch normalisation, rectifier."""

    def __init__(self, before: int, layer: Layer) -> None:
        super().__init__()
        after, kernel, stride, padding = layer
        self.conv = nn.Conv2d(before, after, kernel, stride, padding, bias=False)
        self.bn = nn.BatchNorm2d(after, eps=0.001)

    def forward(self, image: Tensor) -> Tensor:
        return functional.relu(self.bn(self.conv(image)))


class Block(nn.Module):
    """Parallel paths of named layers, joined; a path that ends in several names forks at its end."""

    def __init__(
        self, before: int, paths: Sequence[Sequence[str]], layers: Mapping[str, Layer], pool: str
    ) -> None:
        super().__init__()
        self.paths, self.pool = [tuple(path) for path in paths], pool
        self.outputs = before if pool == "shrink" else 0
        for path in self.paths:
            width = before
            for name in path:
                fork = name[-1] in "ab"
                self.add_module(name, Convolution(width, layers[name]))
                width = width if fork else layers[name][0]
                self.outputs += layers[name][0] if fork or name == path[-1] else 0

    def forward(self, image: Tensor) -> Tensor:
        found = [piece for path in self.paths for piece in self._walk(path, image)]
        if self.pool == "shrink":
            found.append(functional.max_pool2d(image, 3, stride=2))
        return torch.cat(found, 1)

    def _walk(self, path: tuple[str, ...], image: Tensor) -> list[Tensor]:
        if path == ("branch_pool",):
            image = self._pooled(image)
        straight = [name for name in path if name[-1] not in "ab"]
        for name in straight:
            image = self.get_submodule(name)(image)
        forks = path[len(straight) :]
        return [self.get_submodule(name)(image) for name in forks] or [image]

    def _pooled(self, image: Tensor) -> Tensor:
        if self.pool == "maximum":
            return functional.max_pool2d(image, 3, stride=1, padding=1)
        return functional.avg_pool2d(image, 3, stride=1, padding=1, count_include_pad=False)


def _block_a(before: int, pooled: int) -> Block:
    layers: dict[str, Layer] = {
        "branch1x1": (64, ONE, 1, NONE),
        "branch5x5_1": (48, ONE, 1, NONE),
        "branch5x5_2": (64, FIVE, 1, (2, 2)),
        "branch3x3dbl_1": (64, ONE, 1, NONE),
        "branch3x3dbl_2": (96, THREE, 1, (1, 1)),
        "branch3x3dbl_3": (96, THREE, 1, (1, 1)),
        "branch_pool": (pooled, ONE, 1, NONE),
    }
    return Block(before, _paths(layers), layers, "average")


def _block_b(before: int) -> Block:
    layers: dict[str, Layer] = {
        "branch3x3": (384, THREE, 2, NONE),
        "branch3x3dbl_1": (64, ONE, 1, NONE),
        "branch3x3dbl_2": (96, THREE, 1, (1, 1)),
        "branch3x3dbl_3": (96, THREE, 2, NONE),
    }
    return Block(before, _paths(layers), layers, "shrink")


def _block_c(before: int, width: int) -> Block:
    layers: dict[str, Layer] = {
        "branch1x1": (192, ONE, 1, NONE),
        "branch7x7_1": (width, ONE, 1, NONE),
        "branch7x7_2": (width, ROW, 1, ROW_PAD),
        "branch7x7_3": (192, COLUMN, 1, COLUMN_PAD),
        "branch7x7dbl_1": (width, ONE, 1, NONE),
        "branch7x7dbl_2": (width, COLUMN, 1, COLUMN_PAD),
        "branch7x7dbl_3": (width, ROW, 1, ROW_PAD),
        "branch7x7dbl_4": (width, COLUMN, 1, COLUMN_PAD),
        "branch7x7dbl_5": (192, ROW, 1, ROW_PAD),
        "branch_pool": (192, ONE, 1, NONE),
    }
    return Block(before, _paths(layers), layers, "average")


def _block_d(before: int) -> Block:
    layers: dict[str, Layer] = {
        "branch3x3_1": (192, ONE, 1, NONE),
        "branch3x3_2": (320, THREE, 2, NONE),
        "branch7x7x3_1": (192, ONE, 1, NONE),
        "branch7x7x3_2": (192, ROW, 1, ROW_PAD),
        "branch7x7x3_3": (192, COLUMN, 1, COLUMN_PAD),
        "branch7x7x3_4": (192, THREE, 2, NONE),
    }
    return Block(before, _paths(layers), layers, "shrink")


def _block_e(before: int, pool: str) -> Block:
    layers: dict[str, Layer] = {
        "branch1x1": (320, ONE, 1, NONE),
        "branch3x3_1": (384, ONE, 1, NONE),
        "branch3x3_2a": (384, (1, 3), 1, (0, 1)),
        "branch3x3_2b": (384, (3, 1), 1, (1, 0)),
        "branch3x3dbl_1": (448, ONE, 1, NONE),
        "branch3x3dbl_2": (384, THREE, 1, (1, 1)),
        "branch3x3dbl_3a": (384, (1, 3), 1, (0, 1)),
        "branch3x3dbl_3b": (384, (3, 1), 1, (1, 0)),
        "branch_pool": (192, ONE, 1, NONE),
    }
    return Block(before, _paths(layers), layers, pool)


def _paths(layers: Mapping[str, Layer]) -> list[list[str]]:
    """Layers of one path share the name before the number."""
    paths: dict[str, list[str]] = {}
    for name in layers:
        paths.setdefault("pool" if name == "branch_pool" else name.split("_")[0], []).append(name)
    return list(paths.values())


class Inception(nn.Module):
    """Grey images (n, 1, h, w) in [0, 1] to the 2,048 features of the FID and 1,008 logits."""

    def __init__(self, classes: int = CLASSES) -> None:
        super().__init__()
        self.Conv2d_1a_3x3 = Convolution(3, (32, THREE, 2, NONE))
        self.Conv2d_2a_3x3 = Convolution(32, (32, THREE, 1, NONE))
        self.Conv2d_2b_3x3 = Convolution(32, (64, THREE, 1, (1, 1)))
        self.Conv2d_3b_1x1 = Convolution(64, (80, ONE, 1, NONE))
        self.Conv2d_4a_3x3 = Convolution(80, (192, THREE, 1, NONE))
        self.Mixed_5b, self.Mixed_5c, self.Mixed_5d = _block_a(192, 32), _block_a(256, 64), _block_a(288, 64)
        self.Mixed_6a = _block_b(288)
        self.Mixed_6b, self.Mixed_6c = _block_c(768, 128), _block_c(768, 160)
        self.Mixed_6d, self.Mixed_6e = _block_c(768, 160), _block_c(768, 192)
        self.Mixed_7a = _block_d(768)
        self.Mixed_7b, self.Mixed_7c = _block_e(1280, "average"), _block_e(2048, "maximum")
        self.fc = nn.Linear(FEATURES, classes)

    def forward(self, image: Tensor) -> tuple[Tensor, Tensor]:
        size = (INPUT_PX, INPUT_PX)
        image = functional.interpolate(image, size=size, mode="bilinear", align_corners=False)
        image = (2 * image - 1).expand(-1, 3, -1, -1)
        image = self.Conv2d_2b_3x3(self.Conv2d_2a_3x3(self.Conv2d_1a_3x3(image)))
        image = functional.max_pool2d(image, 3, stride=2)
        image = self.Conv2d_4a_3x3(self.Conv2d_3b_1x1(image))
        image = functional.max_pool2d(image, 3, stride=2)
        for name, block in self.named_children():
            if name.startswith("Mixed"):
                image = block(image)
        features = image.mean((2, 3))
        # the TensorFlow graph's score is taken before the bias, as in Salimans' code
        return features, features @ self.fc.weight.T
