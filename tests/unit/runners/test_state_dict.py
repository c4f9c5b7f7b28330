"""State dicts and TorchScript as people save them: each runs, or is one sentence."""

from __future__ import annotations

import hashlib
import io
import pickle
import re
import warnings
import zipfile
from types import SimpleNamespace

import numpy as np
import pytest

from deepbacs_zoo.errors import PackageError, UnsupportedError
from deepbacs_zoo.runners import load_session
from deepbacs_zoo.runners.torch import TorchRunner
from tests.unit.runners.stub import StubPackage, entry, output, tensor, two_tensor_package

torch = pytest.importorskip("torch")

SOURCE = """
import torch

class Network(torch.nn.Module):
    def __init__(self, width=2):
        super().__init__()
        conv, norm = torch.nn.Conv2d, torch.nn.BatchNorm2d(width)
        self.layers = torch.nn.Sequential(conv(1, width, 1), norm, conv(width, 1, 1))

    def forward(self, x):
        return self.layers(x)

class Outer(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.net = Network()

    def forward(self, x):
        return self.net(x)
"""
IMAGE = np.random.default_rng(0).random((1, 1, 8, 8), np.float32)


def space():
    names = {"__name__": "people_s_network"}
    exec(SOURCE, names)
    return SimpleNamespace(**names)


def network(**arguments):
    torch.manual_seed(0)
    return space().Network(**arguments).eval()


def state(**arguments):
    return dict(network(**arguments).state_dict())


def saved(content, **options):
    buffer = io.BytesIO()
    torch.save(content, buffer, **options)
    return buffer.getvalue()


def prefixed(prefix, given=None):
    return {prefix + key: value for key, value in (given or state()).items()}


def without(*keys):
    return {key: value for key, value in state().items() if key not in keys}


def write(folder, content, weights_format="pytorch_state_dict", **fields):
    """Write a package of one image in and out."""
    (folder / "weights.pt").write_bytes(content)
    (folder / "network.py").write_text(SOURCE, encoding="utf-8")
    architecture = {
        "source": "network.py",
        "sha256": hashlib.sha256(SOURCE.encode()).hexdigest(),
        "callable": "Network",
        "kwargs": {},
    }
    package = StubPackage(folder, (tensor("raw"),), (output("out", "raw"),))
    fields = {"architecture": architecture, **fields} if "state" in weights_format else fields
    package.weights[weights_format] = entry(weights_format, folder, "weights.pt", **fields)
    return package


def run(package):
    with TorchRunner().load(package, "cpu", trust=True) as session:
        return session.run({"raw": IMAGE})["out"], session.precision


def sentence(package, kind=PackageError):
    with pytest.raises(kind) as caught:
        run(package)
    text = str(caught.value)
    assert "\n" not in text
    assert text.count("; allowed: ") == 1
    return text


def expected():
    with torch.inference_mode():
        return network()(torch.from_numpy(IMAGE)).numpy()


RUNS = {
    "plain": (lambda: saved(state()), 0),
    "before PyTorch 1.6": (lambda: saved(state(), _use_new_zipfile_serialization=False), 0),
    "half precision": (lambda: saved({k: v.half() for k, v in state().items()}), 2e-3),
    "bfloat16": (lambda: saved({k: v.bfloat16() for k, v in state().items()}), 2e-2),
    "double": (lambda: saved({k: v.double() for k, v in state().items()}), 0),
    "parameters": (lambda: saved({k: torch.nn.Parameter(v, False) for k, v in state().items()}), 0),
}


@pytest.mark.parametrize("name", RUNS)
def test_state_dicts_of_every_type_run(tmp_path, name):
    content, tolerance = RUNS[name]
    found, precision = run(write(tmp_path, content()))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, expected(), rtol=0, atol=tolerance)
    assert precision == {"half precision": "float16", "bfloat16": "bfloat16"}.get(name, "float32")


class Optimized:
    """A training state with an optimizer that has made a step."""

    def __init__(self):
        self.network = network()
        self.optimizer = torch.optim.Adam(self.network.parameters())
        self.network(torch.from_numpy(IMAGE)).sum().backward()
        self.optimizer.step()


def checkpoint(**more):
    return saved({**more, "optimizer": Optimized().optimizer.state_dict(), "epoch": 7})


