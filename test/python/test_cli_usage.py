"""The command line as such: help, versions, mistakes and exit codes."""

import os
import subprocess

import pytest

COMMANDS = ["compile", "run", "verify", "bench", "inspect", "check"]


# The help of the whole lists every command.
def test_help_lists_commands(tilewright):
    text = tilewright("--help").stdout
    for command in COMMANDS:
        assert f"\n  {command} " in text


# The help of each command teaches by examples and says what the exit codes are.
@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_examples_and_exit_codes(tilewright, command):
    done = tilewright(command, "--help")
    assert f"\n  tilewright {command} " in done.stdout
    assert "Exit codes: 0 " in done.stdout
    assert done.stderr == ""


# The version is a number.
def test_version(tilewright):
    assert tilewright("--version").stdout.startswith("tilewright 0.")


# A mistake on the command line ends with 2 and says where the help is.
@pytest.mark.parametrize(
    "arguments, names",
    [
        ([], "subcommand"),
        (["fly"], "fly"),
        (["compile"], "MODEL"),
        (["compile", "m.onnx", "--fast"], "--fast"),
        (["compile", "m.onnx", "--jobs", "many"], "--jobs"),
        (["compile", "m.onnx", "--shape", "x"], "--shape 'x'"),
        (["compile", "m.onnx", "--shape", "x=3xx4"], "--shape 'x=3xx4'"),
        (["run", "m.twm", "--device", "abacus"], "--device"),
        (["run", "m.twm", "--random-inputs", "lots"], "--random-inputs"),
        (["run", "m.twm", "--random-inputs", "-1"], "--random-inputs"),
        (["bench", "m.twm", "--runs", "0"], "--runs"),
        (["bench", "m.twm", "--seconds", "-1"], "--seconds"),
        (["bench", "m.twm", "--seconds", "nan"], "--seconds"),
        (["check", "m.onnx", "--shape", "=3"], "--shape '=3'"),
    ],
)
def test_usage_errors(tilewright, arguments, names):
    assert names in tilewright.error(*arguments, code=2)


# That does not depend on the command, nor on whether the model is there.
@pytest.mark.parametrize(
    "commands, option, value, text",
    [
        (["compile", "check", "run", "verify", "bench"], "--shape", "x=3xx4", "--shape 'x=3xx4'"),
        (["run", "verify", "bench", "inspect"], "--dim", "N=-1", "'-1' is no size"),
        (["run", "verify", "bench", "inspect"], "--dim", "N", "--dim 'N': it is not of the form NAME=SIZE"),
        (["run", "verify", "bench"], "--input", "x", "--input 'x': it is not of the form NAME=FILE.npy"),
    ],
)
def test_bad_values_in_every_command(tilewright, commands, option, value, text):
    for command in commands:
        assert text in tilewright.error(command, "none.onnx", option, value, code=2)


# An input has one file.
def test_input_given_twice(tilewright):
    message = tilewright.error("run", "m.twm", "--input", "x=a.npy", "--input", "x=b.npy", code=2)
    assert "'x' is given twice" in message


# The error of a shape shows a right one for the same input, with commas.
def test_shape_error_has_an_example(tilewright):
    assert "'box=N:1..32,3,W:32..1280%8'" in tilewright.error("compile", "m.onnx", "--shape", "box=maxx-1", code=2)


# Data that cannot be written to stdout is an error.
def test_full_stdout(tilewright, conv_relu_module):
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [tilewright.program, "inspect", conv_relu_module], stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert done.returncode == 1
    assert "cannot write to stdout" in done.stderr


# No progress goes to a stderr that is no terminal.
def test_quiet_stderr(tilewright, conv_relu_file):
    assert tilewright("compile", conv_relu_file).stderr == ""


# Progress is shown on a terminal, and gone from it in the end.
def test_progress_on_a_terminal(tilewright, conv_relu_file):
    try:
        master, slave = os.openpty()
    except OSError as error:  # A machine that is a folder has no /dev/pts.
        pytest.skip(f"no terminal can be made: {error}")
    subprocess.run(
        [tilewright.program, "compile", conv_relu_file, "-o", "m.twm"],
        cwd=tilewright.folder,
        stderr=slave,
        check=True,
    )
    os.close(slave)
    text = os.read(master, 1 << 16).decode()
    os.close(master)
    assert "compiling: " in text
    assert text.endswith(" \r")
