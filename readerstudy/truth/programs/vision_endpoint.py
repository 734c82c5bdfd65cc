"""Ask a vision model behind any OpenAI-compatible endpoint: `--program …vision_endpoint:answer`.

Read from the environment: PROGRAM_ENDPOINT (such as http://127.0.0.1:11434/v1), PROGRAM_MODEL and
PROGRAM_REPEATS; if passed on with --env, PROGRAM_PROMPT and PROGRAM_KEY.
"""

import base64
import io
import json
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.request import Request, urlopen

import numpy as np
import PIL.Image

from readerstudy.truth.programs.reading import CannotRead, Pixels

TIMEOUT_S = 300
TASKS = {
    "pick_real": (
        "Exactly one of these images is real, the others are synthetic. "
        'Return {"pick": letter of the real image}.'
    ),
    "call": 'Is this image real or synthetic? Return {"call": "real" or "synthetic"}.',
    "check_label": 'Does the label fit the image? Return {"verdict": "fits", "discrepant" or "unsure"}.',
}


def answer(images: Sequence[Pixels], question: Mapping[str, Any]) -> dict[str, Any]:
    """Ask the model as often as the program is enrolled with repeats; the most frequent answer counts."""
    repeats = max(1, int(os.environ.get("PROGRAM_REPEATS", "1")))
    said, tokens = [], 0
    for _ in range(repeats):
        reply = _ask(_messages(images, question))
        tokens += int((reply.get("usage") or {}).get("total_tokens") or 0)
        said.append(_answer_in(reply))
    counted = Counter(json.dumps(one, sort_keys=True) for one in said)
    chosen: dict[str, Any] = json.loads(counted.most_common(1)[0][0])
    return {**chosen, "tokens": tokens} if tokens else chosen


def instructions(question: Mapping[str, Any]) -> str:
    """Say in words what is asked and in which form the answer has to come."""
    section, screen = question["section"], question["screen"]
    letters = [image["slot"] for image in screen["images"]]
    parts = [os.environ.get("PROGRAM_PROMPT", "You read medical images as an expert would.")]
    if letters:
        parts.append(f"The images are named, in this order: {', '.join(letters)}.")
    for image in screen["images"]:
        told = (image.get("label") or []) + (image.get("tells") or [])
        parts += [f"Image {image['slot']}: {one['title']} is {one['text']}." for one in told]
    parts.append("Return one JSON object and nothing else, with these fields.")
    parts += _of_task(section)
    items = [item for item in section.get("items") or [] if not item.get("task")]
    at_the_end = screen.get("kind") == "questions"
    asked = [item for item in items if (item["of"] == "section") == at_the_end]
    if asked:
        form = '{"item": name, "slot": letter or null, "value": …}'
        parts.append(f'"items": a list of {form}, one for each of these questions:')
        frames = max((image.get("frames", 1) for image in screen["images"]), default=1)
        parts += [_of_item(item, letters, frames) for item in asked]
    return "\n".join(parts)


def _of_task(section: Mapping[str, Any]) -> list[str]:
    parts = [TASKS[section["task"]]] if section["task"] in TASKS else []
    if section.get("rate"):
        points = section["scale"]["points"]
        labels = ", ".join(section["scale"]["labels"])
        parts.append(f'"ratings": {{letter: one of {points}}} for each image; the points mean: {labels}.')
    if section.get("require_confidence"):
        parts.append(f'"confidence": 1 to {section["require_confidence"]}.')
    return parts


def _of_item(item: Mapping[str, Any], letters: Sequence[str], frames: int) -> str:
    """What is asked, and the form that the reading API takes; of several frames the middle one was sent."""
    sure = f'"confidence": 1 to {item["confidence"]}' if item.get("confidence") else ""
    frame = f'"frame": {frames // 2 + 1}' if frames > 1 else ""
    point = ", ".join(filter(None, ('"x": …, "y": …', frame, sure if item["kind"] == "mark" else "")))
    points = f'null, with "points": [{{{point}}}] in pixels'
    beside = f", with {sure}" if sure and item["kind"] != "mark" else ""
    about = f"for each image ({', '.join(letters)})" if item["of"] == "image" else "slot null"
    values: dict[str, Callable[[], str]] = {
        "scale": lambda: f"one of {item['scale']['points']}",
        "choice": lambda: f"one of {[option['value'] for option in item['options']]}",
        "choices": lambda: f"a list of {[option['value'] for option in item['options']]}",
        "number": lambda: f"a number from {item.get('min')} to {item.get('max')}",
        "text": lambda: "a text",
        "pick": lambda: f"one of {list(letters)}",
        "prefer": lambda: f"one of {list(letters)}" + (" or none" if item.get("none") else ""),
        "rank": lambda: f"a list of all of {list(letters)}, best first",
        "mark": lambda: points,
        "measure": lambda: points,
    }
    return f"- {item['name']} ({about}): {item['ask']} Value: {values[item['kind']]()}{beside}."


def _messages(images: Sequence[Pixels], question: Mapping[str, Any]) -> list[dict[str, Any]]:
    pictures = [{"type": "image_url", "image_url": {"url": _data_url(image)}} for image in images]
    return [{"role": "user", "content": [{"type": "text", "text": instructions(question)}, *pictures]}]


def _data_url(image: Pixels) -> str:
    """Return a PNG of eight bits; of several frames the middle one."""
    still = image[len(image) // 2] if image.ndim == 4 or (image.ndim == 3 and image.shape[-1] != 3) else image
    if still.dtype != np.uint8:
        still = (still >> 8).astype(np.uint8)
    stream = io.BytesIO()
    PIL.Image.fromarray(still).save(stream, "PNG")
    return "data:image/png;base64," + base64.b64encode(stream.getvalue()).decode()


def _ask(messages: list[dict[str, Any]]) -> Mapping[str, Any]:
    endpoint = os.environ.get("PROGRAM_ENDPOINT", "")
    if not endpoint:
        raise CannotRead("No endpoint is named. Enrol the program with --endpoint http://127.0.0.1:…/v1")
    body = {
        "model": os.environ.get("PROGRAM_MODEL", ""),
        "messages": messages,
        "response_format": {"type": "json_object"},
    }
    headers = {"Content-Type": "application/json"}
    if key := os.environ.get("PROGRAM_KEY"):
        headers["Authorization"] = f"Bearer {key}"
    request = Request(  # noqa: S310  (the endpoint that the program was enrolled with)
        f"{endpoint.rstrip('/')}/chat/completions", data=json.dumps(body).encode(), headers=headers
    )
    with urlopen(request, timeout=TIMEOUT_S) as reply:  # noqa: S310
        said: Mapping[str, Any] = json.loads(reply.read())
    return said


def _answer_in(reply: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON object in what the model wrote, which may stand between other words."""
    text = str(reply["choices"][0]["message"]["content"])
    start, end = text.find("{"), text.rfind("}")
    try:
        found = json.loads(text[start : end + 1])
    except ValueError as error:
        raise CannotRead(f"The model did not write a JSON object: {text[:200]}") from error
    if not isinstance(found, dict):
        raise CannotRead(f"The model did not write a JSON object: {text[:200]}")
    return found
