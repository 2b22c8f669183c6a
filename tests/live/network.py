# SPDX-License-Identifier: Apache-2.0
"""Namespaces, programs in them, and the live network between."""
import atexit
import os
import re
import signal
import subprocess
import threading
import time

# Seconds until something must have happened; only a failure takes that long.
PATIENCE = 60
started = []


def stop_all():
    """Only what was started here, and all of it."""
    for process in reversed(started):
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()


atexit.register(stop_all)


def until(done, seconds=PATIENCE):
    """Whether done() became true in time."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


class Netns:
    """A network namespace, and what runs in it."""

    def __init__(self, name):
        self.name = name
        subprocess.run(["ip", "netns", "add", name], check=True)
        self.file = open(f"/run/netns/{name}", "rb")

    def words(self, command):
        return ["nsenter", f"--net=/proc/{os.getpid()}/fd/{self.file.fileno()}", *map(str, command)]

    def forget(self):
        """Takes away the name; what is in it stays, and can be entered."""
        subprocess.run(["ip", "netns", "del", self.name], check=True)

    def run(self, command, timeout=PATIENCE):
        return subprocess.run(self.words(command), capture_output=True, text=True, timeout=timeout)

    def start(self, command, **options):
        process = subprocess.Popen(self.words(command), **options)
        started.append(process)
        return process


def start(space, command, log, **options):
    """A server; what it says goes into the file 'log'."""
    return space.start(command, stdout=open(log, "wb"), stderr=subprocess.STDOUT, **options)


class Live:
    """tierpath live: commands in, lines out."""

    def __init__(self, binary, topology, hosts, changes=()):
        words = [binary, "live", str(topology), *hosts]
        for change in changes:
            words += ["--change", change]
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True, bufsize=1)
        started.append(self.process)
        self.lines, self.seen = [], 0
        threading.Thread(target=self.read, daemon=True).start()
        if not self.wait("^ready$"):
            raise RuntimeError(self.text())

    def read(self):
        for line in self.process.stdout:
            self.lines.append(line.rstrip("\n"))

    def do(self, command):
        """What is waited for next comes after this."""
        self.seen = len(self.lines)
        self.process.stdin.write(command + "\n")

    def wait(self, pattern, seconds=PATIENCE):
        return until(lambda: any(re.search(pattern, line) for line in self.lines[self.seen:]), seconds)

    def change(self, patch, pattern):
        """A change that must work: 'pattern' is what live says then."""
        self.do(f"change {patch}")
        if not self.wait(pattern):
            raise RuntimeError(f"no {pattern!r} after 'change {patch}':\n{self.text()}")

    def text(self):
        return "\n".join(self.lines)

    def end(self):
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE)
