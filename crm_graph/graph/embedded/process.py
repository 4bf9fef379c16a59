"""Processes that are known by pid and start time, so that a pid used again is never taken for ours."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psutil

# The clock that start times are computed from may be set between two readings.
_CLOCK_TOLERANCE_S = 2.0


class Process:
    """A running program, ours by birth or found again; it and what it started are one session."""

    def __init__(self, process: psutil.Process, popen: subprocess.Popen[bytes] | None = None) -> None:
        self._process = process
        self._popen = popen
        self.pid: int = process.pid
        self.started: float = process.create_time()

    @classmethod
    def start(
        cls,
        command: Sequence[str],
        *,
        log: Path | None = None,
        environment: Mapping[str, str] | None = None,
        folder: Path | None = None,
        pass_fds: Sequence[int] = (),
    ) -> Process:
        """Start a program in a session of its own, so that the terminal's Ctrl-C does not reach it."""
        output = log.open("ab") if log else None
        try:
            popen = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                env=environment,
                cwd=folder,
                pass_fds=pass_fds,
                start_new_session=True,
            )
        finally:
            if output:
                output.close()
        return cls(psutil.Process(popen.pid), popen)

    @classmethod
    def this(cls) -> Process:
        """The process that runs this code."""
        return cls(psutil.Process())

    @classmethod
    def find(cls, record: Mapping[str, Any] | None) -> Process | None:
        """The process that `as_record` described, None when it is gone."""
        if not record:
            return None
        try:
            process = psutil.Process(int(record["pid"]))
            same = abs(process.create_time() - float(record["started"])) < _CLOCK_TOLERANCE_S
        except (psutil.Error, KeyError, ValueError, TypeError):
            return None
        found = cls(process) if same else None
        return found if found and found.is_running else None

    @classmethod
    def find_by_argument(cls, argument: str) -> Process | None:
        """A process of this user that has `argument` on its command line."""
        for process in psutil.process_iter():
            try:
                if argument in process.cmdline() and process.uids().real == os.getuid():
                    return cls(process)
            except psutil.Error:
                continue
        return None

    @staticmethod
    def kill_leftovers(record: Mapping[str, Any] | None) -> None:
        """Kill what is left of the session that the process of `as_record` began, also where it died first."""
        found = Process.find(record)
        if found is not None:
            found.kill_session()
            found.wait(5)
        elif record and not psutil.pid_exists(int(record["pid"])):
            # No new process gets a pid that is still the number of a session, so its members are ours.
            for process in psutil.process_iter():
                with contextlib.suppress(psutil.Error, OSError):
                    if os.getsid(process.pid) == record["pid"] and process.uids().real == os.getuid():
                        process.kill()

    def as_record(self) -> dict[str, Any]:
        """What `find` needs to find it again."""
        return {"pid": self.pid, "started": self.started}

    @property
    def is_running(self) -> bool:
        """Whether it has not ended; one that ended but was not yet waited for counts as ended."""
        if self._popen is not None:
            return self._popen.poll() is None
        try:
            return bool(self._process.is_running() and self._process.status() != psutil.STATUS_ZOMBIE)
        except psutil.NoSuchProcess:
            return False

    @property
    def exit_code(self) -> int | None:
        """How it ended, None while it runs and for one that was not started here."""
        return self._popen.poll() if self._popen else None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program alone; nothing happens when it is gone."""
        if self.is_running:
            try:
                self._process.send_signal(number)
            except psutil.NoSuchProcess:
                return

    def kill_session(self) -> None:
        """Kill the program and everything of its process group, at once."""
        if not self.is_running and self._popen is None:
            return  # not ours to reap, so the number of the group may be somebody else's by now
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            return

    def wait(self, timeout_s: float) -> bool:
        """Whether it ended within that time."""
        try:
            if self._popen is not None:
                self._popen.wait(timeout_s)
            else:
                self._process.wait(timeout_s)
        except (subprocess.TimeoutExpired, psutil.TimeoutExpired):
            return False
        except psutil.NoSuchProcess:
            return True
        return True

    def wait_for_session(self, timeout_s: float) -> bool:
        """Whether nothing of its session lives any more after that time: what it started may end later than it."""
        end = time.monotonic() + timeout_s
        while self._session_lives():
            if time.monotonic() > end:
                return False
            time.sleep(0.01)
        return True

    def _session_lives(self) -> bool:
        try:
            os.killpg(self.pid, 0)
        except OSError:
            return False
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error, OSError):
                if os.getsid(process.pid) == self.pid and process.status() != psutil.STATUS_ZOMBIE:
                    return True
        return False

    def end(self, grace_s: float) -> bool:
        """Ask it to end, kill it after `grace_s` seconds; whether it ended by itself."""
        self.signal(signal.SIGTERM)
        if self.wait(grace_s):
            return True
        self.kill_session()
        self.wait(5)
        return False
