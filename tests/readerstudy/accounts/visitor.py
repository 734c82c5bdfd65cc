"""A browser that recognises words which are not ours."""

import html
import re
from functools import cache
from pathlib import Path
from typing import Any

import allauth
from django.conf import settings
from django.test import Client

ALLAUTH = Path(allauth.__file__).parent


@cache
def foreign_sentences() -> list[re.Pattern[str]]:
    """Everything of three words or more that django-allauth can say and our own texts do not."""
    catalogue = (ALLAUTH / "locale/de/LC_MESSAGES/django.po").read_text()
    entries = re.findall(r'^msgid((?: ?"(?:[^"\\]|\\.)*"\n)+)', catalogue, re.MULTILINE)
    sentences = {
        " ".join(re.sub(r'"\n ?"|^ ?"|"\n$', "", entry).replace("\\n", " ").split()) for entry in entries
    }
    folders = (settings.BASE_DIR / "templates", settings.BASE_DIR / "readerstudy/accounts")
    texts = [file.read_text() for folder in folders for file in folder.rglob("*.*") if file.suffix != ".pyc"]
    ours = " ".join(" ".join(texts).split())
    told = [s for s in sentences if len(re.sub(r"%\(\w+\)s", "", s).split()) >= 3 and s not in ours]
    assert len(told) > 100
    return [re.compile(re.sub(r"%\\\(\w+\\\)s|\\\{\w+\\\}", ".+", re.escape(s))) for s in told]


def foreign_in(text: str) -> list[str]:
    plain = " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())
    return [sentence.pattern for sentence in foreign_sentences() if sentence.search(plain)]


class Visitor(Client):
    """A browser in which every page that is opened has to be in our own words and look."""

    def request(self, **request: Any) -> Any:
        response = super().request(**request)
        if response.headers.get("Content-Type", "").startswith("text/html") and response.content:
            text = response.content.decode()
            assert "css/site.css" in text
            assert foreign_in(text) == []
        return response

    def sees(self, address: str, sentence: str) -> None:
        response = self.get(address)
        assert response.status_code == 200, response.headers
        assert sentence in response.content.decode()
