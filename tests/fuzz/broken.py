#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Capture files as they should not be, made here byte by byte: what tcpdump and
libpcap have met in the wild.

    broken.py TIERPATH [--seed N] [--count N]   judge the program with them
    broken.py --write FOLDER                    only write them, for fuzz-inputs

Every kind of file is first written as it should be (both byte orders, micro- and
nanoseconds, Kuznetzov's records, pcapng with whatever may be in it), and must fare
as the plainest one. Then one thing is wrong in each: the program says so
with the number of the packet, and sends nothing. At last several things are wrong
at once, by chance; then tcpdump tells which packet is the first bad one.
"""
import argparse
import concurrent.futures
import json
import pathlib
import random
import re
import struct
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
NET = ["--topology", "topology/library/vcf4-static.yaml", "--into", "domain-c8:seg-podvm-ns"]
MICRO, NANO, KUZNETZOV = 0xA1B2C3D4, 0xA1B23C4D, 0xA1B2CD34
ETHERNET, SNAPLEN = 1, 65535
SAME, OPEN, ANY = "the same", "no capture", "anything sensible"


def checksum(data):
    total = sum(struct.unpack(f">{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def datagram(number):
    """UDP from the pod to the DNS server, to a port where nobody listens."""
    payload = struct.pack(">HHHH", 4000 + number, 9, 12, 0) + b"bad?"
    head = struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), number, 0, 64, 17, 0,
                       bytes([10, 244, 0, 130]), bytes([10, 27, 51, 252]))
    head = head[:10] + struct.pack(">H", checksum(head)) + head[12:]
    return b"\2" * 12 + b"\x08\x00" + head + payload


FRAMES = [(1_000_000_000 + i * 250_000_000, datagram(i)) for i in range(4)]


# Classic files.

def head(order="<", magic=MICRO, version=(2, 4), snaplen=SNAPLEN, link=ETHERNET):
    return struct.pack(order + "IHHiIII", magic, *version, 0, 0, snaplen, link)


def record(time, frame, order="<", unit=1000, kept=None, size=None, fraction=None, extra=b""):
    """'kept' and 'size' are what the header says of the frame's length."""
    seconds, rest = divmod(time, 10**9)
    return struct.pack(order + "IIII", seconds, rest // unit if fraction is None else fraction,
                       len(frame) if kept is None else kept,
                       len(frame) if size is None else size) + extra + frame


def classic(order="<", magic=MICRO, extra=b""):
    unit = 1 if magic == NANO else 1000
    return head(order, magic), [record(t, f, order, unit, extra=extra) for t, f in FRAMES]


# Blocks.

def block(kind, body, order="<", size=None, again=None):
    """'size' and 'again' are what it says of its length, before and after."""
    length = len(body) + 12
    return (struct.pack(order + "II", kind, length if size is None else size) + body +
            struct.pack(order + "I", length if again is None else again))


def option(code, value, order="<", size=None):
    return (struct.pack(order + "HH", code, len(value) if size is None else size) + value +
            bytes(-len(value) % 4))


def section(order="<", magic=0x1A2B3C4D, version=(1, 0), options=b"", **lengths):
    return block(0x0A0D0D0A, struct.pack(order + "IHHq", magic, *version, -1) + options, order, **lengths)


def port(order="<", link=ETHERNET, snaplen=0, options=None, **lengths):
    resolution = option(9, b"\x09", order) + option(0, b"", order) if options is None else options
    return block(1, struct.pack(order + "HHI", link, 0, snaplen) + resolution, order, **lengths)


def packet(time, frame, order="<", port_number=0, kept=None, size=None, options=b"", whole=None, again=None):
    body = struct.pack(order + "IIIII", port_number, time >> 32, time & 0xFFFFFFFF,
                       len(frame) if kept is None else kept, len(frame) if size is None else size)
    return block(6, body + frame + bytes(-len(frame) % 4) + options, order, whole, again)


def blocks(order="<"):
    return section(order) + port(order), [packet(t, f, order) for t, f in FRAMES]


def joined(start, parts):
    return start + b"".join(parts)


def sound():
    """Files that differ in form only."""
    for name, order in (("little", "<"), ("big", ">")):
        yield f"pcap-{name}", joined(*classic(order))
        yield f"pcap-ns-{name}", joined(*classic(order, NANO))
        yield f"pcap-kuznetzov-{name}", joined(*classic(order, KUZNETZOV, struct.pack(order + "IHBB", 2, 0x800, 0, 0)))
        yield f"pcapng-{name}", joined(*blocks(order))
        start, parts = blocks(order)
        yield f"pcapng-{name}-two-sections", joined(start, parts[:2]) + joined(start, parts[2:])
    micro = option(9, b"\x06") + option(0, b"")
    yield "pcapng-microseconds", joined(section() + port(options=micro), [packet(t // 1000, f) for t, f in FRAMES])
    yield "pcapng-no-resolution", joined(section() + port(options=b""), [packet(t // 1000, f) for t, f in FRAMES])
    quarter = option(9, b"\x82") + option(0, b"")  # 2^-2 s
    yield "pcapng-quarters", joined(section() + port(options=quarter), [packet(t // 250_000_000, f) for t, f in FRAMES])
    start, parts = blocks()
    strange = block(0xBAD, b"what is this") + block(0x80000001, b"") + block(4, bytes(4)) + block(5, bytes(12))
    yield "pcapng-unknown-blocks", joined(start, [strange + p for p in parts]) + strange
    texts = option(1, b"a remark") + option(2, struct.pack("<I", 1)) + option(0xFFF, bytes(5000)) + option(0, b"")
    yield "pcapng-options", joined(section(options=texts) + port(), [packet(t, f, options=texts) for t, f in FRAMES])
    yield "pcap-swapped-lengths-of-2.3", joined(head(version=(2, 3)), classic()[1])


def cuts():
    """The end is missing, at every kind of place."""
    for name, (start, parts) in (("pcap", classic()), ("pcapng", blocks()), ("pcap-big", classic(">")),
                                 ("pcapng-big", blocks(">"))):
        for at in (0, 1, 3, 4, 11, 23):
            yield f"{name}-cut-at-{at}", start[:at], OPEN
        for number in (1, 2, 4):
            whole = joined(start, parts[:number - 1])
            for at in (1, 4, 15, 16, 17, len(parts[0]) - 1):
                yield f"{name}-packet-{number}-cut-at-{at}", whole + parts[number - 1][:at], number


def bad_heads():
    body = b"".join(classic()[1])
    for version in ((0, 0), (1, 2), (3, 0), (2, 5), (65535, 65535)):
        yield f"pcap-version-{version[0]}.{version[1]}", head(version=version) + body, ANY
    for snaplen in (0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF):
        yield f"pcap-snaplen-{snaplen:#x}", head(snaplen=snaplen) + body, ANY
    for link in (0xFFFF, 0x0FFFFFFF, 147):
        yield f"pcap-link-{link:#x}", head(link=link) + body, OPEN
    for magic in (0, 0xA1B2C3D5, 0xD4C3B2A0, 0x0A0D0D0B, 0x1A2B3C4D):
        yield f"magic-{magic:#x}", head(magic=magic) + body, OPEN
    rest = b"".join(blocks()[1])
    yield "pcapng-order-magic", section(magic=0x1A2B3C4E) + port() + rest, OPEN
    yield "pcapng-version-2", section(version=(2, 0)) + port() + rest, OPEN
    for size in (0, 4, 11, 12, 27, 28 + 1, 0x7FFFFFFF, 0xFFFFFFFF):
        yield f"pcapng-section-of-{size:#x}", section(size=size) + port() + rest, OPEN
    yield "pcapng-section-ends-with-another-length", section(again=32) + port() + rest, ANY
    yield "pcapng-no-interface", section(), OPEN
    yield "pcapng-packet-before-its-interface", section() + rest, OPEN
    yield "pcapng-simple-packet-before-its-interface", section() + block(3, struct.pack("<I", 4) + b"abcd"), OPEN
    for size in (0, 4, 12, 16, 19, 21, 0xFFFFFFF0):
        yield f"pcapng-interface-of-{size:#x}", section() + port(size=size) + rest, OPEN
    yield "pcapng-interface-link", section() + port(link=0xFFFF) + rest, OPEN
    for name, options in (
            ("longer-than-the-block", option(2, b"eth0", size=200)),
            ("of-65535", option(2, b"eth0", size=0xFFFF)),
            ("cut", b"\x02\x00"),
            ("resolution-of-2-bytes", option(9, b"\x09\x09")),
            ("resolution-twice", option(9, b"\x09") * 2),
            ("resolution-2^-127", option(9, b"\xff")),
            ("resolution-10^-127", option(9, b"\x7f"))):
        yield f"pcapng-option-{name}", section() + port(options=options) + rest, OPEN


def bad_records():
    """One packet of a classic file is wrong."""
    start, parts = classic()
    for number in (1, 3):
        time, frame = FRAMES[number - 1]
        before, after = joined(start, parts[:number - 1]), b"".join(parts[number:])
        for name, lengths in (
                ("more-kept-than-there-was", {"size": 20}),
                ("nothing-there-but-kept", {"size": 0}),
                ("cut-when-captured", {"size": 1500}),
                ("size-of-2^32-1", {"size": 0xFFFFFFFF}),
                ("kept-2^32-1", {"kept": 0xFFFFFFFF}),
                ("kept-2^31", {"kept": 0x80000000, "size": 0x80000000}),
                ("kept-262145", {"kept": 262145, "size": 262145}),
                ("microseconds-of-2^32-1", {"fraction": 0xFFFFFFFF}),
                ("microseconds-of-1000000", {"fraction": 1000000})):
            yield f"pcap-packet-{number}-{name}", before + record(time, frame, **lengths) + after, number
        yield f"pcap-packet-{number}-of-no-bytes", before + record(time, b"") + after, ANY
        yield f"pcap-packet-{number}-of-the-other-order", before + record(time, frame, ">") + after, number
        yield f"pcap-packet-{number}-of-zeros", before + bytes(200), ANY
    yield "pcap-larger-than-the-snaplen", head(snaplen=20) + b"".join(parts), ANY


def bad_blocks():
    """One block of a pcapng file is wrong."""
    start, parts = blocks()
    for number in (1, 3):
        time, frame = FRAMES[number - 1]
        before, after = joined(start, parts[:number - 1]), b"".join(parts[number:])
        bad = [
            ("of-length-0", packet(time, frame, whole=0)), ("of-length-4", packet(time, frame, whole=4)),
            ("of-length-12", packet(time, frame, whole=12)), ("of-length-31", packet(time, frame, whole=31)),
            ("of-an-odd-length", packet(time, frame, whole=len(packet(time, frame)) + 1)),
            ("of-length-2^32-4", packet(time, frame, whole=0xFFFFFFFC)),
            ("of-16-MiB", packet(time, frame, whole=16 * 1024 * 1024 + 4)),
            ("that-ends-with-another-length", packet(time, frame, again=16)),
            ("that-ends-with-no-length", packet(time, frame, again=0)),
            ("of-no-interface", packet(time, frame, port_number=7)),
            ("of-interface-2^32-1", packet(time, frame, port_number=0xFFFFFFFF)),
            ("with-more-bytes-than-its-block", packet(time, frame, kept=5000, size=5000)),
            ("that-kept-2^32-1", packet(time, frame, kept=0xFFFFFFFF)),
            ("that-kept-more-than-there-was", packet(time, frame, size=20)),
            ("cut-when-captured", packet(time, frame, size=1500)),
            ("at-the-end-of-time", packet(0xFFFFFFFFFFFFFFFF, frame)),
            ("that-is-simple-and-cut", block(3, struct.pack("<I", 1500) + frame[:40])),
            ("of-another-link", port(link=101) + packet(time, frame, port_number=1)),
            ("with-another-snaplen", port(snaplen=96) + packet(time, frame, port_number=1)),
            ("behind-a-bad-section", section(magic=0x1A2B3C4E) + packet(time, frame)),
            # libpcap knows the order of the first one only.
            ("behind-a-section-of-the-other-order", section(">") + port(">") + packet(time, frame, ">")),
            ("behind-a-section-without-interface", section() + packet(time, frame)),
            ("behind-an-interface-cut", port(size=12) + packet(time, frame)),
            ("behind-a-block-of-length-0", block(0xBAD, b"", size=0) + packet(time, frame)),
            ("behind-a-block-of-length-8", block(0xBAD, b"", size=8) + packet(time, frame)),
            ("behind-a-block-of-2-lengths", block(0xBAD, bytes(8), again=40) + packet(time, frame)),
            ("behind-a-late-bad-option", port(options=option(9, b"\xff")) + packet(time, frame)),
        ]
        for name, data in bad:
            yield f"pcapng-packet-{number}-{name}", before + data + after, number
        for name, options in (("of-65535", option(1, b"x", size=0xFFFF)), ("cut", b"\x01"),
                              ("behind-the-end", option(0, b"") + option(1, b"x", size=999))):
            yield (f"pcapng-packet-{number}-option-{name}",
                   before + packet(time, frame, options=options + bytes(-len(options) % 4)) + after, SAME)


def cases():
    for name, data in sound():
        yield name, data, SAME
    for make in (cuts, bad_heads, bad_records, bad_blocks):
        yield from make()


def by_chance(seed, count):
    """Several wrong numbers in one file."""
    chance = random.Random(seed)
    start = [data for _, data in sound()]
    numbers = [0, 1, 3, 4, 11, 12, 16, 20, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x10000, 0x40001, 0x7FFFFFFF, 0x80000000,
               0xFFFFFFFF, 0xFFFFFFFC, 0x0A0D0D0A, 0x1A2B3C4D, MICRO, NANO, KUZNETZOV]
    for number in range(count):
        data = bytearray(chance.choice(start))
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(data) // 4) * 4
            form = chance.choice(("<I", ">I", "<H", ">H", "B"))
            value = chance.choice(numbers) & (1 << 8 * struct.calcsize(form)) - 1
            struct.pack_into(form, data, at, value)
        if chance.random() < 0.3:
            del data[chance.randrange(len(data)):]
        yield f"chance-{number}", bytes(data), ANY


class Judge:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        self.wanted = self.fates(self.run("plainest", joined(*classic())))

    def run(self, name, data):
        path = self.folder / name
        path.write_bytes(data)
        return subprocess.run([self.program, "replay", path, *NET, "--json"], cwd=ROOT,
                              capture_output=True, text=True, errors="replace", timeout=120)

    def fates(self, done):
        return [(p["number"], p["left_out"], p["packet"] and (p["packet"]["fate"], p["packet"]["sent"]))
                for p in json.loads(done.stdout)["packets"]]

    def tcpdump(self, name):
        """(how many packets it reads, whether it then fails)"""
        done = subprocess.run(["tcpdump", "-n", "-#", "-r", self.folder / name], capture_output=True,
                              text=True, errors="replace", timeout=120)
        numbers = re.findall(r"^ +(\d+)  ", done.stdout, re.M)
        return len(numbers), done.returncode != 0 or "pcap_loop" in done.stderr

    def fault(self, name, data, wants):
        done = self.run(name, data)
        said = f"exit {done.returncode}: {done.stderr[:300]}"
        if done.returncode not in (0, 1, 2):
            return said
        if wants == SAME:
            return done.returncode == 2 and said or self.fates(done) != self.wanted and done.stdout[:300]
        bad = re.search(r"packet (\d+)[ :]", done.stderr)
        refused = "cannot read" in done.stderr or "captured on a link of type" in done.stderr
        if wants == OPEN:
            return not (done.returncode == 2 and refused and not done.stdout) and said
        if wants == ANY:
            return self.differs(name, done, bad and int(bad.group(1)), refused) and said
        return not (done.returncode == 2 and bad and int(bad.group(1)) == wants and not done.stdout) and said

    def differs(self, name, done, bad, refused):
        """From what tcpdump finds in it; what we refuse beyond is told by its number."""
        count, fails = self.tcpdump(name)
        if done.returncode != 2:
            return fails or len(self.fates(done)) != count
        if bad:
            return bad != count + 1 if bad > count else False
        return not refused or count > 0 and "cannot read" in done.stderr


def write(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, data, _ in cases():
        (folder / name).write_bytes(data)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program", nargs="?", type=pathlib.Path)
    parser.add_argument("--write", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=400)
    args = parser.parse_args()
    if args.write:
        write(args.write)
        return 0
    work = [*cases(), *by_chance(args.seed, args.count)]
    with tempfile.TemporaryDirectory() as tmp, concurrent.futures.ThreadPoolExecutor(2) as pool:
        judge = Judge(args.program.resolve(), pathlib.Path(tmp))
        faults = [(w[0], f) for w, f in zip(work, pool.map(lambda w: judge.fault(*w), work)) if f]
    for name, fault in faults:
        print(f"not ok - {name}: {fault}")
    print(f"seed {args.seed}")
    print(f"{len(work) - len(faults)} passed, {len(faults)} failed")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
