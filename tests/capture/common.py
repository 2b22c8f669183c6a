# SPDX-License-Identifier: Apache-2.0
"""What the tests of captures share: counting, running programs, tshark's view
of a file."""
import pathlib
import subprocess
import sys
import threading

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
# And what came in another order is read in the right one: TLS needs all of it.
CHECKSUMS = ["-o", "tcp.reassemble_out_of_order:TRUE", "-o", "ip.check_checksum:TRUE",
             "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"]
FIELDS = """frame.number frame.time_epoch frame.interface_name
    frame.interface_description frame.packet_flags_direction frame.packet_id
    frame.comment ip.src ip.dst ip.src_host ip.proto tcp.srcport tcp.dstport
    udp.srcport udp.dstport icmp.ident _ws.malformed ip.checksum.status
    tcp.checksum.status udp.checksum.status icmp.checksum.status
    _ws.expert.severity _ws.expert.message tcp.analysis.retransmission
    tcp.analysis.fast_retransmission tcp.analysis.spurious_retransmission
    tcp.analysis.duplicate_ack tcp.analysis.duplicate_ack_frame tcp.analysis.out_of_order dns.retransmission frame.protocols
    ip.frag_offset ip.flags.mf ip.len ip.hdr_len""".split()
SEPARATOR = "\x1f"


class Tests:
    def __init__(self):
        self.passed, self.failed = 0, 0
        self.lock = threading.Lock()

    def check(self, name, fault):
        """'fault' is what is wrong, or nothing."""
        with self.lock:
            if not fault:
                self.passed += 1
                return
            self.failed += 1
            print(f"not ok - {name}")
            for line in str(fault).splitlines()[:20]:
                print(f"  # {line}")


tests = Tests()
binary = str(pathlib.Path(sys.argv[1]).resolve())


def run(words, **more):
    return subprocess.run(words, capture_output=True, text=True, timeout=120,
                          cwd=ROOT, **more)


def has_tls():
    """Whether this build has TLS; the program says so of a scenario that needs it."""
    return "built without TLS" not in run([binary, "test", "scenarios/tls/expired.yaml"]).stdout


def play(scenario, path, *options):
    done = run([binary, "run", "-q", scenario, "--write", path, *options])
    if done.returncode not in (0, 1):
        sys.exit(f"{scenario}: exit {done.returncode}\n{done.stderr}")
    return done


def frames_of(path, count=0):
    """Every frame (or the first 'count') as a dict of FIELDS; values are lists."""
    words = ["tshark", "-r", path, *(["-c", str(count)] if count else []), "-N", "n",
             *CHECKSUMS, "-T", "fields",
             "-E", "separator=/t", "-E", f"aggregator={SEPARATOR}"]
    for field in FIELDS:
        words += ["-e", field]
    done = run(words)
    if done.returncode:
        raise RuntimeError(done.stderr)
    rows = []
    for line in done.stdout.splitlines():
        values = [v.split(SEPARATOR) if v else [] for v in line.split("\t")]
        rows.append(dict(zip(FIELDS, values)))
    return rows


def first(row, field):
    return row[field][0] if row[field] else ""
