"""Whether an answer has the form that the public API descriptions give it; every request that tests make is looked at.

`contract_forms.json` has the forms; `make_contract_forms.py` writes it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import jsonschema_rs
from werkzeug.test import TestResponse

from api import contract

Form = dict[str, Any]

_VALUES = {"type": "object", "additionalProperties": {"type": ["string", "null"]}}
_NUMBER = {"type": "integer"}
DIFFERENT: dict[tuple[str, str], Form] = {
    # A property without a value is answered as null, which every official client reads.
    ("SimplePublicObject", "properties"): _VALUES,
    ("SimplePublicObjectWithAssociations", "properties"): _VALUES,
    ("SimplePublicUpsertObject", "properties"): _VALUES,
    # The fourth version answers ids as numbers; as texts they are described since 2026 for what comes after it.
    ("MultiAssociatedObjectWithLabel", "toObjectId"): _NUMBER,
    ("LabelsBetweenObjectPair", "fromObjectId"): _NUMBER,
    ("LabelsBetweenObjectPair", "toObjectId"): _NUMBER,
    # An association type without a label has the key, with null.
    ("AssociationSpecWithLabel", "label"): {"type": ["string", "null"]},
    ("PublicAssociationDefinitionUserConfiguration", "label"): {"type": ["string", "null"]},
    # Described as an object of three parts; the official Python client reads a text and fails on these.
    ("ReportCreationResponse", "enqueueTime"): {"type": "string", "format": "date-time"},
    # Described as an object without parts, and answered as a text.
    ("StandardError", "subCategory"): {"type": "string"},
}
"""Where hosted answers are known to differ from their description: form and property, with what holds instead."""
INACTIVE: Form = {"type": "object", "properties": {"active": {"enum": [False]}}, "required": ["active"]}
"""Of a token that is none nothing else may be said (RFC 7662, section 2.2)."""


def is_described(shape: str) -> bool:
    """Whether the descriptions have the endpoint of this shape."""
    return shape in _tables()["answers"]


@cache
def _tables() -> dict[str, Any]:
    return json.loads(Path(__file__).with_name("contract_forms.json").read_text("utf-8"))


def fault(method: str, path: str, answer: TestResponse) -> str | None:
    """Where the answer of a route (as OpenAPI writes its path) is not what the contract has for it.

    None also where the descriptions have nothing of the endpoint.
    """
    answers = _tables()["answers"].get(contract.shape_of(method, path))
    if answers is None:
        return None
    status = str(answer.status_code)
    if answer.status_code < 400 and status not in answers:
        is_said = len(answers) > 1  # of some endpoints only errors are described
        return f"the contract has no status {status} here" if is_said else None
    form = answers.get(status, answers["default"])
    if form is None:
        return "the contract has no body here" if answer.data else None
    faults = (f"{'.'.join(map(str, each.instance_path))}: {each.message}" for each in _errors(form["$ref"], answer))
    found = "; ".join(islice(faults, 3))
    return f"the contract's {form['$ref']} has {found}" if found else None


def _errors(name: str, answer: TestResponse) -> Iterator[Any]:
    yield from _validator(name).iter_errors(answer.get_json(silent=True))


@cache
def _validator(name: str) -> Any:
    whole = {"$ref": f"#/$defs/{name}", "$defs": _definitions()}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


@cache
def _definitions() -> Any:
    forms = _tables()["forms"]
    for (name, part), permitted in DIFFERENT.items():
        assert part in forms[name]["properties"], f"{name} has no {part}"
        forms[name]["properties"][part] = permitted
    forms["TokenInfoResponseBaseIF"]["anyOf"].append(INACTIVE)
    return _as_schema(forms)


def _as_schema(form: Any) -> Any:
    if isinstance(form, dict):
        return {key: f"#/$defs/{each}" if key == "$ref" else _as_schema(each) for key, each in form.items()}
    return [_as_schema(each) for each in form] if isinstance(form, list) else form
