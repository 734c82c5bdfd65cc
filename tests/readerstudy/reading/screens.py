"""What a reader with a good screen sends to the display check."""

from typing import Any

from django.test import Client

from readerstudy.truth.virtual.sharp_eyes import display_check


def good_screen(client: Client, slug: str = "knees") -> dict[str, Any]:
    return display_check(**client.get(f"/api/reading/{slug}/display").json())
