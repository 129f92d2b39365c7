"""When what a sentence tells happened: written dates, weekdays, asides that are not the event's date."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.dating import find_day, find_period, find_when, say_when
from qa.written_dates import Basis, Precision, When, without_dates

PUBLISHED = date(2024, 8, 24)  # a Saturday
BEFORE = When(date(2024, 8, 1), Precision.DAY, Basis.WRITTEN)


@pytest.mark.parametrize(
    ("sentence", "said", "basis"),
    [
        ("The ferry sank on March 22, 2021.", "22 March 2021", Basis.WRITTEN),
        ("On 22nd of March 2021 the ferry sank.", "22 March 2021", Basis.WRITTEN),
        ("The ferry sank on Friday, 16 August 2024.", "16 August 2024", Basis.WRITTEN),
        ("It opened in December 2016.", "December 2016", Basis.WRITTEN),
        ("The club was founded in 1911.", "1911", Basis.WRITTEN),
        ("The men arrived at the end of 2021.", "2021", Basis.WRITTEN),
        ("On March 8 the embassy warned its citizens.", "8 March 2024", Basis.RELATIVE),
        ("On December 20 the bridge was closed.", "20 December 2023", Basis.RELATIVE),
        ("He is due in court again on September 14.", "14 September 2024", Basis.RELATIVE),
        ("The vote has been set for November 5.", "5 November 2024", Basis.RELATIVE),
        ("The hearing was moved to April 3.", "3 April 2025", Basis.RELATIVE),
        ("The hearing was moved to this Monday.", "26 August 2024", Basis.RELATIVE),
        ("He was arrested on March 8 last year.", "8 March 2023", Basis.RELATIVE),
        ("The bridge closed in November last year.", "November 2023", Basis.RELATIVE),
        ("In May, miners went on strike.", "May 2024", Basis.RELATIVE),
        ("The siege ended on Friday.", "23 August 2024", Basis.RELATIVE),
        ("The siege ended Saturday morning.", "24 August 2024", Basis.RELATIVE),
        ("Last Saturday the siege ended.", "17 August 2024", Basis.RELATIVE),
        ("The trial will open on Monday.", "26 August 2024", Basis.RELATIVE),
        ("The trial will open on Saturday.", "24 August 2024", Basis.RELATIVE),
        ("It had been due to open on Friday, but did not.", "23 August 2024", Basis.RELATIVE),
        ("The mayor resigned yesterday.", "23 August 2024", Basis.RELATIVE),
        ("Three days ago the river burst its banks.", "21 August 2024", Basis.RELATIVE),
        ("Two months ago the river burst its banks.", "June 2024", Basis.RELATIVE),
        ("Two days later the mayor resigned.", "3 August 2024", Basis.RELATIVE),
        ("That night the town hall burned.", "1 August 2024", Basis.RELATIVE),
    ],
)
def test_the_date_of_what_is_told(sentence: str, said: str, basis: Basis) -> None:
    when = find_when(sentence, PUBLISHED, previous=BEFORE)
    assert when is not None
    assert (say_when(when), when.basis) == (said, basis)


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("Four guards died on Thursday, police said on Friday.", "22 August 2024"),
        ("Police said late on Friday that four guards had died.", "23 August 2024"),
        ("Two weeks earlier, on March 7, the embassy had warned of it.", "7 March 2024"),
        ("The deal of May 2019 was signed again on Monday.", "19 August 2024"),
    ],
)
def test_of_several_dates_the_event_s_own(sentence: str, said: str) -> None:
    assert say_when(find_when(sentence, PUBLISHED, previous=BEFORE)) == said


@pytest.mark.parametrize(
    "sentence",
    [
        "It was the worst attack since the bombings of March 2004.",
        "A man who was shot in March has died.",
        "The Easter Sunday bombings shook the country.",
        "The toll was 137 on the Sunday that followed.",
        "The 2015 attacks shook Paris.",
        "It may rain, and the troops may march.",
        "On 31 February 2024 nothing happened.",
        "Some 1999 people came.",
        "She is running for a second term in November.",
        "He was barred after the January 6 riot.",
    ],
)
def test_no_date_is_better_than_another_event_s(sentence: str) -> None:
    assert find_when(sentence, PUBLISHED) is None


@pytest.mark.parametrize(
    "sentence",
    [
        "The old bridge, built in 1931, was a landmark.",
        "The newly painted bridge, opened in 1931, collapsed after the flood.",
        "The treasurer, Per Lund, who is to retire in December, said that the sale was on track.",
        "The mayor rejected calls to dismiss Ida Moen, who had cut the budget in 2023.",
        "Lund Mills bought the dairy, which went bankrupt in 2009.",
        "Per Lund (who founded the dairy in 1988) was sad.",
    ],
)
def test_what_is_added_to_a_noun_dates_nothing(sentence: str) -> None:
    assert find_when(sentence, PUBLISHED) is None


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("The old bridge, built in 1931, collapsed on Friday.", "23 August 2024"),
        ("He resigned, moved to Riga in 2019, and died there.", "2019"),
        ("The storm reached the coast, killed two people on Friday and moved on.", "23 August 2024"),
        ("He was taken to a hospital, where he died on Friday.", "23 August 2024"),
        ("The bridge, built in 1931.", "1931"),
        ("The man who was shot on Friday.", "23 August 2024"),
        ("The ferry, the Aurora, sank in 2019.", "2019"),
        ("On Friday, freed from custody, he left the town.", "23 August 2024"),
        ("Ida Moen, a former judge, pleaded guilty in 2019 to theft, and was fined.", "2019"),
        ("Per Lund, 19, drowned on Friday, weeks before he was to leave.", "23 August 2024"),
        ("When her husband, Per, retired in 2019, she moved to Riga.", "2019"),
        ("After the flood, closed roads were opened on Friday.", "23 August 2024"),
    ],
)
def test_what_the_sentence_tells_keeps_its_date(sentence: str, said: str) -> None:
    assert say_when(find_when(sentence, PUBLISHED)) == said


def test_without_a_day_of_publication_only_whole_dates_are_read() -> None:
    assert find_when("The siege ended on Friday.", None) is None
    assert find_when("On March 8 it ended.", None) is None
    assert say_when(find_when("It ended on 8 March 2024.", None)) == "8 March 2024"


def test_a_day_of_publication_is_said_to_be_one() -> None:
    assert say_when(When(PUBLISHED, Precision.DAY, Basis.PUBLISHED)) == "reported 24 August 2024"
    assert say_when(None) == "no date"


@pytest.mark.parametrize(
    ("topic", "first", "last"),
    [
        ("Mali in 2017", date(2017, 1, 1), date(2017, 12, 31)),
        ("Mali in February 2024", date(2024, 2, 1), date(2024, 2, 29)),
        ("Volgograd on August 23", date(2024, 8, 23), date(2024, 8, 23)),
        ("Volgograd this week", date(2024, 8, 17), PUBLISHED),
        ("Volgograd last week", date(2024, 8, 10), PUBLISHED),
        ("Volgograd on Monday last week", date(2024, 8, 10), PUBLISHED),
        ("the May 2023 floods last month", date(2024, 7, 1), date(2024, 7, 31)),
        ("Volgograd last year", date(2023, 1, 1), date(2023, 12, 31)),
        ("Volgograd this year", date(2024, 1, 1), PUBLISHED),
        ("Volgograd last month", date(2024, 7, 1), date(2024, 7, 31)),
        ("Volgograd last Friday", date(2024, 8, 23), date(2024, 8, 23)),
        ("Volgograd two years ago", date(2022, 1, 1), date(2022, 12, 31)),
        ("Volgograd on March 8 last year", date(2023, 3, 8), date(2023, 3, 8)),
        ("Mali in 2017 and 2018", date(2017, 1, 1), date(2018, 12, 31)),
        ("Mali before 2017", date.min, date(2016, 12, 31)),
    ],
)
def test_a_question_names_a_time(topic: str, first: date, last: date) -> None:
    assert find_period(topic, PUBLISHED) == (first, last)


def test_a_year_that_names_an_event_is_no_time_to_keep_to() -> None:
    assert find_period("the 2015 Paris attacks", PUBLISHED) is None
    for words, first in (("since March 2023", date(2023, 3, 1)), ("after 2017", date(2018, 1, 1))):
        period = find_period(f"Niger {words}", PUBLISHED)
        assert period is not None
        assert period[0] == first
        assert period[1] > PUBLISHED


WORDS = re.findall(
    r"\S+",
    "on in since of last next the by until March May 8 31 2024 2015 0 99 Friday Sunday yesterday two days weeks months "
    "years later ago earlier that night said police died, will be due who which 2024-02-30 1st 22nd Sept. end early",
)


@settings(deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join), st.dates(date(1801, 1, 1), date(2099, 12, 31)))
def test_any_words_are_read_without_harm(sentence: str, published: date) -> None:
    when = find_when(sentence, published, previous=BEFORE)
    assert when is None or when.day <= when.last
    assert (when is None) <= (say_when(when) == "no date")
    find_period(sentence, published)
    assert len(without_dates(sentence)) == len(sentence)


@settings(deadline=None)
@given(st.dates(date(1900, 1, 1), date(2090, 12, 31)), st.integers(0, 6))
def test_a_weekday_is_the_newest_up_to_the_day_of_publication(published: date, back: int) -> None:
    day = published - timedelta(back)
    when = find_when(f"The siege ended on {day:%A}.", published)
    assert when is not None
    assert when.day == day


@pytest.mark.parametrize(
    ("text", "quote", "day"),
    [
        ("Thursday", "The secretary resigned on Thursday over it.", "25 April 2019"),
        ("Thursday night", "He was seen on Thursday night.", "25 April 2019"),
        ("yesterday", "He died yesterday.", "25 April 2019"),
        ("next Tuesday", "The bridge will open next Tuesday.", "30 April 2019"),
        ("March 31", "The crash on March 31 killed all.", "31 March 2019"),
        ("December 31, 2023", "It ends on December 31, 2023.", ""),
        ("2015", "It was founded in 2015.", ""),
        ("two", "Two died on Thursday.", ""),
        ("Monday or Tuesday", "It opens on Monday or Tuesday.", ""),
    ],
)
def test_the_day_that_a_short_answer_means(text: str, quote: str, day: str) -> None:
    when = find_day(text, quote, date(2019, 4, 26))
    assert (when.say() if when else "") == day
    assert find_day("Thursday", quote, None) is None
