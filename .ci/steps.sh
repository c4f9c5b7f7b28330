# Steps that .ci/run and .ci/full share; each prints its name, and its seconds when it is over.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

export MPLBACKEND=Agg PIP_DISABLE_PIP_VERSION_CHECK=1
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

step() {
  local start=$SECONDS
  printf '\n== %s\n' "$1"
  shift
  "$@"
  printf '== %s s\n' "$((SECONDS - start))"
}

# install EXTRAS: a fresh environment with the project in it.
install() {
  "${PYTHON:-python3}" -m venv "$work/environment"
  # shellcheck disable=SC1091
  source "$work/environment/bin/activate"
  pip install --quiet uv
  # uv has its own names for pip's settings.
  export UV_FIND_LINKS="${UV_FIND_LINKS:-${PIP_FIND_LINKS:-}}"
  export SSL_CERT_FILE="${SSL_CERT_FILE:-${PIP_CERT:-}}"
  [ -n "$SSL_CERT_FILE" ] || unset SSL_CERT_FILE
  [ -n "$UV_FIND_LINKS" ] || unset UV_FIND_LINKS
  uv pip install --quiet -e ".[$1]"
  uv pip check
}

static_checks() {
  ruff format --check .
  ruff check .
  lint-imports & contracts=$!
  mypy
  wait "$contracts"
}
