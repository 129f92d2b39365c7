"""Small talk is answered shortly and honestly; a question about the news is never taken for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qa.smalltalk import is_other_language, reply_to_smalltalk

ROOT = Path(__file__).resolve().parent.parent
QUESTIONS = {
    "questions.jsonl": ROOT / "seeds",
    "unanswerable.jsonl": ROOT / "seeds",
    "realtimeqa/questions.jsonl": ROOT.parent / "shared" / "eval",
    "realtimeqa/unanswerable.jsonl": ROOT.parent / "shared" / "eval",
    "realtimeqa-train/questions.jsonl": ROOT.parent / "shared" / "eval",
}


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ("Hi", "Hello"),
        ("Good morning!", "Hello"),
        ("Hello there, how are you?", "Hello"),
        ("Thanks!", "welcome"),
        ("ok, thank you very much", "welcome"),
        ("Thank you for your help.", "welcome"),
        ("Bye!", "Goodbye"),
        ("Good night", "Goodbye"),
        ("Great.", "Fine"),
        ("Never mind", "Fine"),
        ("thank you, that helps", "welcome"),
        ("That's wrong!", "misreads"),
        ("Are you sure?", "misreads"),
        ("How many articles do you have?", "dateline status"),
        ("Do you send my questions anywhere?", "leaves"),
        ("Can you speak German?", "English only"),
        ("Merci beaucoup", "English only"),
        ("what?", "question"),
        ("Who are you?", "Dateline"),
        ("What can you do?", "articles"),
        ("Which model do you use?", "model"),
        ("are you ChatGPT?", "Dateline"),
        ("help", "Dateline"),
        ("", "question"),
        ("?!  …", "question"),
    ],
)
def test_small_talk_gets_a_reply(message: str, says: str) -> None:
    assert says in (reply_to_smalltalk(message) or "")


@pytest.mark.parametrize(
    "question",
    [
        "Wie viele Menschen starben in Paris?",
        "Was ist in Moskau passiert?",
        "Warum griffen sie an?",
        "¿Quién gobierna en Mali?",
        "Quien gobierna Mali?",
        "Combien de morts à Nice ?",
        "Qui est le président du Mali ?",
        "Où a eu lieu l'attaque ?",
        "Chi ha ucciso le guardie?",
        "Quem é o presidente?",
        "Hoeveel mensen stierven er in Parijs?",
        "Hvem vandt valget?",
        "Kto wygrał wybory?",
        "Proč zaútočili?",
        "Кто напал на тюрьму?",
        "谁是总统?",
        "من هو الرئيس؟",
    ],
)
def test_other_languages_are_told(question: str) -> None:
    assert "English only" in (reply_to_smalltalk(question) or "")


@pytest.mark.parametrize(
    "question",
    [
        "Thanks, and in Mali?",
        "And in Mali?",
        "Why?",
        "Who are the Houthis?",
        "What do you know about Mali?",
        "Who won the election in Turkey?",
        "Is it safe in Mali?",
        "Are you sure that Wagner left Mali?",
        "What can France do in Niger?",
        "Who directed Pour une femme?",
        "What does Der Spiegel say about Die Linke?",
        "Did El Mundo report on Los del Rio?",
        "Who wrote Où est la main de l'homme?",
        "What is Володимир Зеленський accused of?",
        "Who said goodbye to Angela Merkel?",
        "Which model of plane crashed?",
        "Paris",
        "Toronto van attack no motive",
        "Son Heung-min no goal",
        "Can you answer in detail?",
    ],
)
def test_questions_on_the_news_get_none(question: str) -> None:
    assert reply_to_smalltalk(question) is None


@pytest.mark.parametrize("name", QUESTIONS)
def test_no_real_question_is_taken_for_small_talk(name: str) -> None:
    file = QUESTIONS[name] / name
    if not file.exists():
        pytest.skip(f"{file} is not here")
    questions = [json.loads(line)["question"] for line in file.read_text("utf-8").splitlines()]
    assert [question for question in questions if reply_to_smalltalk(question) is not None] == []


def test_no_turn_of_the_sample_conversations_is_taken_for_small_talk() -> None:
    lines = (ROOT / "seeds" / "conversations.jsonl").read_text("utf-8").splitlines()
    turns = [turn for line in lines for turn in json.loads(line)["turns"]]
    assert [turn for turn in turns if reply_to_smalltalk(turn) is not None] == []


def test_names_alone_are_in_no_language() -> None:
    assert not is_other_language("Der Spiegel")
    assert not is_other_language("La La Land")
