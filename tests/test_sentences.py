"""Sentences and passages: the splitter's hard cases, and what holds for any text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Span
from index.passages import MAX_SENTENCE_CHARS, TARGET_WORDS, split_passages
from index.sentences import split_sentences

PIECES = [
    "Mr. Smith",
    " left.",
    " The U.S.",
    " St. Louis",
    "\n\n",
    "…",
    "...",
    " “No,” she said.",
    " 5 p.m.",
    " Tuesday",
    "é",
    " (AP)",
    " — ",
    "\u2029",
    "\U0001f600",
    " a",
    ".",
    "!",
    "?",
    "\r\n",
    "\t",
    " Jan. 5",
    " 3.5 million",
]
TEXTS = st.lists(st.sampled_from(PIECES) | st.text(max_size=12), max_size=60).map("".join)


@pytest.mark.parametrize(
    "sentences",
    [
        ["Mr. Smith went to St. Louis in the U.S. on Jan. 5.", "He met Gov. Tim Walz there."],
        ["Sen. Joe Manchin, D-W.Va., voted no.", "The bill failed at 5 p.m. Tuesday.", "It rained."],
        ["Sens. Bob Casey, D-Pa., and Pat Toomey, R-Pa., agreed.", "Rep. Liz Cheney, R-Wyo., lost."],
        ["WASHINGTON (AP) — The U.S. Senate voted on Friday.", "Nobody was surprised."],
        ["“I don’t know,” he said.", "“What?” she asked.", "Nobody answered."],
        ['He said "stop."', "Then he left."],
        ["He paused...", "Then he left.", "Wait … what?"],
        ["The company rose 5.4% to $3.5 million.", "It has No. 5 in its class."],
        ["George W. Bush won.", "J. K. Rowling wrote it.", "Roe v. Wade fell."],
        ["She lives in the U.S.", "He lives in Canada."],
        [
            "The Aug. 9 search took hours.",
            "Lt. Gov. Dan Patrick spoke to Dr. Jones Jr. of Washington, D.C.",
            "It ended.",
        ],
        ["She was born in Ft. Worth, Texas.", "Mt. Everest is far."],
        ["The talk of Tim Walz and J.D. Vance was long.", "Few saw it."],
        ["He left.", "J.D. Vance stayed.", "Trump chose J.D. Vance.", "Who is J.D. Vance?"],
        ["The shop of M.A. Jones closed.", "The hall named for B.S. Roberts is full.", "She saw S.E. Hinton there."],
        [
            "She has an M.A. in law.",
            "He holds a B.A.",
            "The two never met.",
            "It lay buried since 79 A.D.",
            "It is gone.",
        ],
        ["He lives in Washington, D.C.", "The mayor said no.", "She came to the U.S.", "It rained."],
        ["The doors will be open until 9 P.M.", "Police will be there."],
        ["Atty. Gen. Jo Roe spoke.", "They met Amb. Ann Lee and Spc. Tom Hart.", "Then-Sen. Al Noor voted no."],
        [
            "Wash. Gov. Jo Roe left.",
            "She works at Mass. General Hospital.",
            "He drove to Tacoma, Wash.",
            "It was late.",
        ],
    ],
)
def test_splits_as_a_reader_would(sentences: list[str]) -> None:
    text = " ".join(sentences)
    assert [span.of(text) for span in split_sentences(text)] == sentences


@pytest.mark.parametrize(
    "sentences",
    [
        ["“Is it?” Trump asked.", "Nobody knew."],
        ["“Go!” Mayor Ann Lee of Hull said.", "They went."],
        ['"Is that all?" The old man asked her.', '"Yes!" They shouted.'],
        ["“Why now?” Berg said in a statement on Monday.", "The bank gave no reason."],
        ["“Who pays?” Berg told reporters, pointing at the bill.", "Nobody did."],
        ["Are they ‘ready to go?’ He wondered.", "They were."],
    ],
)
def test_a_quote_keeps_its_speaker(sentences: list[str]) -> None:
    test_splits_as_a_reader_would(sentences)


@pytest.mark.parametrize(
    "sentences",
    [
        ["“Who pays?”", "Berg said, “Not us.”"],
        ["“Who pays?”", "Berg added: “Not us.”"],
        ["“Who pays?”", "Berg said the bank would."],
        ["“Who pays?”", "Berg told them that the bank would."],
        ["“Who pays?”", "When Berg asked again, all was still."],
        ["A man in the hall called, “Who pays?”", "Berg said on Monday that nobody knew."],
        ["What is a “good year?”", "The bank went on as before."],
    ],
)
def test_what_follows_a_quote_may_be_another_sentence(sentences: list[str]) -> None:
    test_splits_as_a_reader_would(sentences)


def test_a_line_break_ends_a_sentence() -> None:
    text = "A heading\n\nThe first sentence. The second"
    assert [s.of(text) for s in split_sentences(text)] == ["A heading", "The first sentence.", "The second"]


@given(TEXTS)
def test_sentences_hold_every_word_in_order(text: str) -> None:
    spans = split_sentences(text)
    assert_ordered(spans, text)
    covered = {i for span in spans for i in range(span.start, span.end)}
    for i, char in enumerate(text):
        assert not char.isalnum() or i in covered
    assert all(any(c.isalnum() for c in span.of(text)) for span in spans)


@given(TEXTS)
def test_passages_are_runs_of_whole_sentences(text: str) -> None:
    passages = split_passages(text)
    assert_ordered([span for span, _ in passages], text)
    inner = [sentence for _, sentences in passages for sentence in sentences]
    assert_ordered(inner, text)
    assert {i for s in split_sentences(text) for i in range(s.start, s.end) if not text[i].isspace()} == {
        i for s in inner for i in range(s.start, s.end) if not text[i].isspace()
    }
    for span, sentences in passages:
        assert (span.start, span.end) == (sentences[0].start, sentences[-1].end)
        assert all(len(sentence) <= MAX_SENTENCE_CHARS for sentence in sentences)


def test_passages_have_about_a_hundred_words() -> None:
    text = " ".join(f"Sentence number {n} has exactly these eight words." for n in range(200))
    counts = [len(span.of(text).split()) for span, _ in split_passages(text)]
    assert all(abs(count - TARGET_WORDS) <= 8 for count in counts[:-1])


@pytest.mark.parametrize("text", ["word " * 5_000, "x" * 20_000, "1." * 10_000])
def test_a_page_without_sentences_is_cut_into_pieces(text: str) -> None:
    passages = split_passages(text)
    assert all(len(sentence) <= MAX_SENTENCE_CHARS for _, sentences in passages for sentence in sentences)
    assert "".join(s.of(text) for _, sentences in passages for s in sentences).replace(" ", "") == text.replace(" ", "")


def assert_ordered(spans: list[Span], text: str) -> None:
    end = 0
    for span in spans:
        assert end <= span.start < span.end <= len(text)
        assert span.of(text) == text[span.start : span.end] == span.of(text).strip()
        end = span.end
