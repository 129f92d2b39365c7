"""What is taken out of an article, what is kept, and that nothing breaks on the way.

Measured on 800 pages of the real corpora (2026-11), about 40,000 lines: 2,203 lines were taken out. Read by eye,
repetitions of one form aside, two were real content taken for furniture, and the sentence rule took addresses and
sentences out of lists; the rules at fault were narrowed, and the cases stand below.

On 2026-11-27 rules were narrowed again. In all 4,951 pages 22 lines then stayed that had gone: ten are text, eight
captions that state something, four furniture. Two lines of furniture went that had stayed.
"""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.article import Article
from index.cleaning import clean_article, clean_text
from index.errors import ReadError
from index.readers import RawArticle, read_file

SHARED = Path(__file__).parents[1] / ".." / "shared" / "seeds"
BODY = (
    "Flood water reached the old harbour of the town shortly before noon on Tuesday, the mayor told reporters.",
    "Nobody was hurt, but some forty families had to leave their homes, and two schools will stay closed this week.",
    "Engineers expect the river to fall again by Thursday evening, once the upper lakes have been drained.",
)


def raw(text: str, **fields: object) -> RawArticle:
    values: dict[str, object] = {
        "title": "",
        "published": "",
        "source": "",
        "author": "",
        "url": "",
        "tags": (),
        "path": "f.txt",
    }
    return RawArticle(text=text, **(values | fields))  # type: ignore[arg-type]


def clean(*lines: str, **fields: object) -> Article:
    return clean_article(raw("\n\n".join(lines), **fields))


def paragraphs(article: Article) -> list[str]:
    return article.text.split("\n\n")


# The two articles this was made for


def seed(name: str) -> Article:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{path} is not there")
    (found,) = read_file(path)
    assert isinstance(found, RawArticle)
    return clean_article(found)


def test_headline_bullets_and_body() -> None:
    article = seed("000_638c39a5c024fb82.txt")
    assert article.title == "Russian Forces Rescue Hostages from Islamic State Attackers"
    assert (article.published, article.source, article.tags) == (None, "", ())
    assert [p[:24] for p in paragraphs(article)] == [
        "Russian special forces s",
        "Four men linked to Islam",
        "The prisoners responsibl",
        "In a dramatic turn of ev",
    ]


def test_scraped_page() -> None:
    article = seed("004_14021f0e755afc9b.txt")
    assert article.title.startswith("The Islamic State Attack on Russia: Reasons")
    assert (article.published, article.source) == (date(2024, 3, 23), "EFE")
    assert article.tags == (
        "Intervention",
        "Syria",
        "participation",
        "Sahel",
        "reasons",
        "Islamic",
        "State",
        "attack",
        "Moscow",
    )
    assert len(paragraphs(article)) == 18
    for gone in (
        "Maxim",
        "Akismet",
        "Comment",
        "1711173348",
        "#",
        "04:01",
        "(AP)",
        "(EFE)",
        "Dozens dead after",
        "various",
    ):
        assert gone not in article.text


# Taken out


