"""Bodies of associations, as v4 and v3 have them."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields

from api.endpoint import Query
from api.paging import read_association_cursor
from api.schemas import reading
from api.schemas.envelopes import PagingForm
from api.schemas.labels import LabelForm
from api.schemas.reading import BodyReader
from api.schemas.records import AssociatedForm as NamedAssociatedForm
from crm_graph.records.association_batch import PairInput

_ID = {"type": ["integer", "string"], "description": "A number in v4, a text in the versions named by a date."}


class PageQuery(Query):
    """Which page of associated records."""

    limit = fields.Integer(load_default=None)
    after = fields.String(load_default=None)


class _Id(Schema):
    id = fields.String(required=True)


class _Type(Schema):
    category = fields.String(data_key="associationCategory", required=True)
    type_id = fields.Integer(data_key="associationTypeId", required=True)


class _Ends(Schema):
    near = fields.Nested(_Id, data_key="from", required=True)
    far = fields.Nested(_Id, data_key="to", required=True)


class _Labelled(_Ends):
    types = fields.List(fields.Nested(_Type), required=True)


class _Named(_Ends):
    type = fields.String()


class _Several(Schema):
    near = fields.Nested(_Id, data_key="from", required=True)
    far = fields.List(fields.Nested(_Id), data_key="to", required=True)


class _Continued(_Id):
    after = fields.String()


class _EndsBatch(Schema):
    inputs = fields.List(fields.Nested(_Ends), required=True)


class _LabelledBatch(Schema):
    inputs = fields.List(fields.Nested(_Labelled), required=True)


class _NamedBatch(Schema):
    inputs = fields.List(fields.Nested(_Named), required=True)


class _SeveralBatch(Schema):
    inputs = fields.List(fields.Nested(_Several), required=True)


class _ContinuedBatch(Schema):
    inputs = fields.List(fields.Nested(_Continued), required=True)


class SpecForm(Schema):
    """An association type."""

    category = fields.String(data_key="associationCategory", required=True)
    type_id = fields.Integer(data_key="associationTypeId", required=True)


class DefaultForm(_Ends):
    """An association without a label, as one of its ends sees it."""

    spec = fields.Nested(SpecForm, data_key="associationSpec", required=True)


class LabelsForm(Schema):
    """Two records and the labels that a call gave them."""

    from_object_type_id = fields.String(data_key="fromObjectTypeId", required=True)
    from_object_id = fields.Raw(data_key="fromObjectId", required=True, metadata=_ID)
    to_object_type_id = fields.String(data_key="toObjectTypeId", required=True)
    to_object_id = fields.Raw(data_key="toObjectId", required=True, metadata=_ID)
    labels = fields.List(fields.String(), required=True)


class AssociatedForm(Schema):
    """An associated record and every type of the association."""

    to_object_id = fields.Raw(data_key="toObjectId", required=True, metadata=_ID)
    types = fields.List(fields.Nested(LabelForm), data_key="associationTypes", required=True)


class _Associated(Schema):
    near = fields.Nested(_Id, data_key="from", required=True)
    paging = fields.Nested(PagingForm)


class AssociationsForm(_Associated):
    """The associated records of one record."""

    far = fields.List(fields.Nested(AssociatedForm), data_key="to", required=True)


class NamedAssociationsForm(_Associated):
    """The associated records of one record, with the names that v3 has for types."""

    far = fields.List(fields.Nested(NamedAssociatedForm), data_key="to", required=True)


class NamedForm(_Ends):
    """An association and the name of its type in v3."""

    type = fields.String(required=True)


class TypeForm(Schema):
    """An association type as v3 knows it."""

    id = fields.String(required=True)
    name = fields.String(required=True)


def _read_types(given: Any) -> tuple[tuple[str, int], ...]:
    if type(given) is not list:
        raise reading.wrong("", "Not a valid list.")
    return reading.types_of(given, "")


def _read_ends(body: reading.Body, at: str) -> PairInput:
    return PairInput(near_id=reading.end_of(body, "from", at), far_id=reading.end_of(body, "to", at))


def _read_labelled(body: reading.Body, at: str) -> PairInput:
    types = reading.types_of(reading.list_of(body, "types", at), f"{at}types.")
    return PairInput(near_id=reading.end_of(body, "from", at), far_id=reading.end_of(body, "to", at), types=types)


def _read_named(body: reading.Body, at: str) -> tuple[PairInput, str | None]:
    return _read_ends(body, at), reading.text_of(body, "type", at)


def _read_several(body: reading.Body, at: str) -> tuple[str, list[str]]:
    far_ids = [
        reading.id_of(reading.object_of(item, f"{at}to.{n}."), "id", f"{at}to.{n}.")
        for n, item in enumerate(reading.list_of(body, "to", at))
    ]
    return reading.end_of(body, "from", at), far_ids


def _read_continued(body: reading.Body, at: str) -> tuple[str, int]:
    return reading.id_of(body, "id", at), read_association_cursor(reading.text_of(body, "after", at))


TYPES = BodyReader(_read_types, _Type)
PAIRS = BodyReader(lambda given: reading.inputs_of(given, _read_ends), _EndsBatch)
LABELLED_PAIRS = BodyReader(lambda given: reading.inputs_of(given, _read_labelled), _LabelledBatch)
NAMED_PAIRS = BodyReader(lambda given: reading.inputs_of(given, _read_named), _NamedBatch)
SEVERAL = BodyReader(lambda given: reading.inputs_of(given, _read_several), _SeveralBatch)
CONTINUED = BodyReader(lambda given: dict(reading.inputs_of(given, _read_continued)), _ContinuedBatch)
