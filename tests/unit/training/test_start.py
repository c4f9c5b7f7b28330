"""Before PyTorch is there: a missing extra, and Ctrl-C while it loads."""

import subprocess
import sys
import textwrap

import pytest

from tests.unit.training.small import make_images

BLOCKED = """
    import sys
    class Finder:
        def find_spec(self, name, path=None, target=None):
            if name == "lightning":
                {answer}
    sys.meta_path.insert(0, Finder())
    from pathlib import Path
    from deepbacs_zoo.errors import DeepbacsZooError
    from deepbacs_zoo.training import train
    from tests.unit.training.small import TASK
    folder = Path({folder!r})
    try:
        train(TASK, folder / "source", folder / "target", folder / "run")
    except DeepbacsZooError as error:
        print(type(error).__name__, error)
    except KeyboardInterrupt:
        print("KeyboardInterrupt")
    print((folder / "run").exists())
"""


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (
            'raise ModuleNotFoundError("no lightning", name="lightning")',
            ["MissingExtraError", "lightning", "extra 'train'", "pip install"],
        ),
        ("raise KeyboardInterrupt", ["KeyboardInterrupt"]),
    ],
)
def test_nothing_is_left_when_the_libraries_do_not_load(tmp_path, answer, words):
    make_images(tmp_path)
    code = textwrap.dedent(BLOCKED).format(answer=answer, folder=str(tmp_path))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    *said, there = done.stdout.split("\n")[:-1]
    assert all(word in "\n".join(said) for word in words)
    assert there == "False"


def test_threads_do_not_spin_while_they_wait(tmp_path):
    make_images(tmp_path)
    code = textwrap.dedent(BLOCKED).format(answer="raise KeyboardInterrupt", folder=str(tmp_path))
    code += "import os; print(os.environ['OMP_WAIT_POLICY'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split()[-1] == "passive"
