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
        ("compiled", "compiled"),
        ("sampler", "sampler"),
        ("steps", "steps"),
        ("guidance", "guidance"),
        ("batch", "batch"),
        ("s an image", "seconds_per_image"),
        ("times ours", "times_ours"),
        ("share of peak", "share_of_peak"),
        ("GB", "memory_gb"),
        ("note", "note"),
    ),
    "training": (
        ("network", "what"),
        ("px", "size"),
        ("M parameters", "parameters"),
        ("type", "precision"),
        ("compiled", "compiled"),
        ("batch", "batch"),
        ("images/s", "images_per_second"),
        ("times slower than ours", "times_ours"),
        ("share of peak", "share_of_peak"),
        ("GB", "memory_gb"),
        ("note", "note"),
    ),
    "attention": (
        ("px", "size"),
        ("backend", "backend"),
        ("batch", "batch"),
        ("ms a forward pass", "milliseconds"),
        ("note", "note"),
    ),
    "kernels": (
        ("px", "size"),
        ("compiled", "compiled"),
        ("kernel", "kernel"),
        ("ms", "milliseconds"),
        ("share", "share"),
        ("note", "note"),
    ),
    "quality": (
        ("sampler", "what"),
        ("steps", "steps"),
        ("guidance", "guidance"),
        ("images", "images"),
        ("real", "real"),
        ("KID", "kid"),
        ("low", "kid_low"),
        ("high", "kid_high"),
        ("KID more than the reference", "difference"),
        ("low", "difference_low"),
        ("high", "difference_high"),
        ("not worse", "not_worse"),
        ("Fréchet", "frechet"),
        ("s an image", "seconds_per_image"),
        ("extractor", "extractor"),
        ("note", "note"),
    ),
    "scaling": (
        ("px", "size"),
        ("compiled", "compiled"),
        ("GPUs", "devices"),
        ("images/s", "images_per_second"),
        ("hours for 20,000", "hours_20000"),
        ("hours for 1,000,000", "hours_1000000"),
        ("GPU hours for 1,000,000", "gpu_hours"),
        ("how", "how"),
        ("note", "note"),
    ),
}
_VERSIONS = ("torch", "cuda", "cudnn", "triton", "diffusers", "python", "commit")
_TITLES = {
    "sampling": "Sampling",
    "training": "Training",
    "attention": "Attention backends",
    "kernels": "Where the time of a forward pass goes",
    "quality": "Quality at each speed",
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
    told = ", ".join(f"{name} {machine[name]}" for name in _VERSIONS if machine.get(name))
    lines = [f"Machine: {machine.get('device') or 'none yet'}. {told}".rstrip()]
    peaks = [row["peak_tflops"] for row in result.get("sampling") or [] if "peak_tflops" in row]
    if peaks:
        lines += ["", f"Measured peak, bfloat16: {max(peaks):.3g} TFLOP/s."]
    for sentence in (result.get("left_out") or {}).values():
        lines += ["", sentence]
    for part, columns in _COLUMNS.items():
        rows = _beside_ours(result.get(part) or [{}])
        lines += ["", f"### {_TITLES[part]}", "", *_table(columns, rows)]
        if part == "quality" and result.get(part):
            lines += ["", verdict(rows)]
    return "\n".join(lines) + "\n"


def verdict(rows: Sequence[Mapping[str, Any]]) -> str:
    """Names the fastest setting that was shown to be not worse than the reference."""
    good = [row for row in rows if row.get("not_worse") and row.get("seconds_per_image")]
    if not good:
        return "No setting was shown to be not worse than the reference."
    best = min(good, key=lambda row: float(row["seconds_per_image"]))
    return (
        f"The fastest setting that was shown to be not worse than the reference: {best['what']}, "
        f"{best['steps']} steps, guidance {best['guidance']:g}."
    )


def _beside_ours(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """How many times as long each takes as our best at the same image size, no guidance on either side."""
    found = []
    for row in rows:
        ours = [_seconds(one) for one in rows if one.get("what") == "ours" and _like(one, row)]
        best, seconds = min(filter(None, ours), default=None), _seconds(row)
        times = seconds / best if best and seconds and row.get("what") != "ours" else None
        found.append({**row, "times_ours": times})
    return found


def _like(one: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    return one.get("size") == row.get("size") and one.get("guidance") == row.get("guidance")


def _seconds(row: Mapping[str, Any]) -> float | None:
    seconds, speed = row.get("seconds_per_image"), row.get("images_per_second")
    return seconds or (1 / speed if speed else None)


def _table(columns: Sequence[tuple[str, str]], rows: Sequence[Mapping[str, Any]]) -> list[str]:
    heads = [head for head, _ in columns]
    body = ["| " + " | ".join(_cell(key, row.get(key)) for _, key in columns) + " |" for row in rows]
    return ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads), *body]


def _cell(key: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if key == "parameters":
        return f"{value / 1e6:.1f}"
    if key in {"share_of_peak", "share"}:
        return f"{100 * value:.1f} %"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
    return str(value).replace("|", "\\|")
