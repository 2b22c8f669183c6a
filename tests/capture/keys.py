# SPDX-License-Identifier: Apache-2.0
"""What was encrypted can be read: in a file, through a pipe, while it happens;
and every block of keys is needed for it."""
import subprocess

import blocks
from common import ROOT, binary, play, run, tests

STORY = "scenarios/article/c-podvm-reflexive.yaml"
LONG = "scenarios/article/h-upstream-route.yaml"
# Wireshark expects TLS on this port, which plays no part then.
PULL = """title: a pull
topology: {net}
change:
  hosts: {{server: {{registry: {{port: 8443, tls: {{versions: [{version}]}},
    images: {{app: {{layers: [3000]}}}}}}}}}}
  workloads: {{job: {{host: vm-a, profile: containerd16}}}}
steps:
  - pull: {{workload: job, image: "198.51.100.10:8443/app"}}
"""
READ = ["-Y", "tls", "-T", "fields", "-e", "frame.number", "-e", "tls.handshake.type",
        "-e", "http.request.method", "-e", "http.request.uri", "-e", "http.response.code"]
USELESS = b"EXPORTER_SECRET"  # opens nothing that was sent


def read_in(path):
    return run(["tshark", "-r", path, *READ]).stdout.splitlines()


def each_version(version, folder):
    """File and pipe show the same requests, and each block of keys matters."""
    scenario = folder / f"pull-{version}.yaml"
    path = folder / "pull.pcapng"
    scenario.write_text(PULL.format(net=ROOT / "topology/library/two-tier.yaml", version=version))
    play(scenario, path)
    whole = path.read_bytes()
    wanted = read_in(path)
    requests = [line.split("\t")[3] for line in wanted if line.split("\t")[2]]
    tests.check(f"TLS {version}: HEAD, GET of manifest and blobs, before and behind NAT",
                len(requests) != 8 or requests.count("/v2/app/manifests/latest") != 4)
    done = run(["bash", "-c", f"{binary} run -q {scenario} --write - 2>/dev/null | tshark -i - "
                + " ".join(READ) + " 2>/dev/null"])
    tests.check(f"TLS {version}: a pipe shows the same",
                done.stdout.splitlines() != wanted and done.stdout)
    keys = [body for kind, body in blocks.split(whole) if kind == blocks.SECRETS]
    useful = [i for i, body in enumerate(keys, 1) if not body[8:].startswith(USELESS)]
    tests.check(f"TLS {version}: there are keys of four connections", len(useful) < 4)
    for which in useful:
        path.write_bytes(blocks.without_block(whole, blocks.SECRETS, which))
        tests.check(f"TLS {version}: without key block {which} something cannot be read",
                    read_in(path) == wanted)


def live():
    """tshark reads the first request while the run goes on."""
    with subprocess.Popen([binary, "run", "-q", LONG, "--write", "-", "--speed", "0.1"], cwd=ROOT,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as run_, \
         subprocess.Popen(["tshark", "-l", "-i", "-", "-Y", "http.request.uri contains manifests"],
                          stdin=run_.stdout, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          text=True) as tshark:
        line = tshark.stdout.readline()
        still = run_.poll() is None
        tshark.kill()
        run_.kill()
    tests.check("tshark -i - reads a request while it happens",
                not (still and "HEAD /v2/busybox/manifests/latest" in line) and line)


def article():
    done = run(["bash", "-c", f"{binary} run -q {STORY} --write - 2>/dev/null | tshark -N n -i - "
                "-Y http.request 2>/dev/null"])
    tests.check("the article's pull is read through a pipe", "podvm-busybox → registry     HTTP 178 "
                "HEAD /v2/busybox/manifests/latest" not in done.stdout and done.stdout)


def check(folder):
    for version in ("1.2", "1.3"):
        each_version(version, folder)
    article()
    live()
