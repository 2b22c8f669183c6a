# SPDX-License-Identifier: Apache-2.0
"""Blocks of pcapng files, read and taken apart without any library: enough to
check files and to break them."""
import collections
import struct

SECTION, INTERFACE, NAMES, PACKET, SECRETS = 0x0A0D0D0A, 1, 4, 6, 10
COMMENT, FLAGS, PACKET_ID = 1, 2, 5
IF_NAME, IF_DESCRIPTION, IF_RESOLUTION = 2, 3, 9
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


def without_option(data, block, unwanted, is_unwanted=lambda value: True):
    def strip(kind, body):
        start = options_at(kind, body)
        kept = b""
        for code, value in options(body[start:]):
            if code != unwanted or not is_unwanted(value):
                kept += struct.pack("<HH", code, len(value)) + value + bytes(-len(value) % 4)
        return body[:start] + kept
    return join((k, strip(k, b) if k == block else b) for k, b in split(data))


def count(data, wanted):
    return sum(kind == wanted for kind, _ in split(data))


def without_block(data, unwanted, which=None):
    seen, kept = 0, []
    for kind, body in split(data):
        if kind == unwanted:
            seen += 1
            if which is None or seen == which:
                continue
        kept.append((kind, body))
    return join(kept)


def exchanged(data, wanted):
    """The first two blocks of the kind, each in the other's place."""
    found = list(split(data))
    a, b = [i for i, (kind, _) in enumerate(found) if kind == wanted][:2]
    found[a], found[b] = found[b], found[a]
    return join(found)


def flipped(data):
    """The last packet with one byte of its IP header changed."""
    blocks = list(split(data))
    last = max(i for i, (kind, _) in enumerate(blocks) if kind == PACKET)
    body = bytearray(blocks[last][1])
    body[20 + 14 + 16] ^= 0xFF
    blocks[last] = (PACKET, bytes(body))
    return join(blocks)


def is_bare_ack(kind, body):
    frame = body[20:]
    return kind == PACKET and len(frame) > 54 and frame[23] == 6 and frame[47] == 0x10 and \
        struct.unpack_from(">H", frame, 16)[0] == 40


def with_ack_twice(data):
    found = list(split(data))
    at = [i for i, (kind, body) in enumerate(found) if is_bare_ack(kind, body)][2]
    return join(found[:at + 1] + found[at:])


def broken(data):
    """(what is wrong, who must notice, the file)."""
    ports = count(data, INTERFACE)
    yield "without names (NRB)", "names", without_block(data, NAMES)
    yield "without the last interface (IDB)", "tshark", without_block(data, INTERFACE, ports)
    yield "two interfaces exchanged", "forms", exchanged(data, INTERFACE)
    yield "without names of interfaces", "completeness", without_option(data, INTERFACE, IF_NAME)
    yield "without what interfaces are", "completeness", without_option(data, INTERFACE, IF_DESCRIPTION)
    yield "without the resolution of times", "order", without_option(data, INTERFACE, IF_RESOLUTION)
    yield "without remarks", "drops", without_option(data, PACKET, COMMENT)
    yield "without remarks for programs", "translations", without_option(
        data, PACKET, COMMENT, lambda text: text.startswith(b"tp "))
    yield "without remarks for people", "completeness", without_option(
        data, PACKET, COMMENT, lambda text: not text.startswith(b"tp "))
    yield "without directions", "completeness", without_option(data, PACKET, FLAGS)
    yield "without packet ids", "completeness", without_option(data, PACKET, PACKET_ID)
    yield "without the fifth packet (EPB)", "forms", without_block(data, PACKET, 5)
    yield "one wrong byte", "soundness", flipped(data)
    yield "an acknowledgement twice", "duplicates", with_ack_twice(data)
    if count(data, SECRETS):
        yield "without keys (DSB)", "inside", without_block(data, SECRETS)


def classic(linktype, frames, cut=None):
    """A pcap file with nanoseconds; 'frames' are (ns, bytes)."""
    out = struct.pack("<IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, linktype)
    for time, frame in frames:
        kept = frame[:cut]
        out += struct.pack("<IIII", *divmod(time, 10**9), len(kept), len(frame)) + kept
    return out
