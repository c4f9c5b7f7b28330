"""deepImageJ and its engines in a Fiji folder."""

import zipfile

import pytest

from deepbacs_zoo.errors import HostError, UsageError
from deepbacs_zoo.fiji.deepimagej.installed import find_deepimagej

CONFIG = 'Plugins>DeepImageJ, "DeepImageJ Run", DeepImageJ_Run\n'
POM = "META-INF/maven/io.github.deepimagej/DeepImageJ/pom.properties"


def jar(path, **members):
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)


def fiji(folder, *engines, name="DeepImageJ-3.1.0.jar", **members):
    jar(folder / "jars" / "ij-1.54p.jar", **{"ij/IJ.class": ""})
    jar(folder / "plugins" / "Other_.jar", **{"plugins.config": 'Plugins, "Other", Other'})
    if name:
        jar(folder / "plugins" / name, **{"plugins.config": CONFIG, **members})
    for engine in engines:
        jar(folder / "engines" / engine / "adapter.jar")
    return folder


def test_plugin_version_and_engines_are_found(tmp_path):
    found = find_deepimagej(
        fiji(
            tmp_path,
            "pytorch-1.13.1-1.13.1-linux-x86_64-cpu",
            "pytorch-2.0.0-2.0.0-linux-x86_64-cpu-gpu",
            "onnx-17-1.12.1-linux-x86_64-cpu-gpu",
            name="renamed.jar",
            **{POM: "version=3.1.0-SNAPSHOT\n"},
        )
    )
    assert found.version == "3.1.0-SNAPSHOT"
    assert [engine.version for engine in found.engines] == ["2.0.0", "1.13.1"]
    assert [engine.device for engine in found.engines] == ["cpu or cuda", "cpu"]


def test_the_version_may_stand_in_the_name_alone(tmp_path):
    assert find_deepimagej(fiji(tmp_path)).version == "3.1.0"


def test_a_jar_without_a_version_is_taken(tmp_path):
    assert find_deepimagej(fiji(tmp_path, name="own.jar")).version == ""


def test_a_fiji_without_deepimagej_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"deepImageJ is not in this Fiji.*install deepImageJ"):
        find_deepimagej(fiji(tmp_path, name=None))


def test_an_old_deepimagej_is_refused(tmp_path):
    with pytest.raises(UsageError, match=r"too old \(2.1.16\)"):
        find_deepimagej(fiji(tmp_path, name="DeepImageJ_-2.1.16.jar"))


def test_a_folder_that_is_no_fiji_is_refused(tmp_path):
    with pytest.raises(UsageError):
        find_deepimagej(tmp_path)


def test_a_damaged_jar_is_passed_over(tmp_path):
    folder = fiji(tmp_path)
    (folder / "plugins" / "deepimagej.jar").write_bytes(b"no zip")
    assert find_deepimagej(folder).version == "3.1.0"


def test_an_engine_without_jars_is_none(tmp_path):
    folder = fiji(tmp_path)
    (folder / "engines" / "pytorch-2.0.0-2.0.0-linux-x86_64-cpu").mkdir(parents=True)
    with pytest.raises(HostError, match="no PyTorch engine"):
        find_deepimagej(folder).engine_for("2.0")


@pytest.mark.parametrize(
    ("stated", "expected"),
    [("2.8.0", "2.1.0"), ("2.0", "2.0.0"), ("2.0.1", "2.1.0"), ("1.11", "1.13.1")],
)
def test_the_nearest_engine_of_the_same_major_version_is_taken(tmp_path, stated, expected):
    names = [f"pytorch-{v}-{v}-linux-x86_64-cpu" for v in ("2.0.0", "1.13.1", "2.1.0")]
    assert find_deepimagej(fiji(tmp_path, *names)).engine_for(stated).version == expected


def test_no_engine_of_the_major_version_is_an_error_with_the_way_out(tmp_path):
    found = find_deepimagej(fiji(tmp_path, "pytorch-1.13.1-1.13.1-linux-x86_64-cpu"))
    with pytest.raises(HostError, match=r"no engine for PyTorch 2 here .*pytorch-1.13.1.*online"):
        found.engine_for("2.14")
