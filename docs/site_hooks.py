"""What the site takes from the code at each build: functions, addresses of the API, the list of decisions."""

import importlib
import json
import os
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
SCHEMA = "reference/openapi.json"
#: What a browser would load by itself, unlike a link that somebody follows.
FETCHED = re.compile(
    r"""<(?:script|img|iframe)[^>]+src=["']?https?:[^>]*>|<link[^>]+stylesheet[^>]+https?:[^>]*>"""
)
METHODS = ("get", "post", "put", "patch", "delete")


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    files.append(File.generated(config, SCHEMA, content=_schema()))
    return files


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    for package in ("analysis", "generation"):
        markdown = markdown.replace(f"<!-- reference {package} -->", _once(markdown, package))
    if "<!-- openapi -->" in markdown:
        schema = json.loads(files.src_uris[SCHEMA].content_string)
        markdown = markdown.replace("<!-- openapi -->", "\n".join(_addresses(schema)))
    if "<!-- decisions -->" in markdown:
        markdown = markdown.replace("<!-- decisions -->", "\n".join(_decisions()))
    return markdown


def on_post_page(output: str, *, page: Page, config: MkDocsConfig) -> str:
    fetched = FETCHED.search(output)
    if fetched:
        raise PluginError(f"{page.url} has to work without a network, but fetches {fetched[0]}")
    return output


def _once(markdown: str, package: str) -> str:
    return "\n".join(_functions(package)) if f"<!-- reference {package} -->" in markdown else ""


def _functions(package: str) -> Iterator[str]:
    """Yield a directive for each public name, by the module that defines it."""
    module = importlib.import_module(package)
    homes = defaultdict(list)
    for name in module.__all__:
        homes[getattr(getattr(module, name), "__module__", package)].append(name)
    for home in sorted(homes):
        yield f"## {home.removeprefix(f'{package}.').replace('.', ' · ')}\n"
        yield from (f"::: {home}.{name}\n" for name in sorted(homes[home]))


def _schema() -> str:
    """Return the OpenAPI schema of this checkout; it needs no database."""
    with tempfile.TemporaryDirectory() as home:
        command = [sys.executable, "manage.py", "spectacular", "--format", "openapi-json"]
        environment = {**os.environ, "READERSTUDY_HOME": home}
        done = subprocess.run(  # noqa: S603
            command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        )
    return done.stdout


def _addresses(schema: dict[str, Any]) -> Iterator[str]:
    groups = defaultdict(list)
    for path, methods in schema["paths"].items():
        group = path.split("/")[2] if path.startswith("/api/") else path
        groups[group].extend((path, method, methods[method]) for method in METHODS if method in methods)
    for group in sorted(groups):
        yield f"## {group}\n"
        for path, method, operation in groups[group]:
            yield from _operation(path, method, operation)


def _operation(path: str, method: str, operation: dict[str, Any]) -> Iterator[str]:
    yield f"### {method.upper()} `{path}`\n"
    yield (operation.get("description") or operation.get("summary") or "").strip() + "\n"
    parameters = operation.get("parameters", [])
    if parameters:
        yield "| parameter | in | type | |\n|---|---|---|---|"
        for one in parameters:
            said = " ".join(one.get("description", "").split()).replace("|", "\\|")
            yield f"| `{one['name']}` | {one['in']} | {_type(one.get('schema', {}))} | {said} |"
        yield ""
    for kind, content in operation.get("requestBody", {}).get("content", {}).items():
        yield f"Body ({kind}): {_type(content.get('schema', {}))}\n"
    for status, answer in operation.get("responses", {}).items():
        contents = answer.get("content", {})
        shapes = ", ".join(_type(content.get("schema", {})) for content in contents.values())
        yield f"- **{status}** {shapes or answer.get('description', '')}"
    yield ""


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return f"`{schema['$ref'].rpartition('/')[2]}`"
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "any")


def _decisions() -> Iterator[str]:
    for path in sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md")):
        title = re.sub(r"^# \d+ · ", "", path.read_text(encoding="utf-8").split("\n", 1)[0])
        yield f"- [{path.name[:4]} · {title}]({path.name})"