@pytest.mark.parametrize(
    "line",
    [
        "Leave a Comment",
        "Leave a Reply",
        "12 Comments",
        "Comments (3)",
        "Your email address will not be published.",
        "This site uses Akismet to reduce spam. Learn how your comment data is processed.",
        "Share this article",
        "Facebook | Twitter | WhatsApp | Email",
        "Share on Facebook",
        "Tweet",
        "Print",
        "Sign up for our free weekly newsletter and get the best stories in your inbox.",
        "Support local journalism.",
        "Subscribe to our newsletter",
        "Want more? Sign up for the Morning Brief newsletter.",
        "Subscribe now",
        "We use cookies to improve your experience on this site. Accept all cookies.",
        "Cookie policy",
        "Read more: The river that nobody watched",
        "Related: Ten floods that changed the valley",
        "Read More",
        "READ MORE:",
        "Also read: The mayor's long week",
        "Floods in the valley:Mayor calls for calm after a long night of rain",
        "Click here to read more.",
        "Advertisement",
        "Story continues below",
        "More from The Example",
        "___",
        "* * *",
        "Photo: Jane Doe",
        "Photo by Jane Doe/The Example",
        "File photo",
        "Getty Images",
        "Image caption The harbour at noon",
        "Image source, Getty Images",
        "FILE - The harbour of the town, Jan. 5, 2020. (AP Photo/Jane Doe, File)",
        "The harbour at noon. (REUTERS/Jane Doe)",
        "The harbour at noon. (Photo by Jane Doe/AFP via Getty Images)",
        "The harbour at noon. Jane Doe/Getty Images",
        "The harbour on Tuesday (AP)",
        "The harbour at noon. Credit: Jane Doe",
        "© 2024 The Example. All rights reserved.",
        "Follow Jane Doe on Twitter: @janedoe",
        "Contributing: The Associated Press",
        "Reporting by Jane Doe; Editing by John Roe",
        "Contact Jane Doe at jane@example.com.",
        "(Reporting by Jane Doe; Editing by John Roe)",
        "(Reporting by Jane Doe in Oslo and John Roe in Rome; writing by Ann Lee; additional reporting by Per Lund)",
        "Additional reporting by Jane Doe",
        "With reporting by DPA",
        "(With inputs from PTI)",
        "By our correspondent in Port Levik",
        "By a staff reporter",
        "Listen to our podcast: The Morning After",
        "What did you think of the match? Have your say in the comments below.",
        "Have your say in the comments.",
        "Photo: Anna Berg/Reuters",
        "Photographs by Anna Berg and John Roe for The Example",
        "Image source, Reuters",
        "Image caption, The harbour was under water at noon",
        "Source: Ministry of Health",
        "Picture courtesy of Anna Berg",
        "Copyright 2024 The Associated Press. All rights reserved. This material may not be published or rewritten.",
        "The Example Ltd. All rights reserved.",
        "(c) 2024 The Example",
        "Follow us on X",
        "Follow the Example reporter Anna Berg on Facebook and Instagram",
        "Send tips to tips@example.com",
        "Have a tip? Write to tips@example.com.",
        "Reach Anna Berg at anna.berg@example.com or 555-0100.",
        "Anna Berg covers courts for The Example. Reach her at anna@example.com and follow her on X @annaberg.",
        "To read on, subscribe to The Example.",
        "For more, sign up for our newsletter.",
        "Please subscribe and tell your friends.",
        "Thank you for supporting our journalism. You can change your plan at any time.",
        "By using this website you agree to our use of cookies.",
        "Accept all cookies",
        "More from our Floods series",
        "The mayor looks at the harbour. The town was flooded on Tuesday. (AP Photo/Jane Doe)",
        "The harbour at noon. (AP Photo)",
        "The harbour at noon. (Staff photo by Jane Doe)",
        "The harbour at noon. (Jane Doe / AFP)",
        "The mayor at the harbour (Reuters)",
        "(Reuters)",
        "AP",
        "CNN —",
        "(COMMERCIAL BREAK)",
        "#flood #harbour",
        "1711173348",
    ],
)
def test_furniture_goes(line: str) -> None:
    assert paragraphs(clean(BODY[0], line, *BODY[1:])) == list(BODY)


def test_captions_repeat_the_body() -> None:
    caption = "Engineers expect the river to fall again by Thursday evening."
    assert paragraphs(clean(BODY[0], caption, *BODY[1:])) == list(BODY)


def test_a_sentence_said_twice_counts_once() -> None:
    again = f"{BODY[1]} Help is on its way to them all."
    assert paragraphs(clean(*BODY, again)) == [*BODY, "Help is on its way to them all."]


# Kept


