"""Short answers put into their best form, never beyond what the quote says."""

from __future__ import annotations

import pytest
from made_articles import make_article

from index.article import Span
from qa.answer import Evidence
from qa.changes import take_asked
from qa.counts import complete_count
from qa.phrases import asks_for_several
from qa.polish import (
    complete_amount,
    complete_date,
    complete_kind,
    complete_list,
    complete_name,
    drop_counted,
    name_owned,
    open_compound,
    polish,
)


@pytest.mark.parametrize(
    ("question", "answer", "polished"),
    [
        ("How many minutes did the outage last?", "187 minutes", "187"),
        ("How many subscribers did it lose?", "1.2 million subscribers", "1.2 million"),
        ("How long did the outage last?", "187 minutes", "187 minutes"),
        ("How many million people fled?", "3 million", "3 million"),
        ("How many people fled?", "187 families", "187 families"),
    ],
)
def test_a_counted_noun_that_the_question_names_is_dropped(question: str, answer: str, polished: str) -> None:
    assert drop_counted(question, answer) == polished


@pytest.mark.parametrize(
    ("question", "answer", "quotes", "polished"),
    [
        ("What was its revenue?", "$6.04", ["It took $6.04 billion, up from $5 billion."], "$6.04 billion"),
        ("What was its revenue?", "$6.04", ["It took $6.04-billion.", "A sum of $6.04 billion."], "$6.04 billion"),
        ("What does it cost?", "$6.04", ["It took $6.04 billion.", "A cup costs $6.04."], "$6.04"),
        ("What was it?", "$6.04", ["It took $6.04 billion.", "No, $6.04 million."], "$6.04"),
        ("What was it?", "$6", ["It took $6.04 billion."], "$6"),
        ("What was it?", "6", ["It took 26 billion, or 6,500 million."], "6"),
        ("How many million people fled?", "3", ["Some 3 million people fled."], "3"),
        ("What was it?", "$6.04 billion", ["It took $6.04 billion."], "$6.04 billion"),
    ],
)
def test_an_amount_is_given_whole(question: str, answer: str, quotes: list[str], polished: str) -> None:
    assert complete_amount(question, answer, quotes) == polished


@pytest.mark.parametrize(
    ("question", "answer", "polished"),
    [
        ("How old is the oldest dog?", "21-year-old", "21"),
        ("For how long is the tax suspended?", "three-month", "three months"),
        ("How long did it last?", "one-day", "one day"),
        ("Who won?", "21-year-old", "21-year-old"),
        ("How old is the bridge?", "a 90-year-old bridge", "a 90-year-old bridge"),
        ("How long is the ban?", "30-year-old", "30-year-old"),
    ],
)
def test_a_compound_is_opened_where_its_number_is_asked_for(question: str, answer: str, polished: str) -> None:
    assert open_compound(question, answer) == polished


@pytest.mark.parametrize(
    ("question", "quote", "title", "completed"),
    [
        ("Who won?", "On Friday Anna Novak won; Novak thanked her team.", "", "Anna Novak"),
        ("Who won?", "Mayor Novak won by a head.", "Sen. Anna Novak takes Riga", "Anna Novak"),
        ("Who won?", "President Novak won.", "Anna Maria Novak takes Riga", "Anna Maria Novak"),
        ("Who won?", "She lost to Novak.", "A race in Riga", "Novak"),
        ("Who won?", "While Novak won by a head, Baker lost.", "", "Novak"),
        ("Who won?", "Will Novak won by a head.", "", "Will Novak"),
        ("Which town did it hit?", "It hit West Novak first.", "", "Novak"),
        ("Who won?", "Novak won; her brother Petar Novak is in prison.", "Novak wins", "Novak"),
        ("Who won?", "Novak won; her brother Petar Novak is in prison.", "Anna Novak wins", "Novak"),
        ("Who won?", "Novak, the mayor, won; Colonel Petar Novak lost.", "", "Novak"),
        ("Who won?", "Anna Novak won; Petar Novak lost.", "", "Novak"),
        ("Who won?", "Colonel Novak won.", "", "Novak"),
        ("Who won?", "Anna Novak-Berg won against Novak.", "", "Novak"),
    ],
)
def test_a_surname_is_completed_from_its_own_quote(question: str, quote: str, title: str, completed: str) -> None:
    assert complete_name(question, "Novak", quote, title) == completed


@pytest.mark.parametrize(
    ("text", "completed"),
    [
        ("Anna Novak is 47. Novak won.", "Anna Novak"),
        ("Novak won. Her brother is Petar Novak. Anna Novak is 47.", "Novak"),
        ("Novak won. Mayor Novak is 47.", "Novak"),
        ("Novak won. She was asked why. Asked Novak said little.", "Novak"),
        ("Novak won.", "Novak"),
    ],
)
def test_a_surname_is_completed_from_its_article_if_that_has_one_of_the_name(text: str, completed: str) -> None:
    assert complete_name("Who won?", "Novak", "Novak won.", "A race in Riga", text=text) == completed
    start = text.index("Novak won.")
    evidence = [Evidence(1, make_article(text=text), Span(start, start + len("Novak won.")), 0.5)]
    assert polish("Who won?", "Novak", evidence) == completed


