"""The assistant as a llama-index chat engine: follow-ups are understood from its history, every answer is checked.

This module does not know how follow-ups are understood or answers are made.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import date

from llama_index.core.base.llms.types import ChatMessage, ChatResponse, MessageRole
from llama_index.core.chat_engine.types import AgentChatResponse, BaseChatEngine, StreamingAgentChatResponse

from index.query import Filters
from qa.answer import Answer, Delta, Done, Event, Turn
from qa.assistant import Assistant
from qa.engine import cited_nodes


class AssistantChatEngine(BaseChatEngine):
    """Chats about the articles; a response's `source_nodes` are its quotes, its metadata holds the `Answer`.

    `as_of` None means today. One conversation; not for many threads.
    """

    def __init__(self, assistant: Assistant, *, filters: Filters | None = None, as_of: date | None = None) -> None:
        self._assistant = assistant
        self._filters = filters or Filters()
        self._as_of = as_of
        self._turns: list[Turn] = []

    @property
    def chat_history(self) -> list[ChatMessage]:
        """The conversation so far."""
        pairs = (((MessageRole.USER, t.question), (MessageRole.ASSISTANT, t.answer)) for t in self._turns)
        return [ChatMessage(role=role, content=text) for pair in pairs for role, text in pair]

    def reset(self) -> None:
        """Forget the conversation."""
        self._turns = []

    def chat(self, message: str, chat_history: list[ChatMessage] | None = None) -> AgentChatResponse:
        """The checked answer to `message`; `chat_history`, where given, takes the conversation's place."""
        *_, done = self._events(message, chat_history)
        assert isinstance(done, Done)  # noqa: S101 the last event by contract
        answer = done.answer
        return AgentChatResponse(response=answer.text, source_nodes=cited_nodes(answer), metadata={"answer": answer})

    def stream_chat(self, message: str, chat_history: list[ChatMessage] | None = None) -> StreamingAgentChatResponse:
        """The same in checked pieces; `source_nodes` are there once the last has been taken."""
        response = StreamingAgentChatResponse(is_writing_to_memory=False)

        def pieces() -> Iterator[ChatResponse]:
            for event in self._events(message, chat_history):
                if isinstance(event, Delta):
                    yield _piece(event)
                elif isinstance(event, Done):
                    response.source_nodes = cited_nodes(event.answer)

        response.chat_stream = pieces()  # type: ignore[assignment]  # named a generator, used as an iterator
        return response

    async def achat(self, message: str, chat_history: list[ChatMessage] | None = None) -> AgentChatResponse:
        """`chat`, in a thread."""
        return await asyncio.to_thread(self.chat, message, chat_history)

    async def astream_chat(
        self, message: str, chat_history: list[ChatMessage] | None = None
    ) -> StreamingAgentChatResponse:
        """`stream_chat`, each piece awaited in a thread."""
        response = StreamingAgentChatResponse(is_writing_to_memory=False)
        events = self._events(message, chat_history)

        async def pieces() -> AsyncIterator[ChatResponse]:
            while (event := await asyncio.to_thread(next, events, None)) is not None:
                if isinstance(event, Delta):
                    yield _piece(event)
                elif isinstance(event, Done):
                    response.source_nodes = cited_nodes(event.answer)

        response.achat_stream = pieces()  # type: ignore[assignment]  # named a generator, used as an iterator
        return response

    def _events(self, message: str, chat_history: Sequence[ChatMessage] | None) -> Iterator[Event]:
        """The events of an answer, which is remembered at the end."""
        if chat_history is not None:
            self._turns = _read_turns(chat_history, self._assistant)
        for event in self._assistant.stream(
            message, history=list(self._turns), filters=self._filters, as_of=self._as_of
        ):
            if isinstance(event, Done):
                self._turns.append(_remember(event.answer))
            yield event


def _piece(event: Delta) -> ChatResponse:
    return ChatResponse(message=ChatMessage(role=MessageRole.ASSISTANT, content=event.text), delta=event.text)


def _remember(answer: Answer) -> Turn:
    return Turn(question=answer.question, standalone=answer.query.text, answer=answer.text)


def _read_turns(history: Sequence[ChatMessage], assistant: Assistant) -> list[Turn]:
    """The exchanges in llama-index's messages; each question is understood from those before it."""
    turns: list[Turn] = []
    for message in history:
        text = message.content or ""
        if message.role is MessageRole.USER:
            turns.append(Turn(text, assistant.understand(text, turns), ""))
        elif message.role is MessageRole.ASSISTANT and turns:
            turns[-1] = Turn(turns[-1].question, turns[-1].standalone, text)
    return turns