@pytest.mark.parametrize(
    "line",
    [
        "Residents can sign up for alerts on the town's website, the mayor said, and many have done so since Monday.",
        "He told the newsletter's readers that cookies were his favourite food.",
        "“Photo: nobody,” he joked.",
        "The newspaper will share the photographs with the police.",
        "She comments on football for a local station.",
        "MOSCOW (AP) — Four guards were killed on Friday.",
        "WASHINGTON, March 23 (Reuters) - The Senate voted on Saturday.",
        "“We will win,” she said.",
        "More than 40 people were rescued: children, mothers and one very old man.",
        "Read the letter: it says that the harbour is safe, and that nobody needs to leave it before Thursday evening; "
        "whoever wants to go may of course do so, and will be helped by the town, the church and the firemen alike.",
        "The photo was taken by Getty Images in 2019, long before the flood.",
        "Ohio",
        "1. What happened?",
        "Reporting by two newspapers showed that the harbour was never dredged.",
        "Reporting by the Harbour Courier led to the arrest of the mayor.",
        "(Reporting by the Courier had shown that the wall was weak.)",
        "With reporting by all hospitals required, the figures rose.",
        "With files from the ministry missing, the trial was put off.",
        "By our count 14 houses are lost.",
        "By a reporter's account nine people were rescued.",
        "Listen to our children: that was the plea of the teachers on Monday.",
        "Residents will have their say in the comments that the council collects until Friday.",
        "What did the mayor know? Have your say, he told the voters, and many did in the comments he received.",
        "Who pays for it?",
        "The death toll rose to 137, Reuters reported.",
        "Related costs came to $5 million, an auditor found.",
        "Subscribers left the service in droves; it lost 970,000 of them.",
        "Monday, June 8, 2020",
        "Location: Washington, D.C.",
        "By Thursday the water had gone.",
        "This article has been updated to reflect the news that the council gave the town emergency status.",
        "The agency will host a webinar on Monday to explain which documents families should plan to submit when they "
        "apply for a grant. Sign up here to receive the link, which will be sent to all before the meeting starts.",
        "By Monday everything was under water",
        "Copyright infringement claims against the firm rose to 14 in 2023, the court said.",
        "(c) The council may close the road for up to 14 days.",
        "The islands were shared out, and the treaty left all rights reserved to them.",
        "Villagers aged 18 to 25 can open the app, sign up and receive a one-off payment of $24,000, she said.",
        "Whoever missed the deadline can go online, sign up for the scheme and get 300 euros a hectare.",
        "Viewers must open an account, subscribe to Example Plus and pay 14 euros a month.",
        "The library wants forty readers for its school mornings. Sign up to be one of them.",
        "The jury praised our journalism, and 400 readers subscribed in a week.",
        "Messages delivered to your inbox by strangers cost savers $14 million last year, the bank said.",
        "Images by the satellite company show a crater 12 metres wide.",
        "Photographs by a drone showed that the bridge had collapsed.",
        "Pictures courtesy of the army show that the bridge still stands.",
        "Credit, not cash, now pays for 70% of purchases in the country.",
        "Source: nobody would say where the figure of 14 deaths came from.",
        "Media credit ratings were cut by the agency on Friday.",
        "Video source code was leaked by hackers on Monday.",
        "Image caption contests drew 14,000 readers.",
        "Follow-up talks will be held on X on Friday, the minister said.",
        "Follow-up talks will be held on X on Friday.",
        "Contact tracing was advertised on Facebook in 14 towns.",
        "Police want anyone with information to contact them at tips@example.com.",
        "Contact Detective Anna Berg at berg@example.com with what you saw.",
        "Email the office at grants@example.gov to learn whether you may apply.",
        "The boy was last seen on Monday in a red coat. Contact them at tips@example.com.",
        "Send tips to waiters tax-free, the candidate promised in Las Vegas.",
        "Have tips been taxed before? The Treasury had to look it up.",
        "Have tips been taxed before?",
        "The bridge fell at noon. Nine people were in two cars. All of them got out in time. (AP Photo)",
        "The bridge fell at noon. All nine people got out in time. (File)",
        "The bridge fell at noon, as one could see (the photo by Anna showed 14).",
        "The bridge fell at noon. Nine were hurt. One is in danger. The mayor has resigned. (Photo by Jane Doe/AFP)",
        "Three channels showed the speech (CNN, Fox News and Example One).",
        "Nobody was hurt when the bridge fell. Reuters",
        "More from the same battalion were killed.",
        "More videos of the attack were found on his phone.",
        "We use cookies in the test kitchen, the chef said.",
        "We sold 4,000 cookies at the fair, and every coin went to the fire brigade.",
        "Privacy policy changes cost the company 14 million users.",
        "The ferry to the island is made possible in part by funding from two counties.",
        "Also on the ship's manifest: nine crates of copper and a piano.",
        "Eight firefighters were treated for burns at the hospital. (AP)",
        "Eight firefighters were treated for burns at the hospital (AP)",
    ],
)
def test_body_text_stays(line: str) -> None:
    last = "All of them were back in their houses when the week had ended."
    assert paragraphs(clean(*BODY, line, last)) == [*BODY, line, last]


