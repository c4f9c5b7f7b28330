"""The check by the reference implementation: bioimageio.core's own test.  Its only caller.

It imports torch and more, sets seeds and logs; it runs in a process of its own, which keeps all
that out of here.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from typing import Any, Final, Literal

from deepbacs_zoo.errors import MissingExtraError
from deepbacs_zoo.findings import Finding, Rule, Severity
from deepbacs_zoo.options import Option
from deepbacs_zoo.package import Package
from deepbacs_zoo.runners.architecture import trusted_architectures
from deepbacs_zoo.validation.checks.outcome import Outcome
from deepbacs_zoo.validation.context import Context

__all__ = ["check_reference", "require_reference", "run_reference"]

_WHERE: Final = "bioimageio.core"
_SECONDS: Final = 600
_CORE: Final = "bioimageio.core, test_description"
REFERENCE_NOT_RUN: Final = Rule(
    "reference-not-run",
    Severity.WARNING,
    "The reference implementation runs code of a package without asking.",
    _CORE,
)
REFERENCE_BROKE_OFF: Final = Rule(
    "reference-broke-off",
    Severity.ERROR,
    "A package that ends the reference implementation is of no use to those who build on it.",
    _CORE,
)
REFERENCE_FAILED: Final = Rule(
    "reference-failed",
    Severity.ERROR,
    "The zoo publishes only packages that pass the test of its reference implementation.",
    _CORE,
)
REFERENCE_PASSED: Final = Rule(
    "reference-passed",
    Severity.INFO,
    "What passes the reference implementation's test runs in everything that is built on it.",
    _CORE,
)
_FORMATS: Final = (
    "onnx",
    "torchscript",
    "pytorch_state_dict",
    "tensorflow_saved_model_bundle",
    "keras_hdf5",
    "keras_v3",
)
# The library asks GitHub for users that it does not know, which needs the network and is no part of
# the test; so they are made known to it.
_SCRIPT: Final = """
import json, sys
request = json.load(sys.stdin)
import bioimageio.core, bioimageio.spec
from loguru import logger
logger.remove()
try:
    from bioimageio.spec._internal import constants
    constants.KNOWN_GITHUB_USERS.update(request["users"])
except (ImportError, AttributeError):
    pass
summaries = {}
for name in request["formats"]:
    summary = bioimageio.core.test_description(
        request["path"], weight_format=name, devices=["cpu"], determinism=request["determinism"]
    )
    summaries[name] = {
        "status": summary.status,
        "errors": [
            [".".join(map(str, error.loc)), error.msg]
            for detail in summary.details
            for error in detail.errors
        ],
    }
result = {"core": bioimageio.core.__version__, "spec": bioimageio.spec.__version__}
sys.stdout.write("\\n" + json.dumps({**result, "summaries": summaries}))
"""


def require_reference() -> None:
    """Raise ``MissingExtraError`` unless bioimageio.core is installed."""
    if find_spec("bioimageio") is None or find_spec("bioimageio.core") is None:
        raise MissingExtraError.of("zoo", "bioimageio.core", "the reference test of validate")


def check_reference(context: Context) -> Outcome:
    """Run bioimageio.core's test for every weights format that may run.

    bioimageio.core runs code of a package without asking, so formats that need foreign code are
    only handed to it with ``trust``.
    """
    package = context.package
    formats = [name for name in package.weights if name in _FORMATS]
    refused = [name for name in formats if not (context.trust or _harmless(package, name))]
    allowed = [name for name in formats if name not in refused]
    findings = [
        REFERENCE_NOT_RUN.finding(
            f"weights.{name}",
            "not tested by bioimageio.core: it would run foreign code",
            "code that you trust",
            "set " + Option("trust", True) + " if you know where this package comes from",
        )
        for name in refused
    ]
    if allowed:
        findings += _findings(run_reference(package, tuple(allowed)))
    return Outcome(tuple(findings))


def run_reference(
    package: Package,
    formats: tuple[str, ...],
    determinism: Literal["seed_only", "full"] = "seed_only",
) -> Mapping[str, Any]:
    """Run ``bioimageio.core.test_description`` for each format in a process of its own.

    Returns
    -------
    Mapping
        ``core`` and ``spec`` (versions) and ``summaries``: per format ``status`` and ``errors``
        (place and message); or ``failed`` with the last line of what it said.
    """
    request = {
        "path": str(package.path.resolve()),
        "formats": list(formats),
        "determinism": determinism,
        "users": sorted(_github_users(package.description)),
    }
    try:
        done = subprocess.run(  # noqa: S603 - this interpreter and the script above
            [sys.executable, "-W", "ignore", "-c", _SCRIPT],
            input=json.dumps(request),
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"failed": f"no answer in {_SECONDS} seconds"}
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        return {"failed": lines[-1]}
    result: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return result


def _findings(result: Mapping[str, Any]) -> Iterator[Finding]:
    if "failed" in result:
        yield REFERENCE_BROKE_OFF.finding(
            _WHERE,
            f"its test broke off ({result['failed']})",
            "a test that ends",
            "run bioimageio test on the package to see more",
        )
        return
    for name, summary in result["summaries"].items():
        if summary["status"] == "passed":
            text = f"passes the test of bioimageio.core {result['core']}"
            yield REFERENCE_PASSED.finding(f"weights.{name}", text)
        for place, message in summary["errors"]:
            yield REFERENCE_FAILED.finding(
                f"weights.{name}"
                if place in ("", f"weights.{name}")
                else f"weights.{name}, {place}",
                f"bioimageio.core {result['core']}: {_one_line(message)}",
                "a test that passes",
                "correct the package as the message says",
            )


def _one_line(message: str) -> str:
    """Return a message without the line ends and escapes of Markdown, shortened."""
    return " ".join(message.replace("\\|", "|").split())[:400]


def _harmless(package: Package, name: str) -> bool:
    """Return whether bioimageio.core runs no code but ours, or none, for this format."""
    if any(step.name == "custom" for spec in package.outputs for step in spec.steps):
        return False
    if name in ("onnx", "torchscript"):
        return True
    architecture = package.weights[name].fields.get("architecture")
    stated = architecture.get("sha256") if isinstance(architecture, Mapping) else None
    return name == "pytorch_state_dict" and stated in trusted_architectures()


def _github_users(description: Mapping[str, Any]) -> Iterator[str]:
    for key in ("authors", "maintainers", "packaged_by"):
        for person in description.get(key) or ():
            if isinstance(person, Mapping) and isinstance(person.get("github_user"), str):
                yield person["github_user"].lower()
