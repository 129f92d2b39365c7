"""Whatever the API's description allows, and what it does not, sent by schemathesis: no crash, nothing undescribed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance
from served import PATTERN, make_home
from stand_in_model import StandIn

from qa.assistant import Assistant
from ui.server import make_app
from ui.settings import Settings

CHECKS = [not_a_server_error, content_type_conformance, response_schema_conformance]


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Iterator[schemathesis.BaseSchema]:
    home = make_home(tmp_path_factory.mktemp("described"))
    with Assistant.open(home, llm=StandIn(pattern=PATTERN)) as assistant:
        app = make_app(assistant, Settings(home=home))
        yield schemathesis.openapi.from_asgi("/openapi.json", app, headers={"Host": "127.0.0.1"})


def test_every_operation_bears_any_input(schema: schemathesis.BaseSchema, long: bool) -> None:
    tried: Counter[str] = Counter()
    for found in schema.get_all_operations():
        operation = found.ok()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            @settings(
                max_examples=1000 if long else 12, deadline=None, suppress_health_check=list(HealthCheck), database=None
            )
            @given(operation.as_strategy(generation_mode=mode))
            def send(case: schemathesis.Case) -> None:
                if mode is GenerationMode.POSITIVE and isinstance(case.body, dict) and "model" in case.body:  # noqa: B023
                    case.body["model"] = "dateline"  # the one there is; any other is a 404
                response = case.call(headers={"Host": "127.0.0.1"})
                tried[f"{case.method} {case.path}: {response.status_code}"] += 1
                case.validate_response(response, checks=CHECKS)

            try:
                send()
            except Unsatisfiable:
                assert mode is GenerationMode.NEGATIVE, operation.label  # nothing about it can be wrong
    print(f"\n{tried.total()} requests: {dict(tried)}")
    assert tried.total() > 50