def test_new_facts_are_no_repeats() -> None:
    line = "Engineers expect the river to fall again by Friday 7 evening."
    assert line in paragraphs(clean(*BODY, line))


def test_an_address_under_every_entry_stays() -> None:
    listed = [
        f"Concert number {word}\n\n• Location: Town Hall, Main St., Springfield, Ill."
        for word in ("one", "two", "three")
    ]
    assert clean(*listed).text.count("Town Hall") == 3


def test_the_last_paragraph_may_end_with_its_agency() -> None:
    assert paragraphs(clean(*BODY, "The lakes are nearly empty now. (AFP)"))[-1].endswith("(AFP)")


@pytest.mark.parametrize("fields", [{"title": "News in brief"}, {"title": "News in brief", "published": "2024-03-23"}])
def test_briefs_that_end_with_their_agencies_stay(fields: dict[str, object]) -> None:
    briefs = [
        "A bus fell into the river on Monday. Nine passengers swam to the bank. (Kyodo)",
        "The upper house voted for the new tax. (AFP)",
        "Fishermen found a wreck off the southern cape. It may be that of the ferry lost in 1911. (Reuters)",
        "The old theatre opens again in May. (PA)",
    ]
    assert paragraphs(clean(*briefs, **fields)) == briefs
    assert paragraphs(clean("2024-03-23", *briefs, title="News in brief")) == briefs


def test_a_first_paragraph_that_ends_with_its_agency_stays() -> None:
    lead = "Flood water reached the harbour before noon and was still rising at night. (AP)"
    assert paragraphs(clean("Flood in the harbour", "2024-03-23", lead, *BODY[1:])) == [lead, *BODY[1:]]


def test_what_is_said_of_several_people_stays() -> None:
    said = "He was sentenced to death in 1988."
    listed = [f"{name} was convicted of murder. {said}" for name in ("John Roe", "Richard Miles")]
    assert clean(*listed, title="T").text.count(said) == 2
    assert clean(*listed, f"{listed[0]} Nothing more is known.", title="T").text.count(said) == 2


def test_bullets_lose_the_dash_only() -> None:
    bullets = ["- Engineers expect the river to fall by Thursday evening.", "• Two schools will stay closed this week."]
    assert paragraphs(clean("A flood", *bullets, *BODY)) == [bullets[0][2:], bullets[1][2:], *BODY]


# What becomes a field


def test_header_lines_become_fields() -> None:
    article = clean("Flood in the harbour", "By Jane Doe and John Roe", "Published March 23, 2024 4:01 PM EDT", *BODY)
    assert article.title == "Flood in the harbour"
    assert article.author == "Jane Doe and John Roe"
    assert article.published == date(2024, 3, 23)
    assert paragraphs(article) == list(BODY)


