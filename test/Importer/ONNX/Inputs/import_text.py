"""Imports models in ONNX's text format; the lit tests in this folder run it.

    import_text.py FILE.onnxtxt

FILE holds models between lines `// -----`. A line `// ARGS: ...` is given to
tw-import (`%t` is an empty folder, in which the model lies), `// PYTHON: ...` is
run on the parsed `model` before it is written (for what the text format cannot
say), other lines that begin with `//` are comments. Each model's output and
errors are printed under a line `model N`.
"""

import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

import onnx
import onnx.parser
from onnx import TensorProto, helper  # noqa: F401  for PYTHON lines


def external(tensor, location, **where):
    """Makes a tensor's data external."""
    for field in ("raw_data", "float_data", "external_data"):
        tensor.ClearField(field)
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in {"location": location, **where}.items():
        tensor.external_data.add(key=key, value=str(value))


def sections(text):
    return re.split(r"^// -----$", text, flags=re.MULTILINE)


def run(section, folder):
    lines = section.splitlines()
    marked = [re.match(r"// (ARGS|PYTHON): (.*)", line) for line in lines]
    body = "\n".join(line for line in lines if not line.startswith("//"))
    model = onnx.parser.parse_model(body)
    names = {"model": model, "graph": model.graph, "onnx": onnx, "folder": folder, **globals()}
    for match in marked:
        if match and match[1] == "PYTHON":
            exec(match[2], names)
    path = folder / "model.onnx"
    path.write_bytes(model.SerializeToString())
    arguments = []
    for match in marked:
        if match and match[1] == "ARGS":
            arguments += shlex.split(match[2].replace("%t", str(folder)))
    result = subprocess.run(
        ["tw-import", str(path), *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    return result.stdout.replace(str(folder) + "/", "")


def main():
    for number, section in enumerate(sections(pathlib.Path(sys.argv[1]).read_text()), 1):
        with tempfile.TemporaryDirectory() as folder:
            print(f"model {number}")
            print(run(section, pathlib.Path(folder)), end="", flush=True)


if __name__ == "__main__":
    main()
