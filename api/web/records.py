"""`/records/{type}/{id}`: one record, what is around it, and what became of it last."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.exceptions import NotFound

from api.endpoint import crm
from api.schemas.moments import moment
from api.web import assets, inspector
from api.web.shell import blueprint, signed_in
from crm_graph.accounts import owners, permissions, tokens
from crm_graph.definitions.changes.publication import confirm
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.property import Property
from crm_graph.diagram import svg
from crm_graph.diagram.mind_map import mind_map
from crm_graph.records import display, neighbourhood
from crm_graph.records.neighbourhood import Neighbourhood
from crm_graph.records.record import Record
from crm_graph.unit import Actor, Unit

DEEDS: Mapping[str, str] = {
    "create": "Created",
    "update": "Changed",
    "archive": "Archived",
    "restore": "Restored",
    "merge": "Merged",
    "associate": "Associations changed",
    "purge": "Purged",
}
"""What a revision did, by its kind."""

SOURCES: Mapping[str, str] = {
    "CRM_UI": "the pages",
    "IMPORT": "an import",
    "INTEGRATION": "the API",
    "API": "the API",
    "MERGE_OBJECTS": "a merge",
}
"""Through what something was done, by the contract's source types; others are shown as they are."""

_LINKED = ("http://", "https://", "mailto:")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


@dataclass(frozen=True, slots=True)
class Value:
    """A property with its value as it is shown; `href` where it leads out of here."""

    name: str
    display_name: str
    text: str
    href: str | None = None
    is_time: bool = False


@blueprint.get("/records/<object_type>/<record_id>")
@signed_in
def show_record(actor: Actor, object_type: str, record_id: str) -> ResponseReturnValue:
    """The record with its properties, its neighbourhood and its last revisions."""

    def work(unit: Unit) -> ResponseReturnValue:
        found_type = _object_type(unit, object_type)
        tokens.require(unit.actor, [permissions.of_records(found_type, "read")])
        found = neighbourhood.read(unit, found_type, record_id)
        if (found_type.plural, str(found.record.id)) != (object_type, record_id):
            return redirect(path_of(found_type, found.record.id))
        return _page(unit, found)

    return crm().run(actor, work)


@blueprint.get("/contacts/<account_id>/record/<object_type>/<record_id>")
@signed_in
def lead_to_record(actor: Actor, account_id: str, object_type: str, record_id: str) -> ResponseReturnValue:
    """Where the API says that a record is to be seen."""
    found = crm().run(actor, lambda unit: _object_type(unit, object_type))
    return redirect(path_of(found, record_id))


def path_of(object_type: ObjectType, record_id: int | str) -> str:
    """The path of a record's page."""
    return url_for("web.show_record", object_type=object_type.plural, record_id=record_id)


def _object_type(unit: Unit, name: str) -> ObjectType:
    found = unit.model.find_object_type(name)
    if found is None:
        confirm(unit)  # another process may just have defined it
        raise NotFound
    return found


def _page(unit: Unit, found: Neighbourhood) -> str:
    record, object_type = found.record, found.record.object_type
    texts = _texts(record)
    owned = [name for name in texts if object_type.properties[name].options_from == "owners"]
    user_ids = {revision.actor.removeprefix("user:") for revision in found.revisions}
    by_id, by_user = owners.names(
        unit,
        [owner_id for name in owned for owner_id in texts[name].split(";")],
        [int(user_id) for user_id in user_ids if user_id.isdigit()],
    )
    for name in owned:
        texts[name] = ", ".join(by_id.get(owner_id, owner_id) for owner_id in texts[name].split(";"))
    picture = svg.draw(mind_map(found), icons=assets.drawing, link=lambda path: f"/records/{path}", prefix="record")
    return render_template(
        "record.html",
        deeds=DEEDS,
        found=found,
        groups=_groups(object_type, texts),
        path_of=path_of,
        people={f"user:{user_id}": name for user_id, name in by_user.items()},
        picture=Markup(picture),
        record=record,
        sources=SOURCES,
        type=object_type,
        value_text=display.value_text,
    )


def _texts(record: Record) -> dict[str, str]:
    """Values as texts by the names of their properties, those of the system too; empty ones are left out."""
    object_type = record.object_type
    stored = {**record.properties, **record.computed}
    texts = {
        name: display.value_text(object_type, name, object_type.presenters[name](value))
        for name, value in stored.items()
        if value is not None and name in object_type.live_properties
    }
    system = {
        "hs_object_id": str(record.id),
        object_type.created_property: moment(record.created_at),
        object_type.modified_property: moment(record.updated_at),
    }
    return {name: text for name, text in {**texts, **system}.items() if text and name in object_type.live_properties}


def _groups(object_type: ObjectType, texts: Mapping[str, str]) -> list[tuple[str, list[Value]]]:
    """Values under the names of their groups, in the order of the page of the data model."""
    found = []
    for heading in inspector.headings(object_type):
        values = [_value(each, texts[each.name]) for each in heading.properties if each.name in texts]
        if values:
            found.append((heading.name, values))
    return found


def _value(found: Property, text: str) -> Value:
    is_time = found.type == "datetime" and _MOMENT.fullmatch(text)
    is_link = text.lower().startswith(_LINKED) and not any(character.isspace() for character in text)
    return Value(found.name, found.display_name, text, href=text if is_link else None, is_time=bool(is_time))