@pytest.mark.parametrize(
    "line",
    [
        "March 23, 2024 / 10:02 AM / Harbour News",
        "March 23, 20241:53 PM ET",
        "Issued on: 23/03/2024 - 10:15",
        "Publish Date: March 23, 2024",
        "Posted on March 23, 2024 by admin",
        "Mar 23 2024 2:15PM SGT",
        "Jane Doe - 23 March 2024 - 10:15",
    ],
)
def test_a_date_line_is_no_part_of_the_text(line: str) -> None:
    article = clean("Flood in the harbour", line, *BODY)
    assert (article.published, paragraphs(article)) == (date(2024, 3, 23), list(BODY))


DATED = ("19 March 2024", BODY[0], "20 March 2024", BODY[1], "21 March 2024", BODY[2])


@pytest.mark.parametrize(
    ("head", "entries"),
    [
        ((), DATED),
        ((), DATED[:4]),
        ((), (*DATED[4:], *DATED[2:4], *DATED[:2])),
        (("By Jane Doe",), DATED),
    ],
)
def test_the_dates_of_a_timeline_stay_and_are_not_its_own(head: tuple[str, ...], entries: tuple[str, ...]) -> None:
    article = clean("Timeline of the flood", *head, *entries)
    assert (article.published, paragraphs(article)) == (None, list(entries))


@pytest.mark.parametrize("head", [("23 March 2024",), ("Published 23 March 2024", "By Jane Doe")])
def test_a_timeline_has_a_date_of_its_own(head: tuple[str, ...]) -> None:
    intro = "The river rose for three days, and nobody in the town had seen the like before."
    article = clean("Timeline of the flood", *head, intro, *DATED)
    assert (article.published, paragraphs(article)) == (date(2024, 3, 23), [intro, *DATED])


@pytest.mark.parametrize(("line", "stays"), [("25 March 2024", False), ("24 March 2024", False), ("1 May 1969", True)])
def test_a_plain_date_that_is_not_the_record_s_stays(line: str, stays: bool) -> None:
    article = clean(line, *BODY, title="A flood", published="2024-03-25")
    assert article.published == date(2024, 3, 25)
    assert paragraphs(article) == [line, *BODY] if stays else list(BODY)


def test_dates_under_links_make_no_timeline() -> None:
    links = ("The lakes are full", "20 March 2024", "Schools are closed", "18 March 2024")
    article = clean("Flood in the harbour", "23 March 2024", *BODY, *links)
    assert (article.published, paragraphs(article)) == (date(2024, 3, 23), [*BODY, *links])


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
@pytest.mark.parametrize(
    "head",
    [
        ("Title: Flood in the harbour", "Date: 23 March 2024", "Author: Jane Doe", "URL: https://example.com/flood"),
        (
            "Headline: Flood in the harbour",
            "Published: 2024-03-23 10:15",
            "By: Jane Doe",
            "Link: https://example.com/flood",
        ),
        ("URL: https://example.com/flood", "author: Jane Doe", "title: Flood in the harbour", "date: March 23, 2024"),
    ],
)
def test_a_head_of_named_fields_is_read(head: tuple[str, ...], gap: str) -> None:
    article = clean_article(raw(gap.join(head) + "\n\n" + "\n\n".join(BODY)))
    assert (article.title, article.published) == ("Flood in the harbour", date(2024, 3, 23))
    assert (article.author, article.url, article.source) == ("Jane Doe", "https://example.com/flood", "example.com")
    assert paragraphs(article) == list(BODY)


def test_a_named_source_comes_before_the_site() -> None:
    article = clean("Source: The Example\nURL: https://cdn.example.org/1", "Flood in the harbour", *BODY)
    assert (article.source, article.title) == ("The Example", "Flood in the harbour")


def test_one_named_line_is_text() -> None:
    line = "Author: nobody knows who wrote the letter."
    assert paragraphs(clean(line, *BODY)) == [line, *BODY]


def test_what_describes_a_book_is_text() -> None:
    lines = ("Title: The Flood", "Author: John Roe")
    article = clean(*lines, *BODY, title="A book about the flood")
    assert (article.author, paragraphs(article)) == ("", [*lines, *BODY])


