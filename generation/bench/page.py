"""The GPU section of docs/benchmarks.md from the JSON of a run. What was not measured stays blank."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from generation.errors import OutputError

BEGIN = "<!-- python -m generation.bench --page: begin -->"
END = "<!-- python -m generation.bench --page: end -->"

_COLUMNS = {
    "sampling": (
        ("network", "what"),
        ("px", "size"),
        ("M parameters", "parameters"),
        ("type", "precision"),
        ("sampler", "sampler"),
        ("steps", "steps"),
        ("guidance", "guidance"),
        ("batch", "batch"),
        ("s an image", "seconds_per_image"),
        ("share of peak", "share_of_peak"),
        ("GB", "memory_gb"),
    ),
    "training": (
        ("network", "what"),
        ("px", "size"),
        ("M parameters", "parameters"),
        ("type", "precision"),
        ("batch", "batch"),
        ("images/s", "images_per_second"),
        ("share of peak", "share_of_peak"),
        ("GB", "memory_gb"),
    ),
    "quality": (
        ("sampler", "what"),
        ("steps", "steps"),
        ("guidance", "guidance"),
        ("images", "images"),
        ("KID", "kid"),
        ("s an image", "seconds_per_image"),
        ("extractor", "extractor"),
    ),
    "attention": (
        ("px", "size"),
        ("backend", "backend"),
        ("batch", "batch"),
        ("ms a forward", "milliseconds"),
    ),
    "kernels": (("px", "size"), ("kernel", "kernel"), ("share", "share")),
    "scaling": (
        ("px", "size"),
        ("GPUs", "devices"),
        ("images/s", "images_per_second"),
        ("hours for 20,000", "hours_20000"),
        ("hours for 1,000,000", "hours_1000000"),
        ("how", "how"),
    ),
}
_TITLES = {
    "sampling": "Sampling",
    "training": "Training",
    "quality": "Quality at each speed",
    "attention": "Attention backends",
    "kernels": "Where the time of a forward pass goes",
    "scaling": "Over several GPUs",
}


def rewrite(file: Path, result: Mapping[str, Any]) -> None:
    """Replaces what stands between the markers and nothing else."""
    text = file.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end) or BEGIN in rest or END in before or END in after:
        raise OutputError(
            f"{file} must hold each of these two lines once, in this order; "
            f"the figures go between: {BEGIN} {END}"
        )
    file.write_text(f"{before}{BEGIN}\n{section(result)}{END}{after}", encoding="utf-8")


def section(result: Mapping[str, Any]) -> str:
    """The tables of a run as Markdown."""
    machine = result.get("machine") or {}
    told = ", ".join(
        f"{name} {machine[name]}" for name in ("torch", "diffusers", "cuda", "commit") if machine.get(name)
    )
    lines = [f"Machine: {machine.get('device') or 'none yet'}. {told}".rstrip()]
    lines += ["", *result["left_out"]] if result.get("left_out") else []
    for part, columns in _COLUMNS.items():
        lines += ["", f"### {_TITLES[part]}", "", *_table(columns, result.get(part) or [{}])]
    return "\n".join(lines) + "\n"


def _table(columns: Sequence[tuple[str, str]], rows: Sequence[Mapping[str, Any]]) -> list[str]:
    heads = [head for head, _ in columns]
    body = ["| " + " | ".join(_cell(key, row.get(key)) for _, key in columns) + " |" for row in rows]
    return ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads), *body]


def _cell(key: str, value: Any) -> str:
    if value is None:
        return ""
    if key == "parameters":
        return f"{value / 1e6:.1f}"
    if key in {"share_of_peak", "share"}:
        return f"{100 * value:.1f} %"
    return f"{value:.3g}" if isinstance(value, float) else str(value).replace("|", "\\|")
