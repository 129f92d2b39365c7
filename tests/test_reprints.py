"""MinHash signatures against the exact similarity they estimate."""

from __future__ import annotations

import random
import re
import subprocess
import sys
import zlib

import numpy as np
import pytest
from datasketch import MinHash
from hypothesis import given
from hypothesis import strategies as st

from index.reprints import BANDS, NEAR, PERMUTATIONS, SHINGLE_WORDS, band_keys, same_facts, signature, similarity


def words(count: int, seed: int) -> list[str]:
    draw = random.Random(seed)
    return ["".join(draw.choices("abcdefghijklmnoprstuvwyz", k=6)) for _ in range(count)]


def exact(a: list[str], b: list[str]) -> float:
    shingles = [{tuple(t[i : i + SHINGLE_WORDS]) for i in range(len(t) - SHINGLE_WORDS + 1)} for t in (a, b)]
    return len(shingles[0] & shingles[1]) / len(shingles[0] | shingles[1])


@pytest.mark.parametrize("shared", [0, 100, 300, 420, 450, 480, 495, 500])
def test_estimates_the_exact_similarity(shared: int) -> None:
    common = words(shared, 1)
    a, b = common + words(500 - shared, 2), common + words(500 - shared, 3)
    estimate = similarity(signature(" ".join(a)), signature(" ".join(b)))
    assert estimate == pytest.approx(exact(a, b), abs=4 * 0.5 / PERMUTATIONS**0.5)


def test_a_reprint_with_a_new_ending_is_near_and_shares_a_key() -> None:
    story = words(400, 4)
    a, b = signature(" ".join(story)), signature(" ".join([*story[:-15], *words(20, 5)]))
    assert similarity(a, b) >= NEAR
    assert set(band_keys(a)) & set(band_keys(b))


def test_two_stories_that_share_a_paragraph_are_not_near() -> None:
    quote = words(120, 6)
    a, b = " ".join(words(300, 7) + quote), " ".join(words(300, 8) + quote)
    assert similarity(signature(a), signature(b)) < NEAR


def test_case_and_punctuation_do_not_count() -> None:
    text = "The prison in Surovikino, in the Volgograd region, was stormed."
    assert similarity(signature(text), signature(text.upper().replace(",", " —"))) == 1


def test_the_signature_is_the_same_in_every_process() -> None:
    text = "Four guards were killed in the attack, officials said on Friday."
    code = f"from index.reprints import *; print(band_keys(signature({text!r})))"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert other.stdout.strip() == str(band_keys(signature(text)))


@given(st.text())
def test_the_signature_is_that_of_datasketch(text: str) -> None:
    words = re.findall(r"[^\W_]+", text.casefold())
    starts = range(max(len(words) - SHINGLE_WORDS, 0) + 1)
    oracle = MinHash(num_perm=PERMUTATIONS, seed=1, scheme="affine32", hashfunc=zlib.crc32)
    oracle.update_batch([" ".join(words[i : i + SHINGLE_WORDS]).encode() for i in starts])
    assert signature(text).tolist() == oracle.hashvalues.tolist()


@given(st.text())
def test_any_text_has_keys_that_sqlite_can_hold(text: str) -> None:
    found = signature(text)
    assert found.shape == (PERMUTATIONS,)
    assert found.dtype == np.uint32
    keys = band_keys(found)
    assert len(keys) == BANDS
    assert all(-(2**63) <= key < 2**63 for key in keys)
    assert similarity(found, signature(text)) == 1


def test_a_story_filed_again_with_a_new_toll_is_no_reprint() -> None:
    first = "Police said 22 people died when the bus left the road near the bridge. Seven were hurt."
    assert not same_facts(first, first.replace("22", "40"))
    assert not same_facts(first, first.replace("Seven", "Nine"))
    assert same_facts(first, "Police said 22 people died when the bus left the road near the bridge.")
    assert same_facts(first, first.upper())


def test_a_story_with_another_name_is_no_reprint() -> None:
    first = "Anna Berg won the race in Oslo on Sunday, ahead of Maria Lund, and thanked her team."
    assert not same_facts(first, first.replace("Anna Berg", "Ida Moen"))
    assert same_facts(first, "Anna Berg won the race in Oslo on Sunday.")
