#!/usr/bin/env python3
"""Times whole models on the CPU: Tilewright, ONNX Runtime and OpenVINO side by side.

    python cpu_models.py                                # all models, 1 and 2 threads
    python cpu_models.py resnet50 gpt2 --threads 1 --rounds 10
    python cpu_models.py --write                        # also docs/measurements/DATE-cpu-models.md

The package must be found: export PYTHONPATH=$PWD/build/release/python in the root, unless it is installed.

Each contender runs in a process of its own, which loads the model once and then waits; the processes take turns, so that
whatever else the machine does hits all of them alike. A turn is one timed run (of a small model the mean of several) after
20 ms of runs that are not timed: by then the threads of the one before, which spin on for a while, should have gone to sleep. The
table has the median of the turns, the ratio (Tilewright's speed over ONNX Runtime's: above 1 is faster), and beside each
time the largest difference from ONNX Runtime's output, relative to the output's largest value.

OpenVINO takes part if it is installed here or in the Python that --openvino-python names.
"""

import argparse
import datetime
import importlib.util
import json
import math
import os
import pathlib
import platform
import shlex
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(HERE / "models"))

NAMES = {"tilewright": "Tilewright", "onnxruntime": "ONNX Runtime", "openvino": "OpenVINO"}


# What runs in a contender's process: a function of its own for each, which loads the model and returns (version, run), where
# run() runs it once and returns the outputs.


def tilewright_runner(path, inputs, threads):
    import tilewright as tw

    # Compiled with all cores, loaded with the threads that are measured.
    with tempfile.TemporaryDirectory() as folder:
        module = os.path.join(folder, "model.twm")
        tw.compile(path).save(module)
        model = tw.load(module, threads=threads)
    arrays = [inputs[each.name] for each in model.inputs]
    return tw.__version__, lambda: model(*arrays)


def onnxruntime_runner(path, inputs, threads):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return onnxruntime.__version__, lambda: session.run(None, inputs)


def openvino_runner(path, inputs, threads):
    import openvino

    core = openvino.Core()
    # Its default is bf16 where the machine has it.
    settings = {"INFERENCE_NUM_THREADS": threads, "NUM_STREAMS": 1, "INFERENCE_PRECISION_HINT": "f32"}
    model = core.compile_model(core.read_model(path), "CPU", settings)
    request = model.create_infer_request()

    def run():
        results = request.infer(inputs)
        return [results[output] for output in model.outputs]

    return openvino.__version__.split("-")[0], run


WARM_SECONDS = 0.02
RUNNERS = {"tilewright": tilewright_runner, "onnxruntime": onnxruntime_runner, "openvino": openvino_runner}