@pytest.mark.parametrize("title", ["Will the town pay for the flood?", "Flood: Did the U.S. Army help?"])
def test_a_question_may_be_the_title(title: str) -> None:
    article = clean(title, *BODY)
    assert (article.title, paragraphs(article)) == (title, list(BODY))


@pytest.mark.parametrize("line", ["“Who pays?”", "The river rose. Who knew?", "- Who pays?"])
def test_other_questions_are_text(line: str) -> None:
    assert clean(line, *BODY).title == ""


def test_a_caption_under_the_date_line_goes() -> None:
    caption = "The harbour, the lakes, and the reasons for the flood. (AP)"
    assert paragraphs(clean("Flood in the harbour", "2024-03-23", caption, *BODY)) == list(BODY)


def test_the_file_s_own_fields_win() -> None:
    article = clean(
        "2024-03-23", *BODY, "(EFE)", "#b", published="2024-03-25", source="The Example", tags=("A", "a", "B")
    )
    assert (article.published, article.source, article.tags) == (date(2024, 3, 25), "The Example", ("A", "B"))


@pytest.mark.parametrize(
    ("fields", "lines", "source"),
    [
        ({"url": "https://edition.cnn.com/2024/x"}, ("(EFE)",), "cnn.com"),
        ({"url": "https://www.bbc.co.uk/news"}, (), "bbc.co.uk"),
        ({"url": "not a url"}, (), ""),
        ({}, ("(EFE)",), "EFE"),
        ({}, (), ""),
    ],
)
def test_source(fields: dict[str, object], lines: tuple[str, ...], source: str) -> None:
    assert clean(*BODY, *lines, **fields).source == source


def test_a_dateline_names_the_agency_and_stays() -> None:
    article = clean("MOSCOW (AP) — Four guards were killed.", *BODY, title="T")
    assert (article.source, paragraphs(article)[0]) == ("AP", "MOSCOW (AP) — Four guards were killed.")


def test_a_dateline_cut_off_is_put_back() -> None:
    assert paragraphs(clean("London CNN —", *BODY, title="T"))[0] == f"London CNN — {BODY[0]}"


def test_the_title_is_not_repeated_and_a_cut_one_made_whole() -> None:
    article = clean("Flood in the old harbour of the town", *BODY, title="Flood in the old ...")
    assert (article.title, paragraphs(article)) == ("Flood in the old harbour of the town", list(BODY))
    assert paragraphs(clean("FLOOD IN THE HARBOUR!", *BODY, title="Flood in the harbour")) == list(BODY)


def test_a_first_sentence_is_no_title() -> None:
    article = clean(*BODY)
    assert (article.title, paragraphs(article)) == ("", list(BODY))


def test_a_single_line_is_text() -> None:
    assert clean("Nothing but this").text == "Nothing but this"


def test_lines_cut_to_fit_a_page_are_joined() -> None:
    wrapped = (
        "Flood water reached the old harbour of the town shortly before noon on\nTuesday, the mayor told reporters; "
        "nobody was hurt, but some forty\nfamilies had to leave.\n\nTwo schools will stay closed."
    )
    assert paragraphs(clean_article(raw(wrapped, title="T")))[0].endswith("some forty families had to leave.")
    assert len(paragraphs(clean_article(raw(wrapped, title="T")))) == 2


# Characters


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("a\u00a0b\u2009\tc", "a b c"),
        ("a\u200bb\ufeffc\u202ed\u2066e\x00f\x1bg\u00adh", "abcdefgh"),
        ("e\u0301", "é"),
        ("\ud83d x \udfff", "� x �"),
        ("oﬃcial", "official"),
        ("a\U000e0041b", "ab"),
        ("👩\u200d👩", "👩\u200d👩"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("“curly” — ‘quotes’ … £5", "“curly” — ‘quotes’ … £5"),
    ],
)
def test_characters(written: str, stored: str) -> None:
    assert clean_text(written) == stored


def test_identity_is_title_and_text() -> None:
    article = clean(*BODY, title="T")
    assert article.sha256 == hashlib.sha256(f"T\n\n{article.text}".encode()).hexdigest()
    assert article.id == article.sha256[:16]
    assert clean(*BODY, title="T", path="elsewhere", url="https://example.com").id == article.id
    assert clean(*BODY, title="U").id != article.id


