"""The APIs of the client for records, those of one type and the one for every type, asked in the same way."""

from __future__ import annotations

from importlib import import_module
from operator import attrgetter
from typing import Any

from tests.api.living.alive import Kind
from tests.clients.python.calling import Watched, refusal

EVERY_TYPE = "crm.objects"
"""The package whose methods are told the object type first."""


class Records:
    """Records of one kind through one package of the client."""

    def __init__(self, hubspot: Watched, package: str, kind: Kind) -> None:
        self.package = package
        self.kind = kind
        self._apis = attrgetter(package)(hubspot)
        self._models = import_module(f"hubspot.{package}")
        self._leading = (kind.path,) if package == EVERY_TYPE else ()

    def ask(self, name: str, *arguments: Any, **named: Any) -> Any:
        """What an operation such as `basic_api.create` answers."""
        return attrgetter(name)(self._apis)(*self._leading, *arguments, **named)

    def model(self, name: str, **fields: Any) -> Any:
        """A model of the package."""
        return getattr(self._models, name)(**fields)

    def inputs(self, name: str, each: str, given: list[dict[str, Any]], **fields: Any) -> Any:
        """A batch, of such models."""
        return self.model(name, inputs=[self.model(each, **values) for values in given], **fields)

    def create(self, **more: str) -> Any:
        """A new record, with a random text."""
        given = self.model("SimplePublicObjectInputForCreate", properties={**self.kind.values(), **more})
        return self.ask("basic_api.create", given)

    def text(self, record: Any) -> str:
        """The text of a record."""
        found: str = record.properties[self.kind.text]
        return found

    def texts(self, answer: Any) -> dict[str, str]:
        """The text of each record in an answer, by id."""
        return {each.id: self.text(each) for each in answer.results}

    def are_missing(self, record_id: str) -> bool:
        """Whether reading a record is refused as one that is not there."""
        try:
            self.ask("basic_api.get_by_id", record_id)
        except refusal(self._apis.basic_api) as error:
            return error.status == 404
        return False
