"""Sentences against quotes: what stands, what is weak, what must not be shown."""

from __future__ import annotations

from datetime import date

import pytest

from index.article import Article, Span
from qa.answer import Evidence, Verdict
from qa.attribution import judge_sentence
from qa.composition import compose, tidy_answer

QUESTION = "How many guards were killed in the prison at Volgograd?"


def evidence_of(*sentences: str, title: str = "Prison attack", published: date | None = None) -> list[Evidence]:
    text = " ".join(sentences)
    article = Article("a" * 16, title, text, published, "", "", "", (), "a.txt", "a" * 64)
    items = []
    for number, sentence in enumerate(sentences, start=1):
        start = text.index(sentence)
        items.append(Evidence(number, article, Span(start, start + len(sentence)), 1.0 / number))
    return items


GUARDS = evidence_of(
    "The attack killed four prison guards and left three others injured.",
    "Twelve people were taken hostage by men with knives.",
)


@pytest.mark.parametrize("answer", ["four", "4", "Four prison guards", "The attack killed four guards."])
def test_what_the_quote_says_is_supported(answer: str) -> None:
    judgement = judge_sentence(answer, GUARDS, QUESTION)
    assert judgement.verdict is Verdict.SUPPORTED
    assert judgement.evidence is GUARDS[0]


@pytest.mark.parametrize(
    ("answer", "missing"),
    [
        ("Seven prison guards", "7"),
        ("Four guards were killed on Friday.", "friday"),
        ("Four guards were killed in March.", "month 3"),
        ("Four guards were killed by Ivanov.", "ivanov"),
    ],
)
def test_an_invented_fact_is_unsupported_and_named(answer: str, missing: str) -> None:
    judgement = judge_sentence(answer, GUARDS, QUESTION)
    assert judgement.verdict is Verdict.UNSUPPORTED
    assert missing in judgement.reason


@pytest.mark.parametrize(
    ("question", "answer", "quote", "verdict"),
    [
        # Names that are common words in lower case.
        ("Who hit the depot?", "US", "Israel struck the depot on Monday.", Verdict.UNSUPPORTED),
        ("Who hit the depot?", "The US hit the depot.", "Israel hit the depot on Monday.", Verdict.UNSUPPORTED),
        ("Who warned of it?", "The WHO", "Unicef warned of it.", Verdict.UNSUPPORTED),
        ("Who hit the depot?", "US", "A U.S. drone hit the depot.", Verdict.SUPPORTED),
        ("Who hit the depot?", "US", "US DRONE HIT THE DEPOT", Verdict.SUPPORTED),
        ("Who hit the depot?", "The U.S.", "The United States hit the depot.", Verdict.SUPPORTED),
        ("Who warned of it?", "WHO", "The World Health Organization warned of it.", Verdict.SUPPORTED),
        ("Who was hit?", "us", "The stones hit us.", Verdict.SUPPORTED),
        # Numbers that only the day of publication, 23 March 2024, or the question holds.
        ("How many died?", "23", "Several people died.", Verdict.UNSUPPORTED),
        ("How many died?", "2024", "Several people died.", Verdict.UNSUPPORTED),
        ("When was the blast?", "23 March 2024", "The blast was on March 23.", Verdict.SUPPORTED),
        ("In which year was the blast?", "2024", "The blast was in March.", Verdict.SUPPORTED),
        ("Did the blast kill 500 people?", "500", "The blast killed 145 people.", Verdict.UNSUPPORTED),
        ("Did it kill 500 people?", "It killed 500 people.", "It killed 145 people.", Verdict.UNSUPPORTED),
        ("Who won gold in 2021?", "Novak won gold in 2021.", "Novak won gold.", Verdict.SUPPORTED),
        # Names that begin alike.
        (
            "Who led the coup?",
            "The coup in Niger was led by Tani.",
            "Tani led the coup in Nigeria.",
            Verdict.UNSUPPORTED,
        ),
        ("Who won?", "The team of Austria won the final.", "Australia won the final in Riga.", Verdict.UNSUPPORTED),
        ("Who won?", "Russia won the final in Riga.", "The Russian team won the final in Riga.", Verdict.SUPPORTED),
        # Yes and no.
        ("Did Novak resign?", "Novak has resigned.", "Novak has not resigned.", Verdict.WEAK),
        ("Did Novak resign?", "Yes, Novak has resigned.", "Novak has resigned.", Verdict.SUPPORTED),
        ("Was he armed?", "The man was armed.", "The man was not armed.", Verdict.WEAK),
        ("Was he armed?", "No", "Police had no warning.", Verdict.UNSUPPORTED),
        ("Was he armed?", "Yes", "The man was armed.", Verdict.UNSUPPORTED),
        ("Who did not sign?", "Harmony", "Harmony did not sign.", Verdict.SUPPORTED),
        ("Who did not sign?", "Harmony", "Harmony signed.", Verdict.WEAK),
        ("Who did not attend?", "Anna Novak", "Anna Novak skipped the summit.", Verdict.SUPPORTED),
        ("Who denied it?", "Anna Novak", "Anna Novak rejected the report.", Verdict.SUPPORTED),
        ("Who is the world No. 1?", "Anna Novak", "Top-ranked Anna Novak won.", Verdict.SUPPORTED),
        ("How many did Doctors Without Borders treat?", "300", "The charity treated 300.", Verdict.SUPPORTED),
        ("Who signed?", "Anna B.C. Novak", "Anna B. C. Novak signed.", Verdict.SUPPORTED),
        ("Who won gold?", "The US", "America took gold.", Verdict.SUPPORTED),
        ("It is not made in Riga. Where is it made?", "Ventspils", "It is made in Ventspils.", Verdict.SUPPORTED),
        ("Who threw a no-hitter?", "Novak", "Novak threw it.", Verdict.SUPPORTED),
        ("How many guards died?", "four", "Four guards died, but no inmates.", Verdict.SUPPORTED),
        ("Who was freed?", "him", "Four guards were freed.", Verdict.UNSUPPORTED),
    ],
)
def test_what_only_looks_like_it_is_in_the_quote_is_told_apart(
    question: str, answer: str, quote: str, verdict: Verdict
) -> None:
    said = evidence_of(quote, title="", published=date(2024, 3, 23))
    assert judge_sentence(answer, said, question).verdict is verdict


