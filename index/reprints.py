"""Near-identical reprints: MinHash signatures of texts, and keys under which similar ones meet.

Broder, "On the resemblance and containment of documents" (1997); banding as in Leskovec, Rajaraman and
Ullman, "Mining of Massive Datasets", section 3.4. This module does not know articles or where keys are kept.
"""

from __future__ import annotations

import functools
import hashlib
import re
import zlib

import numpy as np
import numpy.typing as npt

Signature = npt.NDArray[np.uint32]

PERMUTATIONS = 128
SHINGLE_WORDS = 5
SEED = 1
MAX_CHARS = 200_000
"""What stands further on is not compared: it bounds the memory that one text can take."""

BANDS, BAND_ROWS = 21, 6
"""Texts of true similarity 0.8 share a key with probability 1 - (1 - 0.8**6)**21 = 0.998; of 0.6, 0.63."""

NEAR = 0.8
"""Similarity from which two articles are one story told once. Among 1,539 RealTime QA articles (2026-11) every
reprint is estimated at 0.85 or more, and different stories that share long passages (three live blogs of one
World Cup) at 0.74 or less; nothing lies between."""

_ASCII = bytes(byte if byte > 127 or chr(byte).isalnum() else ord(" ") for byte in range(256))
"""For `bytes.translate`: a space for what is neither letter nor digit."""
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]+")
_NUMBER = re.compile(
    r"\d+(?:[.,]\d+)*|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|twenty|thirty|forty|fifty"
    r"|sixty|seventy|eighty|ninety|hundred|thousand|million|billion)\b",
    re.IGNORECASE,
)

_NAME = re.compile(r"\b[A-Z][^\W\d_]+")


def signature(text: str) -> Signature:
    """MinHash of the word 5-shingles of `text`, shape (128,); case and punctuation do not count.

    The numbers are those of datasketch's scheme "affine32" over CRC-32, whose import alone took longer than signing
    500 articles: it brings all of scipy (November 2026).
    """
    line = _join_words(text[:MAX_CHARS])
    spaces = np.flatnonzero(np.frombuffer(line, np.uint8) == ord(" ")).tolist()
    ends = [*spaces, len(line)][min(SHINGLE_WORDS - 1, len(spaces)) :]
    shingles = [line[start:end] for start, end in zip([0, *(space + 1 for space in spaces)], ends, strict=False)]
    hashes = _mix(np.fromiter(map(zlib.crc32, shingles), np.uint32, len(shingles)))
    factors, shifts = _permutations()
    permuted = factors * hashes
    permuted += shifts
    least: Signature = permuted.min(axis=1)
    return least


def _join_words(text: str) -> bytes:
    """The words of `text`, runs of letters and digits in lower case, with a space between them.

    Characters beyond ASCII are looked at where they stand, mostly quotation marks: in a third of the time that a
    regular expression for words takes.
    """
    folded = text.casefold().encode(errors="replace").translate(_ASCII)
    return b" ".join(_BEYOND_ASCII.sub(lambda match: _part_words(match[0]), folded).split())


@functools.lru_cache(maxsize=4096)
def _part_words(beyond_ascii: bytes) -> bytes:
    return "".join(c if c.isalnum() else " " for c in beyond_ascii.decode()).encode()


def _mix(hashes: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint32]:
    """The finalizer of MurmurHash3 (Appleby), so that every bit of a hash depends on all of its bits."""
    for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
        hashes = (hashes ^ (hashes >> np.uint32(shift))) * np.uint32(factor)
    return hashes ^ (hashes >> np.uint32(16))


@functools.cache
def _permutations() -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint32]]:
    """Odd factors, so that none maps two hashes to one, and shifts; each of shape (128, 1)."""
    chance = np.random.RandomState(SEED)
    factors = chance.randint(0, 1 << 31, PERMUTATIONS, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    shifts = chance.randint(0, 1 << 32, PERMUTATIONS, dtype=np.uint32)
    return factors[:, None], shifts[:, None]


def band_keys(signature: Signature) -> list[int]:
    """A signed 64-bit key for each band; two texts are candidates if they share one."""
    keys = []
    for band in range(BANDS):
        rows = signature[band * BAND_ROWS : (band + 1) * BAND_ROWS].astype("<u8").tobytes()
        digest = hashlib.blake2b(rows, digest_size=8, salt=bytes([band])).digest()
        keys.append(int.from_bytes(digest, "little", signed=True))
    return keys


def similarity(a: Signature, b: Signature) -> float:
    """Estimated Jaccard similarity of the two texts' shingles, within about 0.04 (one standard deviation)."""
    return float(np.mean(a == b))


def same_facts(a: str, b: str) -> bool:
    """Whether one text's numbers all stand in the other, and its names, too.

    A story filed again with a new toll or another name is a new report, however alike its words; a shorter one is not.
    """
    return all(_one_holds_other(form, a, b) for form in (_NUMBER, _NAME))


def _one_holds_other(form: re.Pattern[str], a: str, b: str) -> bool:
    found, others = ({match.casefold() for match in form.findall(text[:MAX_CHARS])} for text in (a, b))
    return found <= others or others <= found