def serve(contender, path, inputs_file, threads):
    """The contender's process: says that it is ready, then answers "run" with the milliseconds of a run, and a file's name
    by writing the outputs there."""
    answers, sys.stdout = sys.stdout, sys.stderr

    def answer(**fields):
        print(json.dumps(fields), file=answers, flush=True)

    inputs = dict(np.load(inputs_file))
    start = time.perf_counter()
    try:
        version, run = RUNNERS[contender](path, inputs, threads)
        outputs = run()
    except Exception as error:
        return answer(error=" ".join(f"{type(error).__name__}: {error}".split()))
    answer(version=version, seconds=time.perf_counter() - start)
    for line in sys.stdin:
        command = line.strip()
        if command == "run":
            runs, start = 0, time.perf_counter()
            while time.perf_counter() < start + WARM_SECONDS:
                run()
                runs += 1
            runs = max(1, runs // 4)
            start = time.perf_counter()
            for _ in range(runs):
                outputs = run()
            answer(ms=1000 * (time.perf_counter() - start) / runs)
        else:
            np.savez(command, *outputs)
            answer()


class Contender:
    """A process that runs one model."""

    def __init__(self, name, python, path, inputs_file, threads):
        self.name, self.times, self.error = name, [], None
        command = [python, __file__, "--serve", name, str(path), str(inputs_file), str(threads)]
        environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            return {"error": f"the process ended with {self.process.wait()}"}
        return json.loads(line)

    def ready(self):
        """Waits until the model is loaded."""
        answer = self.read()
        self.error, self.version, self.load_seconds = answer.get("error"), answer.get("version"), answer.get("seconds")

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return self.read()

    def run(self):
        answer = self.ask("run")
        if "error" in answer:
            self.error = answer["error"]
        else:
            self.times.append(answer["ms"])

    def outputs(self, folder):
        file = pathlib.Path(folder) / f"{self.name}.npz"
        self.ask(str(file))
        with np.load(file) as arrays:
            return [arrays[f"arr_{i}"] for i in range(len(arrays.files))]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def largest_error(actual, expected):
    """Over all outputs, relative to the largest value of each; infinite if they cannot be compared."""
    worst = 0.0
    for ours, theirs in zip(actual, expected, strict=True):
        if ours.shape != theirs.shape:
            return math.inf
        difference = np.abs(ours.astype(np.float64) - theirs).max() / max(np.abs(theirs).max(), 1e-30)
        worst = max(worst, math.inf if np.isnan(difference) else difference)
    return worst


def measure(path, inputs, pythons, threads, rounds, budget):
    """[{contender, ms, error, problem, version}] of one model. At least 3 rounds, then as many as fit into `budget` seconds,
    `rounds` at most."""
    with tempfile.TemporaryDirectory() as folder:
        inputs_file = pathlib.Path(folder) / "inputs.npz"
        np.savez(inputs_file, **inputs)
        contenders = []
        for name, python in pythons.items():  # One after the other: compiling takes all cores.
            contender = Contender(name, python, path, inputs_file, threads)
            contender.ready()
            contenders.append(contender)
        start = time.monotonic()
        for count in range(rounds + 1):
            if count > 3 and time.monotonic() - start > budget:
                break
            for contender in contenders:
                if contender.error is None:
                    contender.run()
        running = {each.name: each for each in contenders if each.error is None}
        outputs = {name: each.outputs(folder) for name, each in running.items()}
        for contender in contenders:
            contender.close()
    expected = outputs.get("onnxruntime")
    rows = []
    for each in contenders:
        row = {"contender": each.name, "version": each.version, "problem": each.error}
        if each.error is None:
            row["ms"] = statistics.median(each.times[1:])  # The first round warms up.
            row["runs"] = len(each.times) - 1
            row["load_seconds"] = each.load_seconds
            row["error"] = largest_error(outputs[each.name], expected) if expected else math.nan
        rows.append(row)
    return rows


# Tables.


def cell(row):
    if row is None:
        return "-"
    if row["problem"]:
        return "fails"
    return f"{row['ms']:.1f} ({row['error']:.0e})" if row["contender"] != "onnxruntime" else f"{row['ms']:.1f}"


def ratio(rows, contender):
    """How many times faster the contender is than ONNX Runtime, or None."""
    ours, theirs = rows.get(contender, {}).get("ms"), rows.get("onnxruntime", {}).get("ms")
    return theirs / ours if ours and theirs else None


def geometric_mean(values):
    return math.exp(statistics.fmean(map(math.log, values)))


def table(results, threads):
    """Markdown lines; `results` is {model: {contender: row}}."""
    lines = [
        f"{threads} thread{'s' if threads > 1 else ''}, batch 1, median in ms (largest difference from ONNX Runtime):",
        "",
        "| model | Tilewright | ONNX Runtime | OpenVINO | Tilewright / ONNX Runtime | OpenVINO / ONNX Runtime |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    ratios = {"tilewright": [], "openvino": []}
    for model, rows in results.items():
        cells = [model, *(cell(rows.get(name)) for name in NAMES)]
        for name, values in ratios.items():
            value = ratio(rows, name)
            values += [value] if value else []
            cells.append(f"{value:.2f}x" if value else "-")
        lines.append("| " + " | ".join(cells) + " |")
    means = [f"{geometric_mean(values):.2f}x ({len(values)})" if values else "-" for values in ratios.values()]
    lines.append(f"| geometric mean (of how many) | | | | {means[0]} | {means[1]} |")
    problems = {
        row["problem"]: f"{NAMES[row['contender']]} fails on {model}: {row['problem']}"
        for model, rows in results.items()
        for row in rows.values()
        if row["problem"]
    }
    return [*lines, *(["", *(f"- {text}" for text in problems.values())] if problems else [])]


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def git_revision():
    done = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    return done.stdout.strip() or "unknown"


def command_line():
    """The command that runs, without what is of this machine only."""
    shown = {"--openvino-python": "PYTHON", "--note": "..."}
    arguments = [shown.get(before, each) for before, each in zip(sys.argv, sys.argv[1:])]
    return shlex.join(["python", f"benchmarks/{pathlib.Path(sys.argv[0]).name}", *arguments])


def report(tables, versions, loads, note):
    """The text of the file in docs/measurements."""
    lines = [
        f"# Whole models on the CPU, {datetime.date.today()}",
        "",
        f"`{command_line()}`, revision {git_revision()}.",
        f"{processor()}, {os.cpu_count()} cores. " + ", ".join(f"{NAMES[n]} {v}" for n, v in versions.items()) + ".",
        f"Load average while measuring: {min(loads):.1f} to {max(loads):.1f} (a quiet machine has as many as it measures threads).",
    ]
    lines += [note] if note else []
    for each in tables:
        lines += ["", *each]
    return "\n".join(lines) + "\n"


# The program.


def pythons(options):
    """{contender: the Python that runs it}, of those that are there."""
    found = {name: sys.executable for name in ("tilewright", "onnxruntime")}
    if options.openvino_python:
        found["openvino"] = options.openvino_python
    elif importlib.util.find_spec("openvino"):
        found["openvino"] = sys.executable
    else:
        print("OpenVINO is not installed: see --openvino-python", file=sys.stderr)
    return found


def main():
    if sys.argv[1:2] == ["--serve"]:
        contender, path, inputs_file, threads = sys.argv[2:]
        return serve(contender, path, inputs_file, int(threads))
    import generate
    from inputs import example_inputs

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="*", metavar="MODEL", help=f"default: all of {', '.join(generate.names())}")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2], help="default: 1 2")
    parser.add_argument("--rounds", type=int, default=20, help="most runs of each contender (default 20)")
    parser.add_argument("--seconds", type=float, default=20, help="a model's rounds stop after so long (default 20)")
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / "build" / "models", help="where models are kept")
    parser.add_argument("--openvino-python", metavar="PYTHON", help="a Python that has openvino and numpy")
    parser.add_argument("--write", action="store_true", help="write docs/measurements/DATE-cpu-models.md")
    parser.add_argument("--note", help="a sentence for the written file")
    options = parser.parse_args()
    unknown = [name for name in options.models if name not in generate.names()]
    if unknown:
        parser.error(f"there is no model '{unknown[0]}'; there are {', '.join(generate.names())}")

    tables, versions, loads = [], {}, []
    for threads in options.threads:
        results = {}
        for name in options.models or generate.names():
            path = generate.generate(name, options.folder)
            rows = measure(
                path, example_inputs(name, 1, 128), pythons(options), threads, options.rounds, options.seconds
            )
            results[name] = {row["contender"]: row for row in rows}
            versions.update({row["contender"]: row["version"] for row in rows if row["version"]})
            loads.append(os.getloadavg()[0])
            print(f"{name}, {threads}: " + ", ".join(cell(row) for row in rows), file=sys.stderr, flush=True)
        tables.append(table(results, threads))
        print("\n".join(tables[-1]) + "\n")
    if options.write:
        file = ROOT / "docs" / "measurements" / f"{datetime.date.today()}-cpu-models.md"
        file.parent.mkdir(exist_ok=True)
        file.write_text(report(tables, versions, loads, options.note))
        print(f"written: {file}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