def test_a_number_is_cited_where_it_counts_what_was_asked_for() -> None:
    said = evidence_of("Two guards were seized by four inmates.", "The attack killed four prison guards.")
    assert judge_sentence("4", said, QUESTION).evidence is said[1]


def test_a_winner_is_cited_where_the_quote_says_that_it_won() -> None:
    open_end = "The final of the cup between Riga and Vilnius was played in the rain."
    asked = "Who won the cup?"
    alone = judge_sentence("Riga", evidence_of(open_end), asked)
    assert (alone.verdict, alone.reason) == (Verdict.WEAK, "the quote does not say how it ended")
    both = evidence_of(open_end, "Riga beat Vilnius.")
    assert judge_sentence("Riga", both, asked).evidence is both[1]


def test_a_short_answer_in_another_word_is_unsupported() -> None:
    said = evidence_of("They were seized during a disciplinary meeting.")
    question = "During what kind of meeting were they seized?"
    assert judge_sentence("discriminatory meeting", said, question).verdict is Verdict.UNSUPPORTED
    assert judge_sentence("disciplinary meeting", said, question).verdict is Verdict.SUPPORTED


def test_the_quote_that_holds_the_words_in_order_is_cited_first() -> None:
    said = evidence_of("Baker met Anna Smith and Paul Novak in Riga.", "The award went to Anna Novak, a baker.")
    assert judge_sentence("Anna Novak", said, "Who won the award?").evidence is said[1]


def test_an_article_about_the_year_and_the_names_asked_for_is_cited_first() -> None:
    (record,) = evidence_of("Norway took 39 medals, more than any before.", title="Records")
    (final,) = evidence_of("Norway ended on top of the count in Pyeongchang in 2018.", title="The count")
    for question in ("Which country won most medals in 2018?", "Which country won most medals in Pyeongchang?"):
        for said in ([record, final], [final, record]):
            assert judge_sentence("Norway", said, question).evidence is final
    assert judge_sentence("Norway", [record, final], "Which country won most medals?").evidence is record


def test_another_articles_number_of_other_things_is_not_cited_too() -> None:
    first = evidence_of("The attack killed four prison guards.")[0]
    text = "They held eight members of staff and four fellow prisoners."
    other = Evidence(2, Article("b" * 16, "", text, None, "", "", "", (), "b.txt", ""), Span(0, len(text)), 0.9)
    assert {c.number for c in compose("4", [first, other], QUESTION).citations} == {1}


def further_of(title: str, quote: str) -> Evidence:
    """A second source."""
    return Evidence(2, Article("b" * 16, title, quote, None, "", "", "", (), "b.txt", ""), Span(0, len(quote)), 0.9)


@pytest.mark.parametrize(
    ("title", "quote", "is_cited"),
    [
        ("Dairies", "Northwind purchased the creamery Ostra for $85 million.", True),
        ("Dairies", "It was Ostra that Northwind wanted most.", True),
        # The answer stands in the title only.
        ("Northwind to buy Halm", "Halm bought the creamery Ostra in 2011.", False),
        ("Northwind to buy Ostra", "It bought the creamery Ostra for $85 million.", False),
        # Nothing of what is asked stands in the quote.
        ("Northwind to buy Ostra", "Northwind makes butter.", False),
        ("Northwind to buy Ostra", "The company Northwind makes butter.", False),
    ],
)
def test_another_source_holds_the_answer_and_something_of_the_question(
    title: str, quote: str, *, is_cited: bool
) -> None:
    first = evidence_of("Northwind bought the creamery Ostra.")[0]
    further = further_of(title, quote)
    draft = compose("Northwind", [first, further], "Which company bought Ostra?")
    assert {c.number for c in draft.citations} == ({1, 2} if is_cited else {1})


