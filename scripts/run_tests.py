#!/usr/bin/env python3
"""Runs the test steps and adds up what they counted; scripts/test calls this.

Each step is a function that takes the build folder and returns a Count. A step
that should run tests and finds none has failed: a silent runner must not look
like a green one. The last line printed is `N passed, N failed[, N skipped]`.
"""

import argparse
import concurrent.futures
import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LLVM_BIN = Path("/usr/lib/llvm-22/bin")
JOBS = os.cpu_count() or 1
FUZZ_SECONDS = 600

# MLIR's shared library is not instrumented: containers and bump allocators that
# cross into it look wrong to ASan's checks of both, and its global state is never
# freed. Tests ask for more memory than there is and expect null.
SANITIZER_ENVIRONMENT = {
    "ASAN_OPTIONS": "allocator_may_return_null=1:detect_container_overflow=0"
    ":allow_user_poisoning=0:detect_leaks=0",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1",
    "TSAN_OPTIONS": "allocator_may_return_null=1:ignore_noninstrumented_modules=1",
}


@dataclass
class Count:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other):
        return Count(
            self.passed + other.passed,
            self.failed + other.failed,
            self.skipped + other.skipped,
        )

    def __str__(self):
        text = f"{self.passed} passed, {self.failed} failed"
        return text + (f", {self.skipped} skipped" if self.skipped else "")


def run(*command, **keywords):
    """The exit code of a command run in the repository's root."""
    arguments = [str(part) for part in command]
    return subprocess.run(
        arguments, cwd=ROOT, stdin=subprocess.DEVNULL, **keywords
    ).returncode


def one(ok):
    """A step that is a single check."""
    return Count(passed=1) if ok else Count(failed=1)


def junit(path):
    """What a JUnit report counted."""
    count = Count()
    for case in ElementTree.parse(path).iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            count.failed += 1
        elif case.find("skipped") is not None or case.get("status") == "notrun":
            count.skipped += 1
        else:
            count.passed += 1
    return count


def reported(path, code, what):
    """The count of a report, with a failure added where the report hides one."""
    count = junit(path) if path.exists() else Count()
    if count.passed + count.failed == 0:
        print(f"error: {what} ran no test")
        return count + one(False)
    if code != 0 and count.failed == 0:
        print(f"error: {what} ended with exit code {code}")
        return count + one(False)
    return count


def fresh_report(build, name):
    folder = build / "test-results"
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.unlink(missing_ok=True)
    return path


