"""The embedded gateway in a process of its own, since there is one Java in a process.

`RemoteEmbedded` is a gateway that sends each call there, with a time limit for its answer.
"""

from __future__ import annotations

import multiprocessing
import traceback

from deepbacs_zoo.errors import DeepbacsZooError


class RemoteEmbedded:
    def __init__(self, setup, seconds=60):
        self._seconds = seconds
        context = multiprocessing.get_context("spawn")
        self._pipe, other = context.Pipe()
        self._process = context.Process(target=_serve, args=(other, setup), daemon=True)
        self._process.start()
        other.close()
        self.info = self._answer(180)

    def run_macro(self, code, argument="", *, images=None, timeout=None):
        more = {"images": images or {}, "timeout": timeout}
        return self._call("run_macro", (code, argument), more)

    def run_plugin(self, command, options):
        return self._call("run_plugin", (command, options), {})

    def close(self):
        """Close the gateway, not yet the process."""
        self._call("close", (), {})

    def again(self):
        """Open another gateway in the same process."""
        self._call("again", (), {})

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


def _serve(pipe, setup):
    from deepbacs_zoo.fiji.gateways.embedded import open_embedded

    gateway = open_embedded(setup)
    pipe.send((True, gateway.info))
    while True:
        try:
            name, arguments, more = pipe.recv()
        except EOFError:
            return
        try:
            if name == "again":
                gateway = open_embedded(setup)
                answer = (True, None)
            else:
                answer = (True, getattr(gateway, name)(*arguments, **more))
        except DeepbacsZooError as error:
            answer = (False, error)
        except Exception:  # noqa: BLE001 - it is raised in the process that asked
            answer = (False, AssertionError(traceback.format_exc()))
        pipe.send(answer)
