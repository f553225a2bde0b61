"""Many jobs in a few processes: a model can end the process that it runs in.

A worker is a program that reads jobs as JSON lines and answers each with a line
(`serve`; tw-interpret is one too). A `Worker` is one that runs; it is started again
when a job ended it, which counts as a crash of that job. Arrays travel as NumPy
files (`save`, `load`).
"""

import concurrent.futures
import json
import queue
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import ml_dtypes
import numpy as np


def serve(run):
    """The main program of a worker: answers each job with run(job)."""
    warnings.simplefilter("ignore")
    answers, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        print(json.dumps(run(json.loads(line))), file=answers, flush=True)


class Worker:
    """One process of a program, started when there is something to do."""

    def __init__(self, command, timeout):
        self.command, self.timeout, self.process = command, timeout, None

    def start(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.lines = queue.Queue()

        def read(stream, lines):
            for line in stream:
                lines.put(line)
            lines.put("")

        threading.Thread(target=read, args=(self.process.stdout, self.lines), daemon=True).start()

    def run(self, job):
        """The answer to a job, or None if the process ended or took too long."""
        if self.process is None or self.process.poll() is not None:
            self.start()
        try:
            self.process.stdin.write(json.dumps(job) + "\n")
            self.process.stdin.flush()
            line = self.lines.get(timeout=self.timeout)
        except (queue.Empty, BrokenPipeError):
            line = ""
        if line:
            return json.loads(line)
        self.close()
        return None

    def close(self):
        if self.process:
            self.process.kill()
            self.process.wait()
        self.process = None


def run_all(cases, run_case, commands, folder, count, timeout):
    """[(case, run_case(case, folder of its own, a Worker per command))], `count` at a
    time. `cases` may be an iterator."""
    cases, lock, results = iter(cases), threading.Lock(), []

    def work(number):
        workers = [Worker(command, timeout) for command in commands]
        own = Path(folder) / str(number)
        own.mkdir()
        while True:
            with lock:
                case = next(cases, None)
            if case is None:
                break
            result = run_case(case, own, *workers)
            with lock:
                results.append((case, result))
        for worker in workers:
            worker.close()

    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        list(pool.map(work, range(count)))
    return results


def save(path, array):
    """NumPy writes bf16 as its bits."""
    array = np.asarray(array)
    np.save(path, array.view(np.uint16) if array.dtype == ml_dtypes.bfloat16 else array)


def load(path, bf16):
    array = np.load(path)
    return array.view(ml_dtypes.bfloat16) if bf16 else array
