"""The report as one self-contained page: styles and figures inside, nothing fetched."""

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from analysis.reporting.checklist import OTHERS
from analysis.reporting.figures import Picture
from analysis.reporting.figures.style import inline
from analysis.reporting.outline import Outline

PAGE_TYPE = "inherit"


def page(report: Outline) -> str:
    """Set an outline as an HTML page."""
    environment = Environment(
        loader=PackageLoader("analysis.reporting", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["svg"] = _svg
    return environment.get_template("report.html.j2").render(report=report, checklist_note=OTHERS)


def _svg(picture: Picture) -> Markup:
    # names come from the bundle and matplotlib escapes them; the title is escaped here
    title = str(Markup.escape(picture.caption))
    return Markup(inline(picture.svg, family=PAGE_TYPE, title=title, prefix=picture.name))  # noqa: S704
