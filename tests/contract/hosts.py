"""Gateways inside Python, each in a process of its own, since there is one Java in a process.

`RemoteGateway` is a gateway that sends each call there, with a time limit for its answer.
"""

from __future__ import annotations

import multiprocessing
import traceback

from deepbacs_zoo.errors import DeepbacsZooError


class RemoteGateway:
    """A gateway in another process.

    Parameters
    ----------
    opener
        Name of a function of this module that opens it, given the arguments.
    """

    def __init__(self, opener, *arguments, seconds=60):
        self._seconds = seconds
        context = multiprocessing.get_context("spawn")
        self._pipe, other = context.Pipe()
        self._process = context.Process(target=_serve, args=(other, opener, arguments), daemon=True)
        self._process.start()
        other.close()
        self.info = self._answer(300)

    def run_script(self, path, argument="", **more):
        return self._call("run_script", (path, argument), more)

    def run_macro(self, code, argument="", *, images=None, **more):
        return self._call("run_macro", (code, argument), {"images": images or {}, **more})

    def run_plugin(self, command, options, **more):
        return self._call("run_plugin", (command, options), more)

    def close(self):
        """Close the gateway, not yet the process."""
        self._call("close", (), {})

    def again(self):
        """Open another gateway in the same process."""
        self._call("again", (), {})

    def session(self, name, *arguments):
        """Call a function of `tests.contract.session` in the process."""
        return self._call("session", (name, *arguments), {})

    def _call(self, name, arguments, more):
        self._pipe.send((name, arguments, more))
        return self._answer(self._seconds)

    def _answer(self, seconds):
        if not self._pipe.poll(seconds):
            self._process.kill()
            raise AssertionError(f"no answer after {seconds} s")
        good, found = self._pipe.recv()
        if good:
            return found
        raise found

    def end(self):
        """Return the exit status of the process, which is to end by itself."""
        self._pipe.close()
        self._process.join(20)
        status = self._process.exitcode
        if status is None:
            self._process.kill()
            self._process.join()
        self._process.close()
        return status


def embedded(setup, folder=None):
    """ImageJ inside Python."""
    from deepbacs_zoo.fiji import open_embedded

    return open_embedded(setup, folder=folder)


def attached(setup):
    """The Java of an embedded gateway, taken a second time."""
    from deepbacs_zoo.fiji import attach, open_embedded

    open_embedded(setup).close()
    return attach()


def stand_in(setup, hooked=True):
    """The ImageJ of a session that is like pyimagej's."""
    from deepbacs_zoo.fiji import attach
    from tests.contract import session
    from tests.contract.pyimagej_stand_in import init

    session.ij = init(setup, hooked=hooked)
    return attach(session.ij)


def pyimagej(setup, folder):
    """A real session of pyimagej."""
    from deepbacs_zoo.fiji import attach, start_pyimagej
    from tests.contract import session

    session.ij = start_pyimagej(setup, folder)
    return attach(session.ij)


def _serve(pipe, opener, arguments):
    from tests.contract import session

    gateway = None
    name, call, more = "again", (), {}
    while True:
        try:
            if name == "again":
                gateway = globals()[opener](*arguments)
                answer = (True, gateway.info)
            elif name == "session":
                answer = (True, getattr(session, call[0])(*call[1:]))
            else:
                answer = (True, getattr(gateway, name)(*call, **more))
        except DeepbacsZooError as error:
            answer = (False, error)
        except Exception:  # noqa: BLE001 - it is raised in the process that asked
            answer = (False, AssertionError(traceback.format_exc()))
        pipe.send(answer)
        try:
            name, call, more = pipe.recv()
        except EOFError:
            return
