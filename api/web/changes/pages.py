"""The way of every form: what was typed is tried and counted, shown, and made when it was confirmed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden, NotFound

from api.endpoint import crm
from api.errors import row_of
from api.web.changes import labels, object_types, pipelines, properties
from api.web.changes.form import Form
from api.web.shell import blueprint, flash, own_form, signed_in
from crm_graph.definitions.changes.publication import confirm
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import CRMError
from crm_graph.modelling import wish
from crm_graph.unit import Actor, Unit

Builder = Callable[..., list[Form]]

PLACES: Mapping[str, Builder] = {
    "/model/new": object_types.new_object_type,
    "/model/<object_type>/settings": object_types.settings,
    "/model/<object_type>/properties/new": properties.new_property,
    "/model/<object_type>/properties/<property_name>": properties.one_property,
    "/model/<object_type>/associations/new": labels.new_label,
    "/model/<object_type>/associations/<int:type_id>": labels.one_label,
    "/model/<object_type>/pipelines/new": pipelines.new_pipeline,
    "/model/<object_type>/pipelines/<pipeline_id>": pipelines.one_pipeline,
}
"""Where the data model is changed, and which forms stand there."""

_UNPROCESSABLE, _CONFLICT = 422, 409


def _add(rule: str, build: Builder) -> None:
    name = rule.strip("/").replace("/", "_").replace("<", "").replace(">", "").replace(":", "_")

    @signed_in
    def show(actor: Actor, **path: Any) -> ResponseReturnValue:
        return _drawn(*_built(actor, build, path))

    @signed_in
    @own_form
    def change(actor: Actor, **path: Any) -> ResponseReturnValue:
        return _answered(actor, *_built(actor, build, path))

    blueprint.add_url_rule(rule, f"show_{name}", show)
    blueprint.add_url_rule(rule, f"change_{name}", change, methods=["POST"])


def _built(actor: Actor, build: Builder, path: Mapping[str, Any]) -> tuple[ObjectType | None, list[Form]]:
    """The object type that the page is about, and its forms; only for a super admin."""
    if not actor.is_super_admin:
        raise Forbidden

    def work(unit: Unit) -> tuple[ObjectType | None, list[Form]]:
        confirm(unit)
        names = dict(path)
        found = _object_type(unit.model, names.pop("object_type", None))
        return found, build(unit.model, *([found] if found else []), *names.values())

    return crm().run(actor, work)


def _object_type(model: DataModel, name: str | None) -> ObjectType | None:
    if name is None:
        return None
    found = model.find_object_type(name)
    if found is None:
        raise NotFound
    return found


def _answered(actor: Actor, object_type: ObjectType | None, shown: Sequence[Form]) -> ResponseReturnValue:
    chosen = next((form for form in shown if form.key == request.form.get("form")), None)
    if chosen is None:
        raise NotFound
    if request.form.get("drawn_from") != chosen.state:
        return _drawn(object_type, shown, chosen, chosen.initial, has_changed=True), _CONFLICT
    values = chosen.read(request.form)
    if "again" in request.form:
        return _drawn(object_type, shown, chosen, values)
    try:
        wanted = chosen.wish(values)
        seen = crm().run(actor, lambda unit: wish.preview(unit, wanted))
        confirmed = request.form.get("confirmed")
        if confirmed != seen.token:
            return _drawn(object_type, shown, chosen, values, seen=seen, has_moved=confirmed is not None)
        wish.make(crm(), actor, wanted)
    except CRMError as error:
        row = row_of(type(error))
        if row is None:
            raise
        status = _UNPROCESSABLE if row[0] == 400 else row[0]
        return _drawn(object_type, shown, chosen, values, faults=chosen.faults(error)), status
    flash(wanted.done)
    return redirect(chosen.back, 303)


def _drawn(
    object_type: ObjectType | None,
    shown: Sequence[Form],
    chosen: Form | None = None,
    values: Mapping[str, str] | None = None,
    *,
    faults: Mapping[str, str] | None = None,
    seen: wish.Preview | None = None,
    has_moved: bool = False,
    has_changed: bool = False,
) -> str:
    return render_template(
        "change.html",
        type=object_type,
        forms=shown,
        chosen=chosen,
        values=values or {},
        faults=faults or {},
        seen=seen,
        has_moved=has_moved,
        has_changed=has_changed,
        back=shown[0].back if object_type is None else f"/model?focus={object_type.plural}",
    )


for _rule, _build in PLACES.items():
    _add(_rule, _build)
