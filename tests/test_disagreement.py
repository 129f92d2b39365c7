"""Different values for one thing, newest first; nothing where articles agree or speak of other things."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_articles import make_article

from index.article import Article, Passage, Span
from index.search import Candidate, Findings
from index.sentences import split_sentences
from qa.answer import Evidence
from qa.counts import asked_kind, read_counts
from qa.disagreement import find_disagreements
from qa.parallels import is_same
from qa.recount import recount
from qa.tolls import latest_count

QUESTION = "How many people were killed in the attack in Paris?"


def said(*reports: tuple[str, int]) -> list[Evidence]:
    """One article for each (sentence, day of November 2015)."""
    return [
        Evidence(
            number,
            Article(f"{number:016d}", "Attack", text, date(2015, 11, day), "", "", "", (), f"{number}.txt", ""),
            Span(0, len(text)),
            1.0,
        )
        for number, (text, day) in enumerate(reports, start=1)
    ]


def values(evidence: list[Evidence], question: str = QUESTION, answer: str = "") -> list[tuple[str, tuple[int, ...]]]:
    return [(r.value, r.numbers) for d in find_disagreements(question, answer, evidence)[0] for r in d.readings]


def read_count(question: str, sentence: str, title: str, opening: str = "") -> str:
    """The count of those asked for."""
    return read_counts(question, sentence, title, opening).get(asked_kind(question), "")


def test_values_are_told_newest_first_with_all_who_give_them() -> None:
    evidence = said(
        ("At least 120 people were killed in Paris.", 14),
        ("Officials in Paris now say 130 people were killed.", 20),
        ("In Paris 120 people died.", 13),
    )
    assert values(evidence) == [("130", (2,)), ("120", (1, 3))]


def test_one_value_in_words_and_digits_is_no_disagreement() -> None:
    assert not values(said(("Four people were killed in Paris.", 14), ("In Paris 4 people were killed.", 15)))


def test_other_places_and_other_things_do_not_disagree() -> None:
    assert not values(said(("In Paris 130 people were killed.", 14), ("In Nice 86 people were killed.", 15)))
    assert not values(said(("In Paris 130 people were killed.", 14), ("Police in Paris made 16 arrests.", 15)))


def test_a_sentence_with_two_candidates_is_not_taken_at_its_word() -> None:
    assert not values(
        said(
            ("In Paris 130 people were killed.", 14),
            ("In Paris 89 people were killed here and 15 people killed there.", 15),
        )
    )


WINNER = "Who won the marathon in Oslo in 2021?"


def test_another_name_in_the_same_place_is_another_value() -> None:
    evidence = said(
        ("Anna Berg won the marathon in Oslo on Sunday, ahead of Maria Lund.", 14),
        ("Ida Moen won the marathon in Oslo on Sunday, ahead of Maria Lund.", 15),
    )
    assert values(evidence, WINNER, "Anna Berg") == [("Ida Moen", (2,)), ("Anna Berg", (1,))]
    assert values(evidence, WINNER, "Ida Moen") == [("Ida Moen", (2,)), ("Anna Berg", (1,))]


def test_another_name_beside_the_words_asked_about_is_another_value() -> None:
    evidence = said(
        ("The race was long and hot; in the end Anna Berg won the marathon in Oslo.", 14),
        ("Ida Moen won the marathon in Oslo, and 2021 was her year.", 15),
    )
    assert values(evidence, WINNER, "Anna Berg") == [("Ida Moen", (2,)), ("Anna Berg", (1,))]


def test_another_date_is_another_value_unless_it_is_the_same_day() -> None:
    asked = "When was the bridge in Porto opened?"
    first = ("The bridge in Porto was opened on 3 May 2015 by the mayor.", 14)
    assert values(
        said(first, ("The bridge in Porto was opened on 4 May 2015 by the mayor.", 15)), asked, "3 May 2015"
    ) == [
        ("4 May 2015", (2,)),
        ("3 May 2015", (1,)),
    ]
    assert not values(
        said(first, ("The bridge in Porto was opened on May 3, 2015 by the mayor.", 15)), asked, "3 May 2015"
    )


@pytest.mark.parametrize(
    ("other", "value"),
    [
        ("Lund Mills is buying Orr Dairy for $1.1 billion in cash.", "$1.1 billion"),
        ("Lund Mills is buying Orr Dairy for $1.1bn in cash.", "$1.1bn"),
        ("Lund Mills is buying Orr Dairy for 900 million Swiss francs in cash.", "900 million Swiss francs"),
        ("Lund Mills is buying Orr Dairy for 21 percent of its sales.", "21 percent"),
        ("Lund Mills is buying Orr Dairy for 21 plants and a farm.", "21"),
    ],
)
def test_another_amount_is_given_with_its_scale_and_unit(other: str, value: str) -> None:
    evidence = said(("Lund Mills has agreed to buy Orr Dairy for $1.3 billion, including debt.", 14), (other, 15))
    asked = "How much did Lund Mills agree to pay for Orr Dairy?"
    found = find_disagreements(asked, "$1.3 billion", evidence)[0]
    assert [reading.value for reading in found[0].readings] == [value, "$1.3 billion"]


def test_last_year_s_winner_is_no_other_value_for_this_year_s() -> None:
    text = "Ida Moen won the marathon in Oslo on Sunday, ahead of Maria Lund."
    last_year = make_article("Marathon", text, published=date(2014, 11, 15))
    evidence = [
        *said(("Anna Berg won the marathon in Oslo on Sunday, ahead of Maria Lund.", 14)),
        Evidence(2, last_year, Span(0, len(text)), 1.0),
    ]
    assert not values(evidence, "Who won the marathon in Oslo this week?", "Anna Berg")
    assert values(evidence, "Who won the marathon in Oslo?", "Anna Berg")


def test_an_answer_in_a_whole_sentence_is_compared_by_its_quote() -> None:
    evidence = said(
        ("Anna Berg won the marathon in Oslo on Sunday, ahead of Maria Lund.", 14),
        ("Ida Moen won the marathon in Oslo on Sunday, ahead of Maria Lund.", 15),
    )
    answer = "The marathon in Oslo was won on Sunday by Anna Berg, ahead of Maria Lund."
    assert values(evidence, WINNER, answer) == [("Ida Moen", (2,)), ("Anna Berg", (1,))]


@pytest.mark.parametrize(
    "other",
    [
        "Berg won the marathon in Oslo on Sunday, ahead of Maria Lund.",
        "Anna Berg, 31, won the marathon in Oslo on Sunday, ahead of Maria Lund.",
        "Ida Moen won the marathon in Bergen on Sunday, ahead of Maria Lund.",
        "Ida Moen won a bicycle in a lottery.",
        "Maria Lund came second.",
    ],
)
def test_the_same_name_and_other_events_are_no_disagreement(other: str) -> None:
    evidence = said(("Anna Berg won the marathon in Oslo on Sunday, ahead of Maria Lund.", 14), (other, 15))
    assert not values(evidence, WINNER, "Anna Berg")


def test_reprints_and_one_publisher_count_once() -> None:
    evidence = said(
        ("In Paris 130 people were killed on Friday night.", 20),
        ("In Paris 129 people were killed on Friday night.", 14),
        ("In Paris 129 people were killed on Friday night.", 15),
        ("The number of people killed in Paris stood at 129.", 16),
    )
    found, shown = find_disagreements(QUESTION, "130", evidence)
    assert [(r.value, r.sources) for r in found[0].readings] == [("130", 1), ("129", 2)]
    assert shown == tuple(evidence)


def test_sentences_that_were_not_read_are_compared_and_numbered() -> None:
    read = said(("Anna Berg won the marathon in Oslo on Sunday, ahead of Maria Lund.", 14))
    text = "Ida Moen won the marathon in Oslo on Sunday, ahead of Maria Lund. It rained."
    article = make_article("Moen wins", text, published=date(2021, 9, 20))
    passage = Passage(1, article, Span(0, len(text)), tuple(split_sentences(text)))
    findings = Findings((Candidate(passage, 1.0, 0.5, 1.0),))
    found, shown = find_disagreements(WINNER, "Anna Berg", read, findings)
    assert [(r.value, r.numbers) for r in found[0].readings] == [("Ida Moen", (2,)), ("Anna Berg", (1,))]
    assert [item.number for item in shown] == [1, 2]
    assert shown[1].quote == "Ida Moen won the marathon in Oslo on Sunday, ahead of Maria Lund."


GROWS = (("At least nine people were killed in Paris.", 14), ("The toll in Paris rose to 13.", 16))

CASES = (("Cases of lorna fever are known in 10 towns.", 14), ("Cases of lorna fever are now known in 13 towns.", 16))


@pytest.mark.parametrize(
    ("question", "answer", "reports", "latest"),
    [
        (QUESTION, "nine", GROWS, "13"),
        (QUESTION, "13", GROWS, "13"),
        (QUESTION, "12", GROWS, "12"),
        ("How many people were first said to be killed in the attack in Paris?", "nine", GROWS, "nine"),
        ("How many people were killed in Paris on November 14?", "nine", GROWS, "nine"),
        ("How many people were killed in Paris, according to the police?", "nine", GROWS, "nine"),
        (
            QUESTION,
            "13",
            (("Some 13 people were killed in Paris.", 14), ("Nine people were killed in Paris.", 16)),
            "13",
        ),
        (QUESTION, "nine", tuple((text, 14) for text, _ in GROWS), "nine"),
        ("How many towns have reported cases of lorna fever?", "10", CASES, "13"),
        ("How many towns are affected by lorna fever?", "10", CASES, "13"),
        ("How many towns first reported cases of lorna fever?", "10", CASES, "10"),
        ("How many towns reported cases of lorna fever?", "10", CASES, "10"),
        (QUESTION, "nine", (GROWS[0], ("Three officers were killed in Paris.", 15)), "nine"),
    ],
)
def test_a_toll_that_has_grown_is_told_as_it_stands(
    question: str, answer: str, reports: tuple[tuple[str, int], ...], latest: str
) -> None:
    evidence = said(*reports)
    found, shown = find_disagreements(question, answer, evidence)
    assert latest_count(question, answer, found, shown) == latest


def test_a_toll_of_another_year_is_not_how_it_has_grown() -> None:
    evidence = said(*GROWS)
    later = replace(evidence[1], article=replace(evidence[1].article, published=date(2016, 11, 16)))
    found, shown = find_disagreements(QUESTION, "nine", [evidence[0], later])
    assert [r.value for r in found[0].readings] == ["13", "nine"]
    assert latest_count(QUESTION, "nine", found, shown) == "nine"


def test_a_count_that_the_answer_is_not_among_is_not_in_dispute() -> None:
    evidence = said(("In Paris 130 people were killed.", 14), ("In Paris 129 people were killed.", 15))
    assert not values(evidence, answer="7")


@pytest.mark.parametrize(
    ("sentence", "count"),
    [
        ("Four people were killed in Friday's attack and three more were injured.", "Four"),
        ("Four prison guards were killed in Friday's attack.", ""),
        ("The attack killed two children.", ""),
        ("The number of officers killed rose to five.", ""),
        ("A van drove into the crowd, killing at least 13 and injuring more than 100.", "13"),
        ("His death brings the number of people killed to 51.", "51"),
        ("The toll had stood at 129 since Saturday.", "129"),
        ("It brings to 130 the number of people confirmed dead.", "130"),
        ("The death count now stands at 130.", "130"),
        ("Two more deaths bring the total to at least 131 deaths.", "131"),
        ("The road toll was 12 euros.", ""),
        ("Drivers will pay a toll of 35 crowns; lorries will pay 120.", ""),
        ("The toll for lorries rose to 120.", ""),
        ("The number of homes destroyed by the bombs that killed 19 people rose to 340.", "19"),
        ("The total cost of the attack that killed many rose to 340.", ""),
        ("They reported 14 additional deaths.", ""),
        ("They wore N-19 masks, and many people were killed.", ""),
        ("The state has had a total of 981 attacks and 55 deaths.", "55"),
        ("The ministry lowered the death toll to 253, from 359.", "253"),
        ("The city counts 1,200 dead.", "1,200"),
        ("Seventeen of the dead were police officers.", ""),
        ("Some 25 people were wounded.", ""),
        ("It was the worst attack since 190 people were killed in Madrid.", ""),
        ("Eighty-nine people were killed at the Bataclan.", ""),
        ("They killed 12 here and killed 15 there.", ""),
        ("Three gunmen killed dozens.", ""),
        ("He died two days later.", ""),
        ("She died 10 years ago.", ""),
        ("They were killed 3 hours after.", ""),
        ("In 2020 many people died.", ""),
        ("On November 13 gunmen killed dozens.", ""),
        ("Four killed in blast.", "Four"),
        ("12 people killed Monday were students.", "12"),
        ("12 people killed along the border.", "12"),
        ("Three people killed by gunmen.", "Three"),
        ("The attack cost 130 lives, and 130 lost their lives.", "130"),
        ("It avoided the worst-case scenario, killing at least 17.", "17"),
        ("It was the worst since one that killed at least 17.", ""),
        ("The crash killed all 157 aboard.", "157"),
        ("About 136 people have also been reported to be dead.", "136"),
        ("There is anger after 57 people, including many students, died.", "57"),
    ],
)
def test_the_count_of_the_dead_as_news_phrases_it(sentence: str, count: str) -> None:
    assert read_count(QUESTION, sentence, "The attack in Paris") == count


@pytest.mark.parametrize(
    ("sentence", "count"),
    [
        ("Nine of the victims died in the town of Orrvik, where the river rose by four metres.", "Nine"),
        ("Nine of the dead in Orrvik were children.", ""),
        ("Nine of the people killed in Orrvik were children.", ""),
        ("At least 14 people were killed when the storm swept through the Lund Valley.", ""),
        ("At least 14 people were killed when the storm swept through Orrvik.", "14"),
        ("They counted 12 dead in Hesk, and near Orrvik the number of people killed in Hesk was 12.", ""),
        ("The number of people killed is 12 in Hesk, and 40 people died around Orrvik.", ""),
    ],
)
def test_a_place_that_is_asked_for_must_be_named(sentence: str, count: str) -> None:
    assert read_count("How many people died in Orrvik?", sentence, "Storm: 14 dead") == count


@pytest.mark.parametrize(
    ("sentence", "count"),
    [
        ("Four prison guards were killed in Friday's attack.", "Four"),
        ("Four of its guards died.", "Four"),
        ("One guard was shot dead.", "One"),
        ("Nine people died: seven guards, a cook and a driver.", "seven"),
        ("Seventeen of the dead were guards.", "Seventeen"),
        ("Two guards opened the gate.", ""),
        ("Two guards died and three guards were hurt.", "Two"),
        ("The number of guards killed rose to five.", "five"),
        ("The attack killed 13 people.", ""),
        ("Two inmates were killed.", ""),
        ("The toll rose to 13.", ""),
    ],
)
def test_those_of_one_kind_are_not_all_of_them(sentence: str, count: str) -> None:
    assert read_count("How many prison guards were killed in Paris?", sentence, "The attack in Paris") == count


def test_those_of_whom_as_many_died_are_the_same_in_other_words() -> None:
    evidence = said(
        ("Four guards were killed in Paris.", 14),
        ("In Paris four of its employees died.", 14),
        ("In Paris one employee had been killed.", 13),
        ("The attack in Paris killed two inmates.", 15),
    )
    asked = "How many guards were killed in the attack in Paris?"
    assert values(evidence, asked, "Four") == [("Four", (1, 2)), ("one", (3,))]


@pytest.mark.parametrize(
    "question", ["The attack in Paris: death toll?", "What was the final official toll of the attack in Paris?"]
)
def test_a_toll_is_asked_for_in_few_words_or_many(question: str) -> None:
    evidence = said(("At least nine people were killed in Paris.", 14), ("The toll in Paris rose to 13.", 16))
    assert values(evidence, question, "13") == [("13", (2,)), ("nine", (1,))]


def test_how_many_of_a_whole_is_not_the_whole() -> None:
    sentence = "The attack in Paris killed 13 people, four of them children."
    assert not read_count("How many of the people killed in Paris were children?", sentence, "")


def test_the_opening_names_the_place_of_what_names_none() -> None:
    asked, opening = "How many people died in Orrvik?", "A storm hit Orrvik."
    assert read_count(asked, "The storm killed 14 people.", "A storm", opening) == "14"
    assert not read_count(asked, "The storm killed 14 people.", "A storm")
    assert not read_count(asked, "The storm killed 14 people across the Lund Valley.", "A storm", opening)


def test_numbers_of_other_things_are_counted_where_they_are_asked_for() -> None:
    sentence = "The death toll rose to 21, with 40 people injured."
    assert read_count("How many people were injured?", sentence, "") == "40"
    assert read_count("How many people were killed?", sentence, "") == "21"
    assert read_count("How many people were injured?", "A gunman killed five and injured 25 others.", "") == "25"
    assert not read_count("How many people were injured in Orrvik?", "Twelve died in Hesk and five in Orrvik.", "")


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("4", "four", True),
        ("3 million", "3.2 million", True),
        ("129", "130", False),
        ("8.5%", "9%", True),
        ("Biden", "Joe Biden", True),
        ("US", "United States", True),
        ("Russia", "Russian", True),
        ("Tampa, Florida", "Glendale, Arizona", False),
        ("May 3, 2015", "3 May 2015", True),
        ("May 2015", "3 May 2015", True),
        ("May 2015", "3 June 2015", False),
        ("2015", "2015", True),
        ("2000", "2,000", True),
        ("2015", "May 2015", True),
        ("2000", "5000", False),
        ("Niger", "Nigeria", False),
        ("Austria", "Australia", False),
        ("1 million", "1.5 million", False),
        ("1,200 million", "1,900 million", False),
    ],
)
def test_one_value_in_other_words(a: str, b: str, same: bool) -> None:
    assert is_same(a, b) is same
    assert is_same(b, a) is same


NAMES = st.lists(
    st.sampled_from("Anna Berg won the race in Oslo on Sunday 3 May 2015 129 130 people killed , . the".split())
)


@settings(deadline=None)
@given(NAMES.map(" ".join), NAMES.map(" ".join), NAMES.map(" ".join))
def test_any_sentences_give_values_that_stand_in_them(first: str, second: str, answer: str) -> None:
    evidence = said((first, 14), (second, 15))
    found, shown = find_disagreements("How many people were killed in the race in Oslo?", answer, evidence)
    for reading in (reading for disagreement in found for reading in disagreement.readings):
        assert reading.sources >= len(reading.numbers) >= 1
        stems = " ".join(shown[reading.numbers[0] - 1].quote.casefold().split())
        assert all(word in stems for word in reading.value.casefold().split())


def test_a_number_taken_from_the_wrong_half_of_a_sentence_is_put_right() -> None:
    quote = said(("The attack in Paris killed four guards and left three others injured.", 14))[0]
    asked = "How many guards were killed in the attack in Paris?"
    assert recount(asked, "3", quote) == "four"
    assert recount(asked, "4", quote) == "4"
    assert recount("How many guards were injured in the attack in Riga?", "3", quote) == "3"
    assert recount("Where was the attack?", "3", quote) == "3"


def test_a_number_is_left_alone_where_its_quote_counts_nothing_of_the_kind() -> None:
    quote = said(("In Paris three others were injured.", 14))[0]
    assert recount("How many guards were killed in the attack in Paris?", "3", quote) == "3"
