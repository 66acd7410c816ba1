#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes golden.txt: a small log in the wire format, made without a line of this project's code.

Needs python3-cryptography. Everything is fixed, nonces too, so that the output never changes; run it only to add vectors:

    python3 makevectors.py > golden.txt
"""
import base64
import hashlib
import struct

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


# --- libsodium's key derivation and XChaCha20-Poly1305, from their definitions


def kdf(size, number, context, key):
    """crypto_kdf_derive_from_key: BLAKE2b with the number as salt and the context as personalization."""
    salt = struct.pack("<Q", number) + bytes(8)
    return hashlib.blake2b(b"", digest_size=size, key=key, salt=salt, person=context + bytes(8)).digest()


def hchacha20(key, nonce):
    def rotate(value, count):
        return ((value << count) & 0xFFFFFFFF) | (value >> (32 - count))

    def quarter(state, a, b, c, d):
        for left, right, other, count in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
            state[left] = (state[left] + state[right]) & 0xFFFFFFFF
            state[other] = rotate(state[other] ^ state[left], count)

    state = list(struct.unpack("<16I", b"expand 32-byte k" + key + nonce))
    for _ in range(10):
        for lanes in ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15),
                      (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)):
            quarter(state, *lanes)
    return struct.pack("<8I", *state[0:4], *state[12:16])


def xchacha_seal(key, nonce, plaintext, associated):
    inner = ChaCha20Poly1305(hchacha20(key, nonce[:16]))
    return nonce + inner.encrypt(bytes(4) + nonce[16:], plaintext, associated)


# --- encodings


def varint(number):
    out = b""
    while number > 0x7F:
        out += bytes([number & 0x7F | 0x80])
        number >>= 7
    return out + bytes([number])


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def cbor_head(major, number):
    for limit, code, form in ((24, None, None), (1 << 8, 24, ">B"), (1 << 16, 25, ">H"), (1 << 32, 26, ">I")):
        if number < limit:
            return bytes([major << 5 | (number if code is None else code)]) + (
                struct.pack(form, number) if form else b"")
    return bytes([major << 5 | 27]) + struct.pack(">Q", number)


def cbor(value):
    if isinstance(value, int):
        return cbor_head(0, value)
    if isinstance(value, bytes):
        return cbor_head(2, len(value)) + value
    if isinstance(value, str):
        return cbor_head(3, len(value.encode())) + value.encode()
    return cbor_head(5, len(value)) + b"".join(cbor(key) + cbor(item) for key, item in value)


def base36(number):
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits


def sha256(data):
    return hashlib.sha256(data).digest()


# --- the format


def block(kind, plaintext, links, nonce):
    associated = b"remotelog" + bytes([1, kind]) + public_key
    body = bytes([1, kind]) + xchacha_seal(read_key, nonce, plaintext, associated)
    array = b"".join(b"\xd8\x2a\x58\x25\x00" + link for link in links)
    return (b"\xa2" + cbor("body") + cbor(body) + cbor("links") + cbor_head(4, len(links)) + array)


def address(data):
    return bytes.fromhex("01711220") + sha256(data)


def extend(history, sequence, identity, digest):
    return sha256(history + struct.pack(">Q", sequence) + struct.pack(">H", len(identity)) + identity + digest)


def show(name, data):
    print(f"{name}: {data if isinstance(data, str) else data.hex()}")


print("# Written by makevectors.py; see there.")
master = bytes(range(32))
label = "Bücher 📚"
label_key = kdf(32, 1, b"rlog-lbl", master)
root = hashlib.blake2b(label.encode(), digest_size=32, key=label_key).digest()
seed = kdf(32, 1, b"rlog-sig", root)
read_key = kdf(32, 2, b"rlog-enc", root)
signer = Ed25519PrivateKey.from_private_bytes(seed)
public_key = signer.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
show("master", master)
show("label", label.encode())
show("readKey", read_key)
show("publicKey", public_key)
show("databaseKey", kdf(32, 2, b"rlog-db_", master))
show("checkValue", kdf(16, 3, b"rlog-chk", master))

# Page 0: three entries with computed ids; the second is empty, the third was withdrawn.
h0 = bytes(32)
first, second = b"first entry", b""
h1 = extend(h0, 1, sha256(first), sha256(first))
h2 = extend(h1, 2, sha256(second), sha256(second))
h3 = sha256(h2 + struct.pack(">Q", 3) + b"\xff\xff")
page0 = (field(1, b"") + field(1, b"") + field(1, field(3, first)) + field(100, 1) + field(102, 1)
         + field(103, h0) + field(105, varint(3)))
block0 = block(1, page0, [], bytes(range(100, 124)))
show("h3", h3)
show("page0", page0)
show("block0", block0)
show("address0", address(block0))

# Page 1: two entries with given ids; the second is mapped.
fourth, fifth = b"fourth", b"fifth entry, kept in a block of its own"
content5 = block(2, fifth, [], bytes(range(50, 74)))
h4 = extend(h3, 4, b"id-4", sha256(fourth))
h5 = extend(h4, 5, b"id-5", sha256(fifth))
page1 = (field(1, field(1, address(content5)) + field(2, b"id-5") + field(100, sha256(fifth)) + field(101, len(fifth)))
         + field(1, field(2, b"id-4") + field(3, fourth)) + field(2, address(block0)) + field(100, 4)
         + field(101, field(1, 1) + field(2, 3) + field(3, address(block0)) + field(4, len(block0)))
         + field(103, h3) + field(104, b"gateway+https://ipfs.example.org/"))
block1 = block(1, page1, [address(block0), address(content5)], bytes(range(150, 174)))
show("h5", h5)
show("content5", content5)
show("page1", page1)
show("block1", block1)
show("address1", address(block1))

# The index of an entry of three pieces.
piece = (1 << 20) - 256
index = field(1, 2 * piece + 1) + field(2, sha256(b"large")) + b"".join(
    field(3, address(bytes([i]))) for i in range(3))
show("index", index)

# The record that names page 1 and carries both pages.
name = bytes.fromhex("017200240801 1220".replace(" ", "")) + public_key
show("name", "k" + base36(int.from_bytes(name, "big")))
value = b"/ipfs/b" + base64.b32encode(address(block1)).decode().rstrip("=").lower().encode()
extension = b"\x01" + struct.pack(">Q", 1767225600123) + b"".join(
    varint(len(data)) + data for data in (block1, block0))
data = cbor([("TTL", 60_000_000_000), ("Value", value), ("Sequence", 2),
             ("Validity", b"2027-01-01T00:00:00.123000000Z"), ("_remotelog", extension), ("ValidityType", 0)])
show("record", field(8, signer.sign(b"ipns-signature:" + data)) + field(9, data))

# And the link to the log.
key = base64.urlsafe_b64encode(b"\x01" + read_key).decode().rstrip("=")
show("link", "remotelog:k" + base36(int.from_bytes(name, "big"))
     + "?v=1&helper=gateway%2Bhttps%3A%2F%2Fipfs.example.org%2F#" + key)