def git_files(*patterns):
    listed = subprocess.run(
        ["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True
    )
    return listed.stdout.split()


def changed_files(*patterns):
    """Files that differ from where this branch left main; on main itself, those
    of the last ten commits."""

    def git(*arguments):
        done = subprocess.run(
            ["git", *arguments], cwd=ROOT, capture_output=True, text=True
        )
        return done.stdout.split() if done.returncode == 0 else []

    head = git("rev-parse", "HEAD")
    base = git("merge-base", "HEAD", "origin/main") or git(
        "merge-base", "HEAD", "main"
    )
    if not base or base == head:
        base = git("rev-list", "--max-count=1", "--skip=10", "HEAD")
    changed = git("diff", "--name-only", "--diff-filter=d", *base, "--", *patterns)
    return changed if base else git_files(*patterns)


# Steps.


def includes(build, options):
    return one(run(sys.executable, "scripts/check-includes") == 0)


def format_(build, options):
    wrong = []
    for file in git_files("*.h", "*.cpp"):
        text = subprocess.run(["clang-format-22", file], cwd=ROOT, capture_output=True)
        if text.stdout != (ROOT / file).read_bytes():
            wrong.append(file)
    if wrong:
        print("run: clang-format-22 -i", *wrong)
    return one(not wrong)


def tidy(build, options):
    files = git_files("*.cpp") if options.full else changed_files("*.cpp")
    commands = (build / "compile_commands.json").read_text()
    files = [file for file in files if f'"{ROOT / file}"' in commands]

    def check(file):
        return subprocess.run(
            ["clang-tidy-22", "-p", build, "--quiet", file],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    count = Count()
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        for done in pool.map(check, files):
            if done.returncode != 0:
                print(done.stdout)
            count += one(done.returncode == 0)
    return count


def lit(build, options, environment=None):
    report = fresh_report(build, "lit.xml")
    code = run(
        LLVM_BIN / "lit",
        "-sv",
        "--no-progress-bar",
        f"-j{JOBS}",
        f"--xunit-xml-output={report}",
        build / "test",
        env={**os.environ, **(environment or {})},
    )
    return reported(report, code, "lit")


def unit(build, options, environment=None, libraries=None):
    """ctest runs each GoogleTest program once, or those of some libraries; the
    programs' own reports count the tests in them."""
    report = fresh_report(build, "ctest.xml")
    folder = build / "test-results" / "unit"
    for old in folder.glob("*.xml"):
        old.unlink()
    code = run(
        "ctest",
        "--test-dir",
        build,
        f"-j{JOBS}",
        "--output-on-failure",
        "--quiet",
        "--output-junit",
        report,
        *(["--tests-regex", f"^({'|'.join(libraries)})$"] if libraries else []),
        env={**os.environ, **(environment or {}), "GTEST_OUTPUT": f"xml:{folder}/"},
    )
    if not report.exists():
        print(f"error: ctest ended with exit code {code} and no report")
        return one(False)
    count = Count()
    for case in ElementTree.parse(report).iter("testcase"):
        failed = case.find("failure") is not None
        if failed:
            print(case.findtext("system-out"))
        own = folder / f"{case.get('name')}Tests.xml"
        tests = junit(own) if own.exists() else Count()
        if failed and tests.failed == 0:
            print(f"error: {case.get('name')} failed outside its tests")
            tests += one(False)
        elif not own.exists():
            tests += one(True)
        count += tests
    if count.passed + count.failed == 0:
        print("error: ctest ran no test")
        return one(False)
    return count if code == 0 or count.failed else count + one(False)


def python(build, options):
    report = fresh_report(build, "pytest.xml")
    for old in report.parent.glob("*.txt"):
        old.unlink()
    code = run(
        sys.executable,
        "-m",
        "pytest",
        "-q",
        f"--numprocesses={JOBS}",
        "--dist=loadfile",
        f"--junit-xml={report}",
        *(["--full"] if options.full else []),
        env={
            **os.environ,
            "PYTHONPATH": str(build / "python"),
            "PATH": f"{build / 'bin'}:{os.environ['PATH']}",
            "TILEWRIGHT_BUILD": str(build),
        },
    )
    for lines in sorted(report.parent.glob("*.txt")):  # What tests had to say: conftest.py, report.
        print(lines.read_text(), end="")
    return reported(report, code, "pytest")


def other_build(preset, *targets):
    """Configures another preset and builds targets of it, or all; None if that
    fails."""
    build = ROOT / "build" / preset
    commands = (
        ["cmake", "--preset", preset],
        ["ninja", "-C", build, "--quiet", f"-j{JOBS}", *targets],
    )
    for command in commands:
        if run(*command, stdout=subprocess.DEVNULL if command[0] == "cmake" else None):
            return None
    return build


def sanitizers(build, options):
    """ASan and UBSan on everything; TSan on what has threads: the runtime, and the
    driver, whose tests compile and run real models with several of them."""
    print("-- asan", flush=True)
    asan = other_build("asan")
    if asan is None:
        count = one(False)
    else:
        count = lit(asan, options, SANITIZER_ENVIRONMENT)
        count += unit(asan, options, SANITIZER_ENVIRONMENT)
    print("-- tsan", flush=True)
    libraries = ("Driver", "Runtime")
    tsan = other_build("tsan", *(f"{library}Tests" for library in libraries))
    if tsan is None:
        return count + one(False)
    return count + unit(tsan, options, SANITIZER_ENVIRONMENT, libraries)


def gcc(build, options):
    other = other_build("gcc")
    if other is None:
        return one(False)
    return lit(other, options) + unit(other, options)


def fuzz(build, options):
    """Every libFuzzer program, each for ten minutes from its checked-in corpus."""
    other = other_build("asan")
    if other is None:
        return one(False)

    def run_one(program):
        corpus = other / "corpus" / program.name
        corpus.mkdir(parents=True, exist_ok=True)
        seeds = ROOT / "test" / "fuzz" / "corpus" / program.name
        return run(
            program,
            f"-max_total_time={FUZZ_SECONDS}",
            "-rss_limit_mb=4096",
            "-timeout=30",
            f"-artifact_prefix={other}/",
            "-print_final_stats=1",
            corpus,
            *([seeds] if seeds.exists() else []),
            env={**os.environ, **SANITIZER_ENVIRONMENT},
        )

    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        codes = pool.map(run_one, sorted((other / "fuzzers").glob("*-fuzzer")))
        return sum((one(code == 0) for code in codes), Count())


USUAL = {
    "includes": includes,
    "format": format_,
    "tidy": tidy,
    "lit": lit,
    "unit": unit,
    "python": python,
}
FULL = {"sanitizers": sanitizers, "gcc": gcc, "fuzz": fuzz}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="every step")
    parser.add_argument("--only", metavar="STEP,...", help="only these steps")
    parser.add_argument("--build", default="build/release", type=Path)
    options = parser.parse_args()

    every = {**USUAL, **FULL}
    names = list(every if options.full else USUAL)
    if options.only:
        names = options.only.split(",")
    unknown = [name for name in names if name not in every]
    if unknown:
        parser.error(f"no step '{unknown[0]}'; the steps are {', '.join(every)}")

    build = (ROOT / options.build).resolve()
    counts = {}
    for name in names:
        print(f"== {name}", flush=True)
        start = time.monotonic()
        counts[name] = every[name](build, options)
        print(f"== {name}: {counts[name]} ({time.monotonic() - start:.0f} s)", flush=True)

    print("\nsummary")
    for name, count in counts.items():
        print(f"  {name:12} {count}")
    total = sum(counts.values(), Count())
    print(total, flush=True)
    return 1 if total.failed or total.passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
