"""The whole OpenAPI document, tried: whatever fits it or does not, no fault, no status and no shape but the documented ones."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import checks

from hoshimori.doors.web.world import World
from tests.doors.web.whole import ALL, DAY, Whole, api_routes, whole

EXAMPLES = int(os.environ.get("HOSHIMORI_SCHEMATHESIS", "3"))
"""Per operation and way of making them; a longer run is made by hand."""
CHECKS = [
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
]
ENDLESS = {("GET", "/api/v1/stream")}
"""Never ends: tried by its own tests (test_jobs_routes.py, test_hostile.py)."""
WRONG = (AssertionError, schemathesis.errors.SchemathesisError, BaseExceptionGroup)
MODES = [schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE]


@pytest.fixture(scope="module")
def here(practice_world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    with whole(practice_world, tmp_path_factory.mktemp("openapi")) as found:
        yield found


@pytest.fixture(scope="module")
def document(here: Whole) -> dict[str, Any]:
    with here.service.client(None) as nobody:
        found: dict[str, Any] = nobody.get("/api/v1/openapi.json").json()
    return found


def test_the_document_is_openapi_3_1_and_every_schema_in_it_is_one(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    schemas = [*_schemas(document)]
    assert len(schemas) > 500
    for schema in schemas:
        jsonschema.Draft202012Validator.check_schema(schema)


def _schemas(tree: Any) -> Iterator[Any]:
    if isinstance(tree, dict):
        for key, value in tree.items():
            if key == "schema":
                yield value
            elif key == "schemas":
                yield from value.values()
            yield from _schemas(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _schemas(value)


def test_every_reference_and_every_security_scheme_is_there(document: dict[str, Any]) -> None:
    for reference in _references(document):
        place: Any = document
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]
    used = {name for item in document["paths"].values() for o in item.values() for s in o["security"] for name in s}
    assert used == set(document["components"]["securitySchemes"])


def _references(tree: Any) -> Iterator[str]:
    if isinstance(tree, dict):
        if isinstance(tree.get("$ref"), str):
            yield tree["$ref"]
        for value in tree.values():
            yield from _references(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _references(value)


def test_every_route_is_in_the_document(document: dict[str, Any]) -> None:
    told = {(m.upper(), p) for p, item in document["paths"].items() for m in item}
    assert told == {(m, p) for m, p, _ in api_routes()}


@pytest.mark.slow
def test_nothing_that_is_sent_brings_a_fault_or_an_answer_that_is_not_documented(here: Whole, document: dict[str, Any]) -> None:
    """schemathesis: requests that fit the document and such that do not; with invented names and with those that are held."""
    told, wrong = Counter[int](), list[str]()
    for operation in _operations(document):
        for mode in MODES:
            try:
                _tried(here, operation, mode, told)
            except Unsatisfiable:  # an operation that takes nothing cannot be asked wrongly
                assert mode is not MODES[0], operation.label
            except WRONG as error:
                wrong.append(f"{operation.label} ({mode.value}): {_said(error)}")
    assert not wrong, f"{len(wrong)} of {sum(told.values())} requests, {dict(told)}:\n" + "\n\n".join(wrong)
    print(f"{sum(told.values())} requests: {dict(sorted(told.items()))}")
    assert {200, 201, 202, 204, 404, 422} <= set(told)


def _said(error: BaseException) -> str:
    inner = error.exceptions if isinstance(error, BaseExceptionGroup) else [error]
    return "\n".join(str(e)[:1500] for e in inner)


def _operations(document: dict[str, Any]) -> list[Any]:
    schema = schemathesis.openapi.from_dict(document)
    found: list[Any] = [result.ok() for result in schema.get_all_operations()]  # type: ignore[union-attr]
    wanted = [o for o in found if (o.method.upper(), o.path) not in ENDLESS]
    assert len(wanted) == len(found) - len(ENDLESS)
    return wanted


def _tried(here: Whole, operation: Any, mode: Any, told: Counter[int]) -> None:
    headers = {"Authorization": f"Bearer {here.service.token(ALL)}"}
    session = requests.Session()
    session.trust_env = False

    @seed(20261122)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), held=st.booleans())
    def once(case: Any, held: bool) -> None:
        if held:
            for name in case.path_parameters or {}:
                case.path_parameters[name] = random.Random(str(case.query)).choice(here.names[name])
            if case.path.endswith("/reports/weekly") and mode is MODES[0]:
                case.query = {**case.query, **DAY}
        case.headers = {k: v for k, v in (case.headers or {}).items() if k.lower() not in ("authorization", "x-csrf")}
        answer = case.call(base_url=here.service.url, session=session, headers=headers, timeout=60)
        told[answer.status_code] += 1
        case.validate_response(answer, checks=CHECKS)

    once()
