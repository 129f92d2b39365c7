"""Dates as news writes them; no date rather than a wrong one."""

from __future__ import annotations

from datetime import UTC, date, datetime
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.dates import find_date, is_bare_date, parse_date, tells_time

THE_DAY = date(2024, 3, 23)


@pytest.mark.parametrize(
    "written",
    [
        "2024-03-23",
        "2024-03-23 04:01:00",
        "2024-03-23T04:01:00Z",
        "2024-03-23T04:01:00.123+02:00",
        "2024-03-23T23:59:59-0500",
        "20240323",
        "20240323040100",
        "D:20240323040100+00'00'",
        "2024/03/23",
        "2024.3.23",
        "March 23, 2024",
        "march 23 2024",
        "Mar. 23, 2024",
        "March 23rd, 2024",
        "23 March 2024",
        "23rd of March, 2024",
        "23-Mar-2024",
        "Saturday, March 23, 2024",
        "Sat., Mar. 23, 2024, 4:01 p.m. EDT",
        "Sat, 23 Mar 2024 04:01:00 +0000",
        "Sat Mar 23 2024 04:01:00 GMT+0100",
        "Published: March 23, 2024 at 4:01 PM ET",
        "Published March 23, 2024 | Updated March 24, 2024",
        "Updated 4:01 AM EDT, Sat March 23, 2024",
        "Publish Date: March 23, 2024",
        "Issued on: 23/03/2024 - 10:15",
        "March 23, 20241:53 PM ET",
        "23/03/202410:15",
        "Mar 23 2024 2:15PM SGT",
        "23/03/2024",
        "03/23/2024",
        "23.03.2024",
        "23 de marzo de 2024",
        "23 mars 2024",
        "23. März 2024",
        "1711173348",
        "1711173348000",
        "1711173348.52",
        1711173348,
        1711173348000,
        1711173348.5,
    ],
)
def test_reads_the_day(written: str | float) -> None:
    assert parse_date(written) == THE_DAY


@pytest.mark.parametrize(
    "written",
    [
        "", " ", "12", "2024", "Friday", "March", "March 2024", "March 23", "today", "yesterday", "2 days ago",
        "3/4/2024", "03-04-2024", "23/03/24", "2024-13-01", "2024-02-30", "February 30, 2024", "0001-01-01",
        "9999-12-31", "99999999999999999999", "123456789", "555-123-4567", "1.2.3.4", "Chapter 12, page 2024",
        "On March 23, 2024, four gunmen attacked a concert hall.", "Jane Doe, March 23, 2024", "12:30",
        "Issued on: 03/04/2024 - 10:15",
        "May 12 people and 2024 others", "٢٠٢٤", "nan", "1e9", "version 2024.3.23 of the report",
        -1, 0, 12, 2024, float("nan"), float("inf"), 10**30, True,
    ],
)  # fmt: skip
def test_refuses_what_is_not_surely_a_date(written: str | float) -> None:
    assert parse_date(written) is None


def test_dotted_dates_are_day_first() -> None:
    assert parse_date("3.4.2024") == date(2024, 4, 3)


def test_finds_the_first_date_line() -> None:
    assert find_date(["By Jane Doe", "March 23, 2024", "2023-01-01"]) == (THE_DAY, 1)
    assert find_date(["By Jane Doe"]) is None


@pytest.mark.parametrize("line", ["1 March 2022", "March 1, 2022", "Tuesday, Mar. 1, 2022", "2022-03-01"])
def test_a_plain_date_may_head_an_entry(line: str) -> None:
    assert is_bare_date(line)


@pytest.mark.parametrize(
    "line", ["Published 1 March 2022", "1 March 2022, 10:15", "1 March", "A convoy on 1 March 2022"]
)
def test_other_lines_are_no_plain_dates(line: str) -> None:
    assert not is_bare_date(line)


@pytest.mark.parametrize(
    ("text", "expected"), [("10:02 AM", True), ("2:15PM SGT", True), ("10 years", False), ("", False)]
)
def test_a_time_of_day(text: str, expected: bool) -> None:
    assert tells_time(text) is expected


@given(st.datetimes(min_value=datetime(1990, 1, 2), max_value=datetime(2099, 12, 30)))
def test_every_common_form_of_a_day_is_read_alike(moment: datetime) -> None:
    moment = moment.replace(tzinfo=UTC)
    forms: list[str | float] = [
        moment.isoformat(),
        moment.strftime("%B %d, %Y"),
        moment.strftime("%d %b %Y"),
        moment.strftime("%Y/%m/%d %H:%M"),
        format_datetime(moment),
        moment.timestamp(),
        int(moment.timestamp()) * 1000,
    ]
    assert {parse_date(form) for form in forms} == {moment.date()}


@given(st.text())
def test_any_text_is_survived(text: str) -> None:
    parse_date(text)
