"""Models at the seam: one that reads by a pattern, and one that stops a run in its middle.

As a program: `stand_in_model.py DATASET FOLDER` evaluates with it and is killed.
"""

from __future__ import annotations

import os
import re
import signal
import sys
from pathlib import Path
from typing import Any

from llama_index.core.base.llms.types import CompletionResponse, CompletionResponseGen, LLMMetadata
from llama_index.core.llms import CustomLLM

from qa.assistant import Assistant
from qa.evaluation.dataset import read_dataset
from qa.evaluation.run import Run


class StandIn(CustomLLM):
    """A model at the seam: answers with the first capture of a pattern in its evidence, else "unknown"."""

    pattern: str = r"(Anna Peeters|Four|Porto)"

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(model_name="stand-in", is_chat_model=False)

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        evidence = prompt.rpartition("Evidence:")[2]
        match = re.search(self.pattern, evidence)
        return CompletionResponse(text=match[1] if match else "unknown")

    def stream_complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponseGen:
        response = self.complete(prompt)
        response.delta = response.text
        yield response


class Interrupt(Exception):  # noqa: N818 stands for a kill
    """Raised by a model in the middle of a run."""


class Interrupted(StandIn):
    """Stops the run at its n-th reading."""

    left: int = 2

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        self.left -= 1
        if self.left < 0:
            raise Interrupt
        return super().complete(prompt)


class Killed(Interrupted):
    """Takes the whole process with it."""

    def complete(self, prompt: str, formatted: bool = False, **kwargs: Any) -> CompletionResponse:
        try:
            return super().complete(prompt)
        except Interrupt:
            os.kill(os.getpid(), signal.SIGKILL)
            raise


def main(folder: Path, place: Path) -> None:
    """Evaluate until killed."""
    dataset = read_dataset(folder)
    run = Run(
        dataset,
        place,
        lambda home: Assistant.open(home, llm=Killed()),
        lambda text: len(text.split()),
        model="stand-in",
    )
    run.ask(dataset.cases)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
