# SPDX-License-Identifier: Apache-2.0
"""Blocks of pcapng files, read and taken apart without any library: enough to
check files and to break them."""
import collections
import struct

SECTION, INTERFACE, NAMES, PACKET, SECRETS = 0x0A0D0D0A, 1, 4, 6, 10
COMMENT, IF_NAME, IF_RESOLUTION, FLAGS, PACKET_ID = 1, 2, 9, 2, 5
Packet = collections.namedtuple("Packet", "port time frame options")


def split(data):
    """(type, body) of every block."""
    at = 0
    while at < len(data):
        kind, size = struct.unpack_from("<II", data, at)
        assert struct.unpack_from("<I", data, at + size - 4)[0] == size
        yield kind, data[at + 8 : at + size - 4]
        at += size


def join(blocks):
    out = b""
    for kind, body in blocks:
        size = struct.pack("<I", len(body) + 12)
        out += struct.pack("<I", kind) + size + body + size
    return out


def options_at(kind, body):
    """Where the options of a block start."""
    if kind == SECTION:
        return 16
    if kind == INTERFACE:
        return 8
    if kind == PACKET:
        length = struct.unpack_from("<I", body, 12)[0]
        return 20 + (length + 3) // 4 * 4
    return len(body)


def options(data):
    at = 0
    while at < len(data):
        code, size = struct.unpack_from("<HH", data, at)
        yield code, data[at + 4 : at + 4 + size]
        at += 4 + (size + 3) // 4 * 4


def packets(data):
    for kind, body in split(data):
        if kind == PACKET:
            port, high, low, length = struct.unpack_from("<IIII", body)
            yield Packet(port, high << 32 | low, body[20 : 20 + length],
                         list(options(body[options_at(kind, body):])))


def without_option(data, block, unwanted):
    def strip(kind, body):
        start = options_at(kind, body)
        kept = b""
        for code, value in options(body[start:]):
            if code != unwanted:
                kept += struct.pack("<HH", code, len(value)) + value + bytes(-len(value) % 4)
        return body[:start] + kept
    return join((k, strip(k, b) if k == block else b) for k, b in split(data))


def without_block(data, unwanted, which=None):
    seen, kept = 0, []
    for kind, body in split(data):
        if kind == unwanted:
            seen += 1
            if which is None or seen == which:
                continue
        kept.append((kind, body))
    return join(kept)


def flipped(data):
    """The last packet with one byte of its IP header changed."""
    blocks = list(split(data))
    last = max(i for i, (kind, _) in enumerate(blocks) if kind == PACKET)
    body = bytearray(blocks[last][1])
    body[20 + 14 + 16] ^= 0xFF
    blocks[last] = (PACKET, bytes(body))
    return join(blocks)


def without_one(data):
    """(what is missing, the file without it)."""
    yield "names (NRB)", without_block(data, NAMES)
    yield "the last interface (IDB)", without_block(
        data, INTERFACE, sum(k == INTERFACE for k, _ in split(data)))
    yield "interface names", without_option(data, INTERFACE, IF_NAME)
    yield "the resolution of times", without_option(data, INTERFACE, IF_RESOLUTION)
    yield "remarks", without_option(data, PACKET, COMMENT)
    yield "directions", without_option(data, PACKET, FLAGS)
    yield "packet ids", without_option(data, PACKET, PACKET_ID)
    yield "one right byte", flipped(data)


def classic(linktype, frames, cut=None):
    """A pcap file with nanoseconds; 'frames' are (ns, bytes)."""
    out = struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, linktype)
    for time, frame in frames:
        kept = frame[:cut]
        out += struct.pack("<IIII", *divmod(time, 10**9), len(kept), len(frame)) + kept
    return out
