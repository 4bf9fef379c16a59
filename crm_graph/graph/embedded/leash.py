"""Runs a module for as long as the supervisor lives: `python -m crm_graph.graph.embedded.leash FD MODULE ARGUMENT…`.

The supervisor has the other end of the pipe FD and never writes to it; when the supervisor ends,
however that happens, the pipe does too, and with it everything of this process group.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading


def main() -> None:
    """Run the module as `python -m` would."""
    descriptor, module, *arguments = sys.argv[1:]
    threading.Thread(target=_end_with_the_pipe, args=(int(descriptor),), name="leash", daemon=True).start()
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def _end_with_the_pipe(descriptor: int) -> None:
    os.read(descriptor, 1)
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    main()
