"""Draw docs/images/rooms.svg: which room imports which, read from the code and from the import contracts."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "images" / "rooms.svg"
SCIENCES = ("analysis", "generation")
CELL, LEFT, TOP = 34, 110, 96
SAID = "Rows import columns. Grey squares have no dot: no room imports one of its own floor or above."
STYLE = """
svg { font: 13px Inter, system-ui, sans-serif; color: #16191d; --dot: #0b5cb5; }
@media (prefers-color-scheme: dark) { svg { color: #e8eaed; --dot: #6cb4f8; } }
text { fill: currentColor; } circle { fill: var(--dot); }
rect { fill: currentColor; fill-opacity: .07; stroke: currentColor; stroke-opacity: .25; }
.open { fill: none; }
"""


def floors() -> list[list[str]]:
    """Return the rooms of each floor, top first, from the contract that holds them apart."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(
        one for one in contracts if one["type"] == "layers" and one["containers"] == ["readerstudy"]
    )
    return [layer.split(" | ") for layer in layers["layers"]]


def imports(folder: Path) -> Iterator[str]:
    """Return the modules that the code of a folder imports."""
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module:
                yield node.module
            elif isinstance(node, ast.Import):
                yield from (name.name for name in node.names)


def imported_by(room: str) -> set[str]:
    """Return the rooms and sciences that a room imports."""
    parts = [module.split(".") for module in imports(ROOT / "readerstudy" / room)]
    return {part[1] if part[0] == "readerstudy" and len(part) > 1 else part[0] for part in parts}


def drawn() -> str:
    """Return the picture: a row for each room that imports, a column for each that is imported."""
    plan = floors()
    floor_of = {room: number for number, floor in enumerate(plan) for room in floor}
    columns = [*floor_of, *SCIENCES]
    shapes = []
    for row, room in enumerate(floor_of):
        y = TOP + row * CELL
        shapes.append(f'<text x="{LEFT - 10}" y="{y + 22}" text-anchor="end">{room}</text>')
        found = imported_by(room) - {room}
        for column, other in enumerate(columns):
            is_below = floor_of.get(other, len(plan)) > floor_of[room]
            said = f"{room} imports {other}" if other in found else ""
            shapes.append(cell(LEFT + column * CELL, y, "open" if is_below else "shut", said))
    for column, other in enumerate(columns):
        x = LEFT + column * CELL + 21
        shapes.append(f'<text transform="translate({x} {TOP - 10}) rotate(-60)">{other}</text>')
    size = f"{LEFT + len(columns) * CELL + 50} {TOP + len(floor_of) * CELL + 8}"
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" role="img" aria-label="{SAID}">'
    return "\n".join([head, f"<style>{STYLE}</style>", *shapes, "</svg>\n"])


def cell(x: int, y: int, kind: str, said: str) -> str:
    """Return a square, with a dot that says so where one room imports the other."""
    square = f'<rect class="{kind}" x="{x}" y="{y}" width="{CELL}" height="{CELL}"/>'
    middle = f'cx="{x + CELL // 2}" cy="{y + CELL // 2}"'
    return square + (f'<circle {middle} r="7"><title>{said}</title></circle>' if said else "")


if __name__ == "__main__":
    PICTURE.write_text(drawn())
    sys.stdout.write(f"{PICTURE.relative_to(ROOT)}\n")
