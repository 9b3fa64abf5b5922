#!/usr/bin/env bash
# Make a virtual environment with exactly the pinned packages and this project. Quick when it is up to date.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=${1:-.venv}

# The system's own comes first: distributions build it with optimisations that one built at home often lacks.
find_python() {
  local candidate
  for candidate in ${PYTHON:-} /usr/bin/python3 python3.13 python3.12 python3.11 python3; do
    if "$candidate" -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$candidate"
      return
    fi
  done
  echo "Vahid needs Python 3.11 or later, and there is none that can make a virtual environment (Debian: apt install python3 python3-venv)." >&2
  exit 1
}

python=$(find_python)
wanted=$("$python" -c 'import hashlib, os, pathlib
parts = [pathlib.Path(name).read_bytes() for name in ("requirements.lock", "pyproject.toml")]
print(hashlib.sha256(b"".join([*parts, os.getcwd().encode()])).hexdigest())')
stamp=$venv/.installed
if [ -x "$venv/bin/python" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
  exit 0
fi

echo "Installing the pinned packages into $venv"
if ! "$python" -m venv "$venv"; then
  echo "$python cannot make a virtual environment (Debian: apt install python3-venv)." >&2
  exit 1
fi
pip=("$venv/bin/python" -m pip --disable-pip-version-check install --quiet)
"${pip[@]}" --require-hashes -r requirements.lock
"${pip[@]}" --no-deps --no-build-isolation -e .
echo "$wanted" > "$stamp"
