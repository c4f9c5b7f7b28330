"""The zoo's own test of a draft, on its computers: started, waited for, read.

Read in the zoo's reference of its model runner (August 2026); run against the loopback server.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from deepbacs_zoo.publishing.plan import Request
from deepbacs_zoo.publishing.refusals import ServiceError

if TYPE_CHECKING:
    from deepbacs_zoo.publishing.service import Service

__all__ = ["RemoteTest", "run_requests", "run_test"]

_RUNNER: Final = "/bioimage-io/services/model-runner/"
_PAUSES: Final = (2.0, 4.0, 8.0, 15.0)
"""Seconds between questions; the last one repeats."""
_LONGEST: Final = 3600.0
_GOOD: Final = ("passed", "valid-format")


@dataclass(frozen=True)
class RemoteTest:
    """The zoo's report about a draft.

    Parameters
    ----------
    status
        ``passed``, ``valid-format`` or ``failed``.
    failures
        What failed: the name of a test, and its error.
    report
        Everything that it says.
    """

    status: str
    failures: tuple[str, ...]
    report: Mapping[str, Any]

    @property
    def passed(self) -> bool:
        """True if reviewers will go on with it."""
        return self.status in _GOOD


def run_requests() -> tuple[Request, ...]:
    """Return the requests of `run_test`."""
    return (
        Request("POST", f"{_RUNNER}test", "start the zoo's test of the draft"),
        Request("POST", f"{_RUNNER}get_test_status", "again and again, until it is over"),
    )


def run_test(
    service: Service,
    id: str,
    report: Callable[[str], None] = lambda text: None,
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> RemoteTest:
    """Let the zoo test a draft, and wait for its report; nothing about the draft changes.

    Parameters
    ----------
    service
        The zoo's server and the right to use it.
    id
        The draft.
    report
        Called with a word about where the test is.
    sleep
        Waits for a number of seconds.

    Raises
    ------
    UsageError, HostError
        The server refuses, or the test is not over after an hour.
    """
    model = id.rpartition("/")[2]
    try:
        run = service.ask("POST", f"{_RUNNER}test", {"model_id": model, "stage": True}, id)
        if not isinstance(run, str):
            raise service.other_kind("it gives the test no number")
        return _report(service, _waited(service, run, report, sleep))
    except ServiceError as error:
        raise error.explained(f"{id} is as it was") from None


def _waited(
    service: Service, run: str, report: Callable[[str], None], sleep: Callable[[float], None]
) -> Mapping[str, Any]:
    for pause in _pauses():
        answer = service.ask("POST", f"{_RUNNER}get_test_status", {"test_run_id": run}, run)
        if not isinstance(answer, dict):
            raise service.other_kind("it does not say where the test is")
        if answer.get("completed_at") is not None:
            result = answer.get("result")
            return result if isinstance(result, dict) else {}
        place = answer.get("queue_position")
        report(f"number {place} in the queue" if isinstance(place, int) and place else "running")
        sleep(pause)
    raise ServiceError("busy", service.server, f"the test {run} is not over after an hour")


def _pauses() -> Iterator[float]:
    waited = 0.0
    pauses = iter(_PAUSES)
    pause = next(pauses)
    while waited < _LONGEST:
        yield pause
        waited += pause
        pause = next(pauses, pause)


def _report(service: Service, result: Mapping[str, Any]) -> RemoteTest:
    if "error" in result:
        return RemoteTest("failed", (_line(result["error"]),), result)
    status = result.get("status")
    if not isinstance(status, str):
        raise service.other_kind("its report of the test has no status")
    details = result.get("details")
    failures = tuple(
        _line(f"{each.get('name', '')}: {_errors(each)}")
        for each in (details if isinstance(details, list) else ())
        if isinstance(each, dict) and each.get("status") == "failed"
    )
    return RemoteTest(status, failures, result)


def _errors(detail: Mapping[str, Any]) -> str:
    errors = detail.get("errors")
    messages = (
        each.get("msg", each) if isinstance(each, dict) else each
        for each in (errors if isinstance(errors, list) else ())
    )
    return "; ".join(map(str, messages))


def _line(text: object) -> str:
    return " ".join(str(text).split())[:500]
