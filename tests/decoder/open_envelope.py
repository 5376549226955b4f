#!/usr/bin/python3
"""A second decoder of DKM envelopes, suite 1 only, written from docs/ENVELOPE.md and not from the C# code.

    open_envelope.py vectors FILE...                                  checks frozen vectors, exit 1 if one answers otherwise
    open_envelope.py open --key HEX --key-id UUID [-c K=V]... < ENV   opens one envelope (bytes or text form) to standard output

Needs the AES of Debian's python3-cryptography; both key derivations are written out below.
"""

import argparse
import base64
import hashlib
import hmac
import json
import sys
import uuid

try:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
except ImportError:
    sys.exit("python3-cryptography is missing: apt-get install -y python3-cryptography")

START = 22
NONCE = {1: 24, 3: 32}
TAG = {1: 16, 3: 32}
MAXIMUM_PLAINTEXT = 4_128_768
MAXIMUM_CONTEXT = 8192


class Refused(Exception):
    """The stable reason is the only argument."""


def canonical_context(pairs):
    encoded = sorted((key.encode("utf-8"), value.encode("utf-8")) for key, value in pairs)
    if any(not key for key, _ in encoded) or len({key for key, _ in encoded}) != len(encoded):
        raise Refused("CONTEXT")
    canonical = b"".join(len(part).to_bytes(4, "big") + part for pair in encoded for part in pair)
    if len(canonical) > MAXIMUM_CONTEXT:
        raise Refused("CONTEXT")
    return canonical


def sp800_108(key, label, context, length):
    """NIST SP 800-108r1, section 4.1: counter mode, HMAC-SHA-256, 32-bit counter before and 32-bit bit length after."""
    out = b""
    counter = 0
    while len(out) < length:
        counter += 1
        block = counter.to_bytes(4, "big") + label + b"\0" + context + (8 * length).to_bytes(4, "big")
        out += hmac.new(key, block, hashlib.sha256).digest()
    return out[:length]


def aes_block(key, block):
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    return encryptor.update(block) + encryptor.finalize()


def xaes_key(key, prefix):
    """C2SP XAES-256-GCM: two CMACs over one block each."""
    doubled = int.from_bytes(aes_block(key, bytes(16)), "big") << 1
    if doubled >> 128:
        doubled = (doubled & ((1 << 128) - 1)) ^ 0x87
    derived = b""
    for counter in (1, 2):
        message = counter.to_bytes(2, "big") + b"X\0" + prefix
        derived += aes_block(key, (int.from_bytes(message, "big") ^ doubled).to_bytes(16, "big"))
    return derived


def parse(envelope):
    if len(envelope) < START or envelope[:4] != b"DKM\x01":
        raise Refused("MALFORMED")
    suite, flags = envelope[4], envelope[5]
    if suite not in NONCE:
        raise Refused("UNKNOWN_SUITE")
    if flags & ~1:
        raise Refused("UNKNOWN_FLAGS")
    if flags:
        raise Refused("SEGMENTED_NOT_SUPPORTED")
    length = len(envelope) - START - NONCE[suite] - TAG[suite]
    if not 0 <= length <= MAXIMUM_PLAINTEXT:
        raise Refused("MALFORMED")
    return suite, envelope[6:START]


def open_envelope(envelope, key, key_id, context):
    suite, found = parse(envelope)
    if found != key_id:
        raise Refused("OTHER_KEY")
    if suite != 1:
        raise Refused("OTHER_SUITE")
    subkey = sp800_108(key, b"dkm/v1/suite/1", key_id, 32)
    header, body = envelope[: START + 24], envelope[START + 24 :]
    nonce = header[START:]
    try:
        return AESGCM(xaes_key(subkey, nonce[:12])).decrypt(nonce[12:], body, header + context)
    except InvalidTag:
        raise Refused("CANNOT_OPEN") from None


def from_text(text):
    if not text.startswith("dkm1."):
        raise Refused("MALFORMED")
    encoded = text[5:]
    try:
        envelope = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raise Refused("MALFORMED") from None
    if base64.urlsafe_b64encode(envelope).rstrip(b"=").decode("ascii") != encoded:
        raise Refused("MALFORMED")
    return envelope


def answer(vector):
    try:
        envelope = bytes.fromhex(vector["envelope"])
        if "text" in vector and from_text(vector["text"]) != envelope:
            return "text and bytes differ"
        plaintext = open_envelope(
            envelope, bytes.fromhex(vector["key"]), uuid.UUID(vector["key_id"]).bytes, canonical_context(vector["context"])
        )
        return "OPENS" if plaintext == bytes.fromhex(vector["plaintext"]) else "opens to another plaintext"
    except Refused as refused:
        return refused.args[0]


def check(files):
    wrong = count = 0
    for file in files:
        with open(file, encoding="utf-8") as stream:
            vectors = json.load(stream)["vectors"]
        for vector in vectors:
            count += 1
            got = answer(vector)
            if got != vector["expected"]:
                wrong += 1
                print(f"{file}: {vector['name']}: expected {vector['expected']}, got {got}")
    print(f"{count} vectors, {wrong} wrong")
    return 1 if wrong or not count else 0


def main():
    parser = argparse.ArgumentParser(description="Opens DKM envelopes of suite 1.")
    commands = parser.add_subparsers(dest="command", required=True)
    vectors = commands.add_parser("vectors")
    vectors.add_argument("files", nargs="+")
    single = commands.add_parser("open")
    single.add_argument("--key", required=True, type=bytes.fromhex)
    single.add_argument("--key-id", required=True, type=uuid.UUID)
    single.add_argument("-c", "--context", action="append", default=[])
    arguments = parser.parse_args()
    if arguments.command == "vectors":
        return check(arguments.files)

    data = sys.stdin.buffer.read()
    pairs = [entry.split("=", 1) for entry in arguments.context]
    try:
        envelope = from_text(data.decode("ascii").strip()) if data.startswith(b"dkm1.") else data
        sys.stdout.buffer.write(open_envelope(envelope, arguments.key, arguments.key_id.bytes, canonical_context(pairs)))
    except Refused as refused:
        sys.exit(refused.args[0])
    return 0


if __name__ == "__main__":
    sys.exit(main())
