"""How fast the generator is, beside its peers: `python -m generation.bench --out bench.json`.

Runs on any CUDA machine without Django; with `--toy` at a size that a CPU finishes in seconds. `--page`
writes the JSON into its section of docs/benchmarks.md; a figure that was not measured stays blank.
"""