@pytest.mark.parametrize(
    ("question", "answer", "completed"),
    [
        ("Which airline do the pilots work for?", "Northwind", "Northwind Airlines"),
        ("Into which sea did it fall?", "Baltic", "Baltic Sea"),
        ("Lee was glad. What prize did he win?", "Larsen", "Larsen Prize"),
        ("Who do the pilots work for?", "Northwind", "Northwind"),
        ("Which airline do the pilots work for?", "Northwind Airlines", "Northwind Airlines"),
        ("Which airline lost a dog?", "North", "North"),
        ("Which pilot flew?", "Larsen", "Larsen"),
        ("Which airline lost a dog?", "Airlines [", "Airlines ["),
    ],
)
def test_a_name_is_completed_by_the_kind_that_is_asked_for(question: str, answer: str, completed: str) -> None:
    quotes = ["The pilot of Northwind lost the Larsen Prize.", "Northwind Airlines flew over the Baltic Sea."]
    assert complete_kind(question, answer, quotes) == completed


@pytest.mark.parametrize(
    ("question", "quote", "completed"),
    [
        ("Which two cities did it hit?", "It hit Riga and Vilnius.", "Riga and Vilnius"),
        ("After the storm, which cities lost power?", "It hit Vilnius and Riga.", "Vilnius and Riga"),
        ("Which cities lost power?", "Power failed in Tallinn, Riga and Vilnius.", "Tallinn, Riga and Vilnius"),
        ("Which cities lost power?", "It hit the Riga, the Hotel Tal and Vilnius.", "Riga, the Hotel Tal and Vilnius"),
        ("Which two cities lost power?", "Power failed in Riga, Tallinn and Vilnius.", "Riga"),
        ("Which cities lost power beside Tallinn?", "Power failed in Riga, Tallinn and Vilnius.", "Riga"),
        ("Which cities lost power?", "But Vilnius and Riga had light.", "Riga"),
        ("Which city did it hit?", "It hit Riga and Vilnius.", "Riga"),
        ("Which cities did it hit besides Vilnius?", "It hit Riga and Vilnius.", "Riga"),
        ("Which cities did it hit?", "It hit Riga, unlike Tallinn and Vilnius.", "Riga"),
        ("Which cities did it hit?", "It hit Riga and the coast.", "Riga"),
        ("Who was hit?", "It hit Riga and Vilnius.", "Riga"),
    ],
)
def test_one_of_several_that_are_asked_for_is_completed(question: str, quote: str, completed: str) -> None:
    assert complete_list(question, "Riga", quote) == completed


@pytest.mark.parametrize(
    ("question", "quote", "named"),
    [
        ("Who won?", "Norway's Anna Novak won by a head.", "Anna Novak"),
        ("Who won?", "Norway's Anna Novak won in Norway.", "Norway"),
        ("Which country won?", "Norway's Anna Novak won by a head.", "Norway"),
        ("Who won?", "Norway won.", "Norway"),
        ("Who won?", "It was Norway's third win.", "Norway"),
    ],
)
def test_who_is_named_stands_behind_whose_it_is(question: str, quote: str, named: str) -> None:
    assert name_owned(question, "Norway", quote) == named


@pytest.mark.parametrize(
    ("question", "several"),
    [
        ("Which two cities did it hit?", True),
        ("Which teams met in the final?", True),
        ("What new routes will the airline fly?", True),
        ("Which airline plans to buy another?", False),
        ("Which university's president resigned?", False),
        ("Which species is rare?", False),
        ("Which Texas town did it hit?", False),
        ("Who won?", False),
        ("Which?", False),
    ],
)
def test_questions_for_several_things_are_told_from_others(question: str, *, several: bool) -> None:
    assert asks_for_several(question) is several


@pytest.mark.parametrize(
    ("question", "answer", "quote", "completed"),
    [
        ("When did it open?", "29 May", "It opened on 29 May 2020 and closed in May 2021.", "29 May 2020"),
        ("When was it founded?", "2015", "Founded in December 2015, it grew.", "December 2015"),
        ("On what date did it open?", "May 29", "The doors opened on May 29, 2020.", "May 29, 2020"),
        ("When did it open?", "May 29", "The doors opened on May 29, at noon.", "May 29"),
        ("In which year did it open?", "2015", "It opened in December 2015.", "2015"),
        ("When did it open?", "Friday", "It opened on Friday, 29 May 2020.", "Friday"),
        ("When did it open?", "2", "It opened on 22 May 2022.", "2"),
        ("When did it open?", "2020", "It opened in 2020 and fell on 29 May 2020.", "2020"),
        ("When did it open?", "2020", "Opened on 2 May 2020, it fell on 29 June 2020.", "2020"),
    ],
)
def test_a_part_of_a_date_is_completed_from_its_own_quote(
    question: str, answer: str, quote: str, completed: str
) -> None:
    assert complete_date(question, answer, [quote]) == completed


