"""Run a command, and print the peak of its memory in MB.

    python benchmarks/memory.py scuff inspect BUNDLE FRAMES --out OUT

What starts the command has to be small, since Linux counts the memory of a process from before it became the command;
so this is a program of its own.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence


def peak_mb(command: Sequence[object]) -> float:
    """Run a command below a small process, and give the peak of its memory in MB."""
    words = [sys.executable, __file__, *(str(word) for word in command)]
    return float(subprocess.run(words, check=True, stdout=subprocess.PIPE, text=True).stdout)


def main() -> None:
    """Run and print; exits with 1 where the command fails by another code than 1, which says that parts fail."""
    if not sys.argv[1:] or shutil.which(sys.argv[1]) is None:
        sys.exit(f"{' '.join(sys.argv[1:2]) or 'no command given'}: name a command that can be run; see {__file__}")
    running = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(running.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit(f"{' '.join(sys.argv[1:])}: failed")
    sys.stdout.write(f"{used.ru_maxrss * 1024 / 1e6:.0f}\n")


if __name__ == "__main__":
    main()
