"""The question in what people type around it."""

from __future__ import annotations

import pytest

from qa.asking import without_courtesy


@pytest.mark.parametrize(
    ("typed", "question"),
    [
        ("Can you tell me who leads JNIM?", "Who leads JNIM?"),
        ("please tell me how many people died in Nice", "How many people died in Nice"),
        ("Hello, do you know when Novak resigned?", "When Novak resigned?"),
        ("I'd like to know which city was hit.", "Which city was hit."),
        ("Do the articles say why the toll was lowered?", "Why the toll was lowered?"),
        ("Who leads JNIM?", "Who leads JNIM?"),
        ("Did the minister tell him who leads JNIM?", "Did the minister tell him who leads JNIM?"),
        ("Do you know Novak?", "Do you know Novak?"),
        ("Can you tell me about Novak?", "Can you tell me about Novak?"),
    ],
)
def test_courtesy_is_no_part_of_a_question(typed: str, question: str) -> None:
    assert without_courtesy(typed) == question
