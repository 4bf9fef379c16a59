"""Forms for pipelines and their stages."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from api.web.changes.form import Field, Form, Values, back_to, danger, lines, whole_number
from crm_graph.definitions.changes import pipelines
from crm_graph.definitions.changes.checks import refused
from crm_graph.definitions.data_model import DataModel
from crm_graph.definitions.object_type import ObjectType
from crm_graph.definitions.pipeline import Pipeline, Stage
from crm_graph.modelling import wishes
from crm_graph.modelling.wish import Wish

_STAGES_HELP = {
    "deal_close": "One a line, in order: name = probability to win, from 0 to 1, such as Offer sent = 0.4.",
    "ticket_close": "One a line, in order: name, or name = CLOSED for a stage that ends the work.",
}

_STAGES_PLAIN = "One a line, in order."


def new_pipeline(model: DataModel, object_type: ObjectType) -> list[Form]:
    """A pipeline with its stages."""

    def wish(values: Values) -> Wish:
        stages = [
            Stage(id="", display_name=text, display_order=place, metadata=_metadata(object_type, state))
            for place, (text, state) in enumerate(lines(values["stages"]))
        ]
        return wishes.pipeline(object_type.name, values["label"].strip(), stages)

    fields = (
        Field(name="label", label="Name", is_required=True),
        Field(
            name="stages",
            label="Stages",
            kind="lines",
            is_required=True,
            help=_stages_help(object_type),
            concerns=("stages.label", "stages.stageId", "metadata.probability", "metadata.ticketState"),
        ),
    )
    title = f"New pipeline of {object_type.display_name_plural}"
    back = back_to(object_type, "pipelines")
    return [Form(key="new", title=title, button="Add it", wish=wish, fields=fields, back=back)]


def one_pipeline(model: DataModel, object_type: ObjectType, pipeline_id: str) -> list[Form]:
    """A pipeline that there is, and each of its stages."""
    known = pipelines.find(object_type, pipeline_id)
    name, back = object_type.name, back_to(object_type, "pipelines")
    here = f"/model/{object_type.plural}/pipelines/{quote(pipeline_id)}"

    def add(values: Values) -> Wish:
        place = max((stage.display_order for stage in known.live_stages), default=-1) + 1
        metadata = _metadata(object_type, values["state"].strip())
        wanted = Stage(id="", display_name=values["label"].strip(), display_order=place, metadata=metadata)
        return wishes.stage(name, pipeline_id, wanted)

    forms = [
        Form(
            key="names",
            title=known.display_name,
            button="Rename",
            wish=lambda values: wishes.renamed_pipeline(name, pipeline_id, {"display_name": values["label"].strip()}),
            back=here,
            fields=(Field(name="label", label="Name", is_required=True),),
            initial={"label": known.display_name},
        ),
        *(_stage(object_type, known, stage, here) for stage in known.live_stages),
        Form(
            key="add",
            title="New stage",
            button="Add it",
            wish=add,
            back=here,
            fields=(
                Field(name="label", label="Name", is_required=True, concerns=("stages.label",)),
                *_state_field(object_type),
            ),
        ),
        *(_without_stage(object_type, known, stage, here) for stage in known.live_stages),
        danger("removal", "Remove the pipeline", wishes.without_pipeline(name, pipeline_id), back),
    ]
    return forms


def _stage(object_type: ObjectType, pipeline: Pipeline, stage: Stage, here: str) -> Form:
    def change(values: Values) -> Wish:
        place = whole_number("place", values["place"])
        if place is None or not 1 <= place <= len(pipeline.live_stages):
            raise refused("place", values["place"], f"must be from 1 to {len(pipeline.live_stages)}")
        metadata = _metadata(object_type, values.get("state", ""))
        changes = {"display_name": values["label"].strip(), "metadata": metadata}
        return wishes.changed_stage(object_type.name, pipeline.id, stage.id, changes, place)

    return Form(
        key=f"stage-{stage.id}",
        title=f"Stage {stage.display_name}",
        button="Change",
        wish=change,
        back=here,
        is_folded=True,
        fields=(
            Field(name="label", label="Name", is_required=True, concerns=("stages.label",)),
            Field(name="place", label="Place", kind="number", is_required=True),
            *_state_field(object_type),
        ),
        initial={
            "label": stage.display_name,
            "place": str(pipeline.live_stages.index(stage) + 1),
            "state": stage.metadata.get("probability") or stage.metadata.get("ticketState") or "",
        },
    )


def _without_stage(object_type: ObjectType, pipeline: Pipeline, stage: Stage, here: str) -> Form:
    remove = wishes.without_stage(object_type.name, pipeline.id, stage.id)
    return danger(f"without-{stage.id}", f"Remove stage {stage.display_name}", remove, here)


def _state(object_type: ObjectType) -> str | None:
    return next((name for name in _STAGES_HELP if name in object_type.behaviours), None)


def _stages_help(object_type: ObjectType) -> str:
    return _STAGES_HELP.get(_state(object_type) or "", _STAGES_PLAIN)


def _state_field(object_type: ObjectType) -> Sequence[Field]:
    return {
        "deal_close": (
            Field(name="state", label="Probability to win", help="From 0 to 1.", concerns=("metadata.probability",)),
        ),
        "ticket_close": (
            Field(
                name="state",
                label="State",
                kind="select",
                choices=[("OPEN", "Open"), ("CLOSED", "Closed")],
                concerns=("metadata.ticketState",),
            ),
        ),
    }.get(_state(object_type) or "", ())


def _metadata(object_type: ObjectType, state: str) -> dict[str, str]:
    behaviour = _state(object_type)
    if behaviour == "deal_close":
        return {"probability": state}
    return {"ticketState": state.upper()} if behaviour == "ticket_close" and state else {}
