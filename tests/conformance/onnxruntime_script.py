"""Load the ONNX weights of packages by ONNX Runtime for Java.  Stands alone; needs mvn and a JDK.

    python onnxruntime_script.py folder results.json

For each zip of the folder with ONNX weights: ``loads``, or the first line of the error.
"""

import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

VERSION = "1.13.1"
"""The newest that JDLL has an engine with."""
SOURCE = Path(__file__).with_name("LoadOnnx.java")
TIMEOUT = 300


def main(folder: Path, results: Path) -> None:
    """Load all files in one process."""
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        jar, files = fetched(work), unpacked(folder, work)
        run("javac", "-cp", jar, "-d", work, SOURCE)
        printed = run("java", "-Xmx1g", "-cp", f"{jar}:{work}", "LoadOnnx", *files.values())
    found = {}
    for line in printed.splitlines():
        if line.startswith("FOUND\t"):
            _, path, said = line.split("\t")
            found[Path(path).stem] = said
    said = {"version": VERSION, "packages": found}
    results.write_text(json.dumps(said, indent=1), encoding="utf-8")


def fetched(work: Path) -> Path:
    """Return the jar, from Maven Central."""
    artifact = f"com.microsoft.onnxruntime:onnxruntime:{VERSION}"
    run("mvn", "-q", "-B", "dependency:copy", f"-Dartifact={artifact}", f"-DoutputDirectory={work}")
    return work / f"onnxruntime-{VERSION}.jar"


def unpacked(folder: Path, work: Path) -> dict[str, Path]:
    """Return the ONNX files by the name of their package."""
    files = {}
    for path in sorted(folder.glob("*.zip")):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith(".onnx"):
                    files[path.stem] = work / f"{path.stem}.onnx"
                    files[path.stem].write_bytes(archive.read(name))
    return files


def run(*command: object) -> str:
    """Run a command and return what it printed."""
    line = [str(part) for part in command]
    return subprocess.run(line, check=True, capture_output=True, text=True, timeout=TIMEOUT).stdout


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