def old_batch_norm():
    """Weights of PyTorch before 0.4.1, whose BatchNorm2d did not count its batches."""
    found = network().state_dict()
    del found["layers.1.num_batches_tracked"]
    found._metadata["layers.1"]["version"] = 1
    return saved(found)


def test_old_batch_normalization_is_brought_up_by_pytorch(tmp_path):
    np.testing.assert_array_equal(run(write(tmp_path, old_batch_norm()))[0], expected())


REFUSED = {
    "DataParallel": (
        lambda: saved(prefixed("module.")),
        r"before each of its keys stands 'module\.', .* \(module\.layers\.0\.weight, "
        r"module\.layers\.0\.bias, module\.layers\.1\.weight and 6 more, as DataParallel leaves "
        r"it\); .*; save it again with key\.removeprefix\('module\.'\)",
    ),
    "torch.compile": (
        lambda: saved(prefixed("_orig_mod.")),
        r"'_orig_mod\.'.*as torch\.compile leaves it",
    ),
    "both": (
        lambda: saved(prefixed("module._orig_mod.")),
        r"stands 'module\._orig_mod\.', .*as torch\.compile leaves it",
    ),
    "Lightning": (lambda: saved(prefixed("model.")), r"'model\.'.*as Lightning leaves it"),
    "prefix of somebody": (
        lambda: saved(prefixed("unet.")),
        r"stands 'unet\.', .*6 more\); a",
    ),
    "prefix and a loss": (
        lambda: saved(prefixed("model.") | {"loss.weight": torch.ones(1)}),
        r"tensors are not those of its network \(8 missing: layers\.0\.weight, layers\.0\.bias, "
        r"layers\.1\.weight and 5 more; 10 unexpected: model\.layers\.0\.weight",
    ),
    "inner network": (
        lambda: saved({k.removeprefix("layers."): v for k, v in state().items()}),
        r"the keys of its network begin with 'layers\.', and its own do not \(0\.weight, 0\.b",
    ),
    "one missing": (
        lambda: saved(without("layers.2.bias")),
        r"not those of its network \(1 missing: layers\.2\.bias\); allowed: the tensors of "
        r"Network, 9 in all; give the architecture the arguments \(kwargs\)",
    ),
    "one more": (
        lambda: saved(state() | {"head.bias": torch.ones(2)}),
        r"\(1 unexpected: head\.bias\)",
    ),
    "other width": (
        lambda: saved(state(width=4)),
        r"\(7 of another shape: layers\.0\.weight 4x1x1x1 instead of 2x1x1x1, layers\.0\.bias 4 "
        r"instead of 2, layers\.1\.weight 4 instead of 2 and 4 more\)",
    ),
    "some of each": (
        lambda: saved(
            without("layers.0.bias") | {"a": torch.ones(1), "layers.2.bias": torch.ones(3)}
        ),
        r"\(1 missing: layers\.0\.bias; 1 unexpected: a; 1 of another shape: layers\.2\.bias 3 in",
    ),
    "checkpoint": (
        lambda: checkpoint(state_dict=state()),
        r"a checkpoint of a training.*\('state_dict' beside optimizer, epoch\); .*; save what "
        r"stands under 'state_dict' alone, with torch\.save",
    ),
    "checkpoint of Lightning": (
        lambda: checkpoint(
            state_dict=prefixed("model."), **{"pytorch-lightning_version": "2.4.0", "loops": {}}
        ),
        r"'state_dict' beside pytorch-lightning_version, loops, optimizer and 1 more.*"
        r"alone without 'model\.' before its keys",
    ),
    "checkpoint of somebody": (
        lambda: checkpoint(model=state(), ema=state()),
        r"\('model' beside ema, optimizer, epoch\)",
    ),
    "checkpoint with a number of NumPy": (
        lambda: checkpoint(state_dict=state(), best=np.float64(0.9)),
        r"it holds Python objects besides tensors, and to load this would run code \(numpy",
    ),
    "optimizer": (
        lambda: saved(Optimized().optimizer.state_dict()),
        r"it is the state of an optimizer, not of a network; allowed: a state dict",
    ),
    "whole network": (
        lambda: saved(torch.nn.Sequential(torch.nn.Conv2d(1, 1, 1))),
        r"it holds a whole network, and to load this would run code \(torch\.nn\.modules\.con.*"
        r"save network\.state_dict\(\) alone with torch\.save",
    ),
    "tensor": (lambda: saved(torch.ones(2)), r"no state dict \(Tensor\)"),
    "list": (lambda: saved([torch.ones(2)]), r"no state dict \(list\)"),
    "nothing": (lambda: saved({}), r"its state dict is empty"),
    "numbers": (
        lambda: saved(state() | {"epoch": 3}),
        r"it holds other things than tensors \(epoch: int\)",
    ),
    "pickle": (lambda: pickle.dumps({"a": 1}), r"it is no file of torch\.save \(a pickle\)"),
    "safetensors": (
        lambda: (2).to_bytes(8, "little") + b"{}" + bytes(9),
        r"\(a safetensors file\).*; read it with safetensors\.torch\.load_file, and save",
    ),
    "TorchScript": (
        lambda: script(network()),
        r"no file of torch\.save \(a TorchScript file\).*; describe it as torchscript, or save",
    ),
    "HDF5": (lambda: b"\x89HDF\r\n\x1a\n" + bytes(99), r"\(an HDF5 file, as Keras writes it\)"),
    "empty": (lambda: b"", r"\(an empty file\).*; get the package again"),
    "web page": (lambda: b"<html></html>", r"\(a web page\).*; get the package again"),
    "cut off": (lambda: saved(state())[:400], r"\(a zip that is cut off or damaged\)"),
    "damaged": (
        lambda: b"\x80\x02" + bytes(40),
        r"PyTorch cannot load these weights \(\w.*\); a",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_other_state_dicts_are_one_sentence(tmp_path, name):
    content, pattern = REFUSED[name]
    text = sentence(write(tmp_path, content()))
    assert re.search(pattern, text), text


def test_weights_of_an_inner_network_name_the_outer_one(tmp_path):
    package = write(tmp_path, saved(state()))
    package.weights["pytorch_state_dict"].fields["architecture"]["callable"] = "Outer"
    assert "begin with 'net.', and its own do not" in sentence(package)


def test_strict_false_passes_over_keys_but_not_over_all(tmp_path):
    run(write(tmp_path, saved(without("layers.2.bias")), strict=False))
    text = sentence(write(tmp_path, saved(prefixed("module.")), strict=False))
    assert "stands 'module.'" in text


def test_other_weights_are_named_where_there_are_some(tmp_path):
    package = write(tmp_path, saved(prefixed("module.")))
    for others in ("", ", or run its weights onnx with runner='onnx'"):
        with pytest.raises(PackageError) as caught:
            load_session(package, "torch", trust=True)
        assert str(caught.value).endswith(f" in place of each key{others}.")
        package.weights |= two_tensor_package(tmp_path, "onnx").weights


# --- TorchScript ---------------------------------------------------------------------------------


def script(module, example=None):
    example = torch.from_numpy(IMAGE) if example is None else example
    buffer = io.BytesIO()
    with warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")
        torch.jit.save(torch.jit.trace(module, example), buffer)
    return buffer.getvalue()


def compiled(source):
    """Save what ``source``, the body of forward(self, x), is in TorchScript."""
    name = "Script" + hashlib.sha256(source.encode()).hexdigest()[:8]
    module = type(name, (torch.jit.ScriptModule,), {"__module__": "scripts"})()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module.define(f"def forward(self, x):\n    return {source}\n")
        buffer = io.BytesIO()
        torch.jit.save(module, buffer)
    return buffer.getvalue()


def rewritten(content, name, old, new):
    """Replace bytes in a member of a TorchScript file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(buffer, "w") as target:
        for member in source.namelist():
            data = source.read(member)
            target.writestr(member, data.replace(old, new) if member.endswith(name) else data)
    return buffer.getvalue()


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
def test_scripts_of_every_type_run(tmp_path, dtype):
    kind = getattr(torch, dtype)
    content = script(network().to(kind), torch.from_numpy(IMAGE).to(kind))
    found, precision = run(write(tmp_path, content, "torchscript"))
    assert precision == ("float32" if dtype == "float64" else dtype)
    tolerance = {"float16": 2e-3, "bfloat16": 2e-2}.get(dtype, 1e-6)
    np.testing.assert_allclose(found, expected(), rtol=0, atol=tolerance)
    assert found.dtype == (np.float64 if dtype == "float64" else np.float32)


@pytest.mark.parametrize("source", ["x.half()", "x.double()", "x.half().float()"])
def test_scripts_that_cast_by_themselves_run(tmp_path, source):
    found, _ = run(write(tmp_path, compiled(source), "torchscript"))
    np.testing.assert_allclose(found, IMAGE, rtol=0, atol=1e-3)


REFUSED_SCRIPTS = {
    "cuda": (
        lambda: compiled("x + torch.zeros([1], device='cuda:0')"),
        UnsupportedError,
        r"written for a GPU, whose name stands in its code \(cuda:0\); allowed: .* for cpu; ask",
    ),
    "two of cuda": (
        lambda: compiled("x.to('cuda') + torch.zeros([1], device=torch.device('cuda:1'))"),
        UnsupportedError,
        r"stands in its code \(cuda:1\)|\(cuda, cuda:1\)",
    ),
    "mps": (
        lambda: compiled("x + torch.zeros([1], device='mps')"),
        UnsupportedError,
        r"stands in its code \(mps\)",
    ),
    "state dict": (
        lambda: saved(state()),
        PackageError,
        r"no TorchScript file \(a file of torch\.save\).*describe a state dict as pytorch_st",
    ),
    "network": (
        lambda: saved(network),
        PackageError,
        r"no TorchScript file \(a file of torch\.save",
    ),
    "safetensors": (
        lambda: (2).to_bytes(8, "little") + b"{}" + bytes(9),
        PackageError,
        r"no TorchScript file \(a safetensors file\)",
    ),
    "empty": (lambda: b"", PackageError, r"\(an empty file\).*get the package again"),
    "cut off": (lambda: script(network())[:900], PackageError, r"\(a zip that is cut off or dam"),
    "operator of torchvision": (
        lambda: rewritten(compiled("torch.relu(x)"), ".py", b"torch.relu", b"ops.torchvision.relu"),
        UnsupportedError,
        r"calls an operator that PyTorch does not have \(torchvision::relu\)",
    ),
    "newer": (
        lambda: rewritten(compiled("x"), "/version", b"3", b"99"),
        UnsupportedError,
        r"newer than this PyTorch \(version 99\); allowed: version \d+ or older \(torch .*update",
    ),
    "no tensor": (lambda: compiled("1"), PackageError, r"'out'.*else than a tensor.*\(int\)"),
    "list of numbers": (lambda: compiled("[[1.0]]"), PackageError, r"'out'.*\(a sequence\)"),
    "complex": (lambda: compiled("torch.complex(x, x)"), PackageError, r"'out'.*complex numbers"),
}


@pytest.mark.parametrize("name", REFUSED_SCRIPTS)
def test_other_scripts_are_one_sentence(tmp_path, name):
    content, kind, pattern = REFUSED_SCRIPTS[name]
    text = sentence(write(tmp_path, content(), "torchscript"), kind)
    assert re.search(pattern, text), text


@pytest.mark.parametrize("line", ["x = x.cuda()", "x = x.to('mps')"])
def test_code_that_asks_for_a_gpu_says_so(tmp_path, line):
    if torch.cuda.is_available() or torch.backends.mps.is_available():
        pytest.skip("this computer has a GPU")
    package = write(tmp_path, saved(state()))
    code = SOURCE.replace("        return self.layers(x)", f"        {line}\n        return x")
    (tmp_path / "network.py").write_text(code, encoding="utf-8")
    assert "the network's code asks for a GPU (" in sentence(package, UnsupportedError)
    code = SOURCE.replace("conv, norm =", "torch.ones(1).cuda()\n        conv, norm =")
    (tmp_path / "network.py").write_text(code, encoding="utf-8")
    assert "cannot be built without a GPU (" in sentence(package, UnsupportedError)


def test_weights_saved_on_a_gpu_come_to_the_cpu(tmp_path):
    """The device stands in the pickle as text, which no GPU is needed to write."""
    content = rewritten(
        saved(state()), "data.pkl", b"X\x03\x00\x00\x00cpu", b"X\x06\x00\x00\x00cuda:0"
    )
    assert content != saved(state())
    np.testing.assert_array_equal(run(write(tmp_path, content))[0], expected())