@pytest.mark.parametrize("text", ["", " \n\n ", "Leave a Comment", "#a #b", "...", "\ud800"])
def test_nothing_left_is_said(text: str) -> None:
    with pytest.raises(ReadError, match=r"f\.txt: no article text"):
        clean_article(raw(text))


LINES = st.lists(
    st.sampled_from(
        [
            *BODY,
            "(AP)",
            "- a bullet",
            "#tag #tag",
            "By Jane Doe",
            "2024-03-23",
            "CNN —",
            "Read more: x",
            "\u202e",
            "1711173348",
        ]
    )
    | st.text(max_size=40)
    | st.text(alphabet=st.characters(), max_size=20),
    max_size=12,
)
ANY = st.text(alphabet=st.characters(), max_size=20)


@settings(deadline=None)
@given(lines=LINES, title=ANY, published=ANY, source=ANY, author=ANY, url=ANY, tag=ANY, html=st.booleans())
def test_any_article_is_survived_and_valid(
    lines: list[str], title: str, published: str, source: str, author: str, url: str, tag: str, html: bool
) -> None:
    entry = raw(
        "\n\n".join(lines),
        title=title,
        published=published,
        source=source,
        author=author,
        url=url,
        tags=(tag,),
        html=html,
    )
    try:
        article = clean_article(entry)
    except ReadError:
        return
    for part in (article.title, article.text, article.source, article.author, article.url, *article.tags):
        part.encode("utf-8")
        assert "\x00" not in part
    assert article.text == article.text.strip()
    assert "\n\n\n" not in article.text
    assert all(p == " ".join(p.split()) for p in paragraphs(article))


def test_cleaning_twice_changes_nothing() -> None:
    article = clean("A flood", "- One bullet about it.", *BODY, "(EFE)", "#flood")
    again = clean_article(raw(article.text, title=article.title))
    assert (again.text, again.id) == (article.text, article.id)


def test_a_joiner_after_a_ligature_is_taken_out_at_once() -> None:
    assert clean_text("\ufb00\u200c") == "ff"


@pytest.mark.parametrize(
    "head",
    [
        "Bridge collapses in Oslo\n\nTwo people were killed, police say.\n\nMay 3, 2024",
        "Will the bridge hold?\n\nMay 3, 2024",
        "Fire kills 12.\n\n3 May 2024",
    ],
)
@pytest.mark.parametrize("later", ["", "\n\nApril 20, 2024\n\nThe bridge had been inspected."])
def test_a_date_under_a_sentence_is_the_article_s(head: str, later: str) -> None:
    article = clean(f"{head}\n\nThe bridge fell on Friday morning.\n\nDivers searched for survivors.{later}")
    assert article.published == date(2024, 5, 3)
    assert "May 3" not in article.text
    assert "3 May" not in article.text


def test_a_joiner_behind_an_invisible_character_goes_with_it() -> None:
    assert clean_text("\ufeff\u200c") == ""
    assert clean_text("م\u200cی") == "م\u200cی"


@pytest.mark.parametrize(
    ("line", "author"),
    [
        ("By Anna Berg at Harbour Park", "Anna Berg"),
        ("By Anna Berg in Port Levik", "Anna Berg"),
        ("By Anna Berg and Per Lund in Oslo", "Anna Berg and Per Lund"),
    ],
)
def test_a_byline_may_name_the_place(line: str, author: str) -> None:
    article = clean("The harbour is flooded", line, *BODY)
    assert (article.author, paragraphs(article)) == (author, list(BODY))


@pytest.mark.parametrize("line", ["By Thursday in Oslo", "By Train in Norway", "By Anna Berg at noon the water fell"])
def test_a_line_that_only_begins_like_a_byline_stays(line: str) -> None:
    assert line in paragraphs(clean("The harbour is flooded", line, *BODY))
