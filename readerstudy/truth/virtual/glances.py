"""What the page of a virtual reader would note of where they looked; it has nothing to do with the truth."""

from typing import Any

from readerstudy.truth.virtual.reader import Screen, VirtualReader

TILE_PX = 400
LOOKS_CLOSER = 0.5
CLOSER = 2.5


def glances(reader: VirtualReader, screen: Screen, took_ms: int) -> list[dict[str, Any]]:
    """Each image whole, side by side; now and then a closer look at one."""
    events: list[dict[str, Any]] = [
        {"t_ms": 0, "kind": "place", "slot": letter, "value": f"{at * TILE_PX} 0 {TILE_PX} {TILE_PX}"}
        for at, letter in enumerate(screen.images)
    ]
    canvas = screen.protocol.canvas
    zoom = CLOSER * TILE_PX / max(canvas.width, canvas.height)
    for share in (0.3, 0.6):
        if reader.glancing.random() < LOOKS_CLOSER:
            slot = str(reader.glancing.choice(list(screen.images)))
            x, y = reader.glancing.uniform(0.2, 0.8, 2) * (canvas.width, canvas.height)
            value = f"{zoom:.3f} {x:.1f} {y:.1f}"
            events.append({"t_ms": round(share * took_ms), "kind": "zoom", "slot": slot, "value": value})
    return events
