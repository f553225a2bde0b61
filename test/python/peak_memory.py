"""The most memory that a command takes."""

import subprocess
import sys

PROGRAM = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)
"""


def peak_memory(*command, folder=None):
    """In bytes. A process between, for a child's peak starts at what its parent takes."""
    between = [sys.executable, "-c", PROGRAM, *map(str, command)]
    done = subprocess.run(between, check=True, stdout=subprocess.PIPE, text=True, cwd=folder)
    return int(done.stdout)
