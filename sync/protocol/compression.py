"""Compression of bodies with a hard limit on what they may unpack to.

Small bodies share a dictionary: alone, a record repeats nothing that a page of records repeats.
Behind it stands, for an answer, its question, whose scope, ids and words both ends have. The
dictionary's version is part of the coding's name; a new one is a new name.
"""

import zlib
from functools import cache
from importlib.resources import files

from backports import zstd

WINDOW_LOG = 23  # 8 MB of memory at most, whatever a frame asks for (RFC 9659)
# Level 1: smaller than gzip-6 and nine times quicker to make. With a table of 32 KB, which stays in
# the processor's own cache, a fifth quicker than with its usual one, and hardly a byte larger.
IN_FRAMES: dict[int, int] = {
    zstd.CompressionParameter.compression_level: 1,
    zstd.CompressionParameter.hash_log: 13,
}
WITH_DICTIONARY = "zstd-q1"  # made by tools/train_dictionary.py; once released, never made anew
DICTIONARY_LEVEL = 9
# The coding's name says which dictionary; behind another question nothing must unpack.
IN_SMALL_FRAMES: dict[int, int] = {
    zstd.CompressionParameter.compression_level: DICTIONARY_LEVEL,
    zstd.CompressionParameter.dict_id_flag: 0,
    zstd.CompressionParameter.checksum_flag: 1,
}
MOST_FOR_DICTIONARY = 16 * 1024  # beyond it a body finds its repetitions in itself
MOST_OF_QUESTION = 16 * 1024


class TooLarge(Exception):
    """The body unpacks to more than the limit."""


class NotCompressed(Exception):
    """The bytes are not what their Content-Encoding says."""


def pack(data: bytes) -> bytes:
    """Return the data as one zstd frame."""
    return zstd.compress(data, options=IN_FRAMES)


def pack_small(data: bytes, question: bytes = b"") -> bytes:
    """Return the data as one zstd frame that needs the shared dictionary and this question."""
    return zstd.compress(data, options=IN_SMALL_FRAMES, zstd_dict=_shared(question))


def question_of(target: str, body: bytes) -> bytes:
    """Return what an answer's frame takes as known: path and query, and the body unpacked."""
    return target.encode() + b"\n" + body[:MOST_OF_QUESTION]


def _shared(question: bytes) -> zstd.ZstdDict:
    return zstd.ZstdDict(_dictionary() + question, is_raw=True)


@cache
def _dictionary() -> bytes:
    return files(__name__.rpartition(".")[0]).joinpath(f"{WITH_DICTIONARY}.bin").read_bytes()


def pack_gzip(data: bytes) -> bytes:
    """Return the data as gzip, for peers that cannot read zstd."""
    squeezer = zlib.compressobj(1, zlib.DEFLATED, 31)
    return squeezer.compress(data) + squeezer.flush()


def unpack(data: bytes, encoding: str, limit: int, question: bytes = b"") -> bytes:
    """Return the data unpacked from "zstd", "zstd-q1", "gzip" or "identity".

    `question` is what an answer was given to (`question_of`). Raises TooLarge past `limit` bytes,
    NotCompressed for broken or unfinished data.
    """
    if encoding in ("", "identity"):
        if len(data) > limit:
            raise TooLarge
        return data
    if encoding == "zstd":
        return _unpack_zstd(data, limit)
    if encoding == WITH_DICTIONARY:
        return _unpack_zstd(data, limit, _shared(question))
    if encoding == "gzip":
        return _unpack_gzip(data, limit)
    raise NotCompressed(encoding)


def _unpack_zstd(data: bytes, limit: int, shared: zstd.ZstdDict | None = None) -> bytes:
    options: dict[int, int] = {zstd.DecompressionParameter.window_log_max: WINDOW_LOG}
    reader = zstd.ZstdDecompressor(shared, options)
    try:
        out = reader.decompress(data, max_length=limit + 1)
    except zstd.ZstdError as error:
        raise NotCompressed from error
    if len(out) > limit:
        raise TooLarge
    if not reader.eof:
        raise NotCompressed
    return out


def _unpack_gzip(data: bytes, limit: int) -> bytes:
    reader = zlib.decompressobj(31)
    try:
        out = reader.decompress(data, limit + 1)
    except zlib.error as error:
        raise NotCompressed from error
    if len(out) > limit:
        raise TooLarge
    if not reader.eof:
        raise NotCompressed
    return out