@pytest.mark.parametrize(
    ("quotes", "polished"),
    [
        (("The ferry Aurora sank in 2018.", "The Aurora, a ferry, sank on 7 September 2018."), "7 September 2018"),
        (("The ferry Aurora sank in 2018.", "The ferry Lusia sank on 7 September 2018."), "2018"),
        (("The ferry Aurora sank in 2018.", "The ferry Aurora sank on 7 September 2019."), "2018"),
    ],
)
def test_a_part_of_a_date_is_completed_from_a_quote_that_tells_as_much(quotes: tuple[str, ...], polished: str) -> None:
    evidence = [
        Evidence(number, make_article(text=quote), Span(0, len(quote)), 1 / number)
        for number, quote in enumerate(quotes, start=1)
    ]
    assert polish("When did the ferry Aurora sink?", "2018", evidence) == polished


LOWERED = "The toll of the storm was lowered from 21 to 19 on Monday, as two victims had been counted twice."
TURNOUT = "Turnout was 61 percent, up from 58 percent in the first round on October 18."


@pytest.mark.parametrize(
    ("question", "answer", "quote", "taken"),
    [
        ("How many people were killed by the storm?", "21", LOWERED, "19"),
        ("How many people were killed by the storm?", "19", LOWERED, "19"),
        ("How many people were first thought to have been killed?", "21", LOWERED, "21"),
        ("How many people did officials originally count?", "21", LOWERED, "21"),
        ("What number was the toll lowered from?", "21", LOWERED, "21"),
        ("By how much was the toll lowered?", "21", LOWERED, "21"),
        ("How long is his term?", "eight years", "A court cut his term from eight years to five.", "five years"),
        (
            "How long is it?",
            "8 years",
            "They reduced the term of the former transport minister of the islands Per Lund from 8 years to 5.",
            "5 years",
        ),
        ("How long is his term?", "eight years", "A court set a term of eight years to five men.", "eight years"),
        ("What was inflation in May?", "6.8 percent", "It fell from 6.8 percent in May to 6.1 percent.", "6.8 percent"),
        ("What is inflation?", "6.8 percent", "It fell from 6.8 percent in May to 6.1 percent.", "6.1 percent"),
        ("What was the fare in 2019?", "3", "The fare rose from 3 to 4 crowns.", "3"),
        ("How many hours does it take?", "8", "It takes from 8 to 10 hours.", "8"),
        ("What was the turnout in the first round?", "61 percent", TURNOUT, "58 percent"),
        ("Since when has the sea risen?", "1990", "The sea rose faster from 1990 to 2019.", "1990"),
        ("What was the turnout?", "61 percent", TURNOUT, "61 percent"),
        ("What was the turnout in the second round?", "61 percent", TURNOUT, "61 percent"),
        (
            "What was inflation in May?",
            "6.1 percent",
            "It slowed to 6.1 percent in June from 6.8 percent in May.",
            "6.8 percent",
        ),
        (
            "What was inflation in June?",
            "6.1 percent",
            "It slowed to 6.1 percent in June from 6.8 percent in May.",
            "6.1 percent",
        ),
        (
            "What was profit last year?",
            "$3 million",
            "Profit was $3 million, down from $4 million in last year.",
            "$3 million",
        ),
    ],
)
def test_of_two_values_of_one_thing_the_one_asked_for(question: str, answer: str, quote: str, taken: str) -> None:
    assert take_asked(question, answer, quote) == taken


def test_an_answer_is_brought_up_to_date_by_its_own_quote() -> None:
    evidence = [Evidence(1, make_article(text=LOWERED), Span(0, len(LOWERED)), 1.0)]
    assert polish("How many people were killed by the storm?", "21", evidence) == "19"


@pytest.mark.parametrize(
    ("answer", "quote", "completed"),
    [
        ("two", "It killed two members of the staff and four Afghans.", "two members of the staff and four Afghans"),
        ("four", "It killed two members of the staff and four Afghans.", "two members of the staff and four Afghans"),
        ("two", "The dead are two men and three women.", "two men and three women"),
        ("12", "It killed 17 people, 12 civilians and five firefighters.", "17"),
        ("131", "The inquiry counted 131 pupils and four cooks, 135 people in all.", "135"),
        (
            "12",
            "It killed 20 people, 12 civilians and five firefighters among them.",
            "12 civilians and five firefighters",
        ),
        ("two", "It killed two people and four dogs.", "two"),
        ("two", "It killed two and injured four others.", "two"),
        ("two", "It killed two soldiers and four others were injured.", "two"),
        ("two", "It killed two soldiers and four civilians were wounded.", "two"),
        ("three", "It killed two soldiers and four civilians.", "three"),
    ],
)
def test_a_count_in_two_parts_is_told_in_both(answer: str, quote: str, completed: str) -> None:
    assert complete_count("How many people were killed in Kabul?", answer, quote) == completed
    assert complete_count("How many soldiers were killed in Kabul?", answer, quote) == answer
