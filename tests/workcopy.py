# SPDX-License-Identifier: Apache-2.0
"""A copy of the tree as git knows it, to be broken and mended at will."""
import os
import pathlib
import resource
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD_LIMIT = 600  # seconds


def version():
    """What was copied."""
    done = subprocess.run(["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True)
    return done.stdout.strip()


def bounds():
    """What is broken may take all there is."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**30, 2**30))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class WorkCopy:
    """The copy in build/NAME/tree; what the last program printed is in build/NAME/log."""

    def __init__(self, name):
        self.tree = ROOT / "build" / name / "tree"
        self.log = self.tree.parent / "log"

    def refresh(self):
        """Makes it as the tree is. What is so already keeps its time."""
        self.tree.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
        names = set(done.stdout.splitlines())
        for old in self.tree.rglob("*.[ch]"):
            name = old.relative_to(self.tree)
            if name.parts[0] != "build" and str(name) not in names:
                old.unlink()
        for name in names:
            to, of = self.tree / name, ROOT / name
            if of.is_file() and (not to.exists() or to.read_bytes() != of.read_bytes()):
                to.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(of, to)

    def run(self, words, limit, more=None):
        """Its exit status; None if it took longer than 'limit' seconds."""
        with open(self.log, "wb") as log:
            p = subprocess.Popen(words, cwd=self.tree, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                 start_new_session=True, env={**os.environ, **(more or {})}, preexec_fn=bounds)
            try:
                return p.wait(limit)
            except subprocess.TimeoutExpired:
                os.killpg(p.pid, 9)
                p.wait()
                return None

    def build(self, kind, *what):
        """True if that can be built."""
        return self.run(["make", "-s", "-j2", f"KIND={kind}", *what], BUILD_LIMIT) == 0
