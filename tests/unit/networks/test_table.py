"""The table of networks."""

import ast
import subprocess
import sys

import pytest

from deepbacs_zoo.errors import MissingExtraError, UsageError
from deepbacs_zoo.networks import NETWORKS, build_network, get_network
from deepbacs_zoo.runners.architecture import trusted_architectures


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_file_stands_alone(name):
    tree = ast.parse(get_network(name).file.read_text("utf-8"))
    imported = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            imported.add(node.module.partition(".")[0])
    assert imported <= {"torch", "__future__"}


@pytest.mark.parametrize("name", NETWORKS)
def test_runners_trust_the_network_file_by_its_hash(name):
    import hashlib

    text = get_network(name).file.read_bytes()
    assert hashlib.sha256(text).hexdigest() in trusted_architectures()


def test_an_unknown_network_is_answered_with_the_known_ones():
    with pytest.raises(UsageError, match="unet") as caught:
        build_network("resnet", {})
    assert caught.value.value == "resnet"


def test_without_torch_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "deepbacs_zoo.networks.unet", raising=False)
    with pytest.raises(MissingExtraError, match="train"):
        build_network("unet", {})


def test_the_subpackage_loads_without_torch():
    code = "import sys, deepbacs_zoo.networks; assert 'torch' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