@pytest.mark.parametrize(
    ("question", "title", "quote", "verdict"),
    [
        (
            "Which company bought Ostra?",
            "Northwind to buy Halm",
            "Halm, which is based in Riga, bought the creamery Ostra in 2011.",
            Verdict.WEAK,
        ),
        ("Who bid for Halm?", "Northwind to buy Halm", "Kestrel Milk had bid $2 million for Halm.", Verdict.WEAK),
        # The title may tell it, or the quote goes on about what the title names.
        ("Which company bought Ostra?", "Northwind buys Ostra", "Halm, the seller, was glad.", Verdict.SUPPORTED),
        ("Which company bought Ostra?", "Northwind grows", "The company bought Ostra in 2011.", Verdict.SUPPORTED),
        ("Which company bought Ostra?", "Northwind grows", "It bought Ostra in 2011.", Verdict.SUPPORTED),
        ("Which company bought Ostra?", "Northwind grows", "Shares rose as it bought Ostra.", Verdict.SUPPORTED),
        ("Who bought Ostra?", "Northwind grows", "Northwind’s boss bought Ostra.", Verdict.SUPPORTED),
        ("Who bought Ostra?", "Northwind grows", "Ostra was bought on Monday.", Verdict.SUPPORTED),
        ("Who warned of it?", "WHO tells why", "World Health Organization staff warned of it.", Verdict.SUPPORTED),
    ],
)
def test_a_name_of_the_title_is_weak_where_the_quote_tells_it_of_another(
    question: str, title: str, quote: str, verdict: Verdict
) -> None:
    answer = "WHO" if "WHO" in title else "Northwind"
    assert judge_sentence(answer, evidence_of(quote, title=title), question).verdict is verdict


def test_facts_of_two_quotes_do_not_add_up() -> None:
    assert judge_sentence("Four guards were killed and twelve injured.", GUARDS, "").verdict is Verdict.UNSUPPORTED


def test_a_negation_makes_a_sentence_weak() -> None:
    judgement = judge_sentence("The attack did not kill four prison guards.", GUARDS, QUESTION)
    assert judgement.verdict is Verdict.WEAK
    assert "negated" in judgement.reason


def test_the_question_and_the_date_of_publication_may_be_repeated() -> None:
    dated = evidence_of("The attack killed four prison guards.", published=date(2024, 8, 23))
    assert judge_sentence("Four guards were killed in Volgograd.", dated, QUESTION).verdict is Verdict.SUPPORTED
    assert judge_sentence("In August 2024 four guards were killed.", dated, QUESTION).verdict is Verdict.SUPPORTED


def test_the_models_own_marks_change_nothing() -> None:
    plain = judge_sentence("four prison guards", GUARDS, QUESTION)
    assert judge_sentence("four prison guards [2] [17]", GUARDS, QUESTION) == plain


def test_a_composed_answer_cites_exact_slices() -> None:
    draft = compose("Four", GUARDS, QUESTION)
    assert draft.text == f"Four [1]\n\n{GUARDS[0].quote} [1]"
    for citation in draft.citations:
        item = GUARDS[citation.number - 1]
        assert citation.quote.of(item.article.text) == item.quote
    assert [c.claim.of(draft.text) for c in draft.citations] == ["Four", GUARDS[0].quote]


def test_an_unsupported_sentence_is_withheld_and_the_best_quote_stands_in_its_place() -> None:
    draft = compose("Seven guards died.", GUARDS, QUESTION)
    assert [w.text for w in draft.withheld] == ["Seven guards died."]
    assert "Seven" not in draft.text
    assert draft.text == f"{GUARDS[0].quote} [1]"


def test_only_the_unsupported_sentence_of_several_is_withheld() -> None:
    draft = compose("The attack killed four prison guards. A general was hurt by Petrov.", GUARDS, QUESTION)
    assert draft.text.startswith("The attack killed four prison guards. [1]")
    assert len(draft.withheld) == 1


@pytest.mark.parametrize(
    ("written", "tidy"),
    [
        ('"Four"', "Four"),
        ("Four. [3]", "Four"),
        ("Short answer: Four", "Four"),
        ("Four died. Five live.", "Four died. Five live."),
    ],
)
def test_answers_are_tidied(written: str, tidy: str) -> None:
    assert tidy_answer(written) == tidy
