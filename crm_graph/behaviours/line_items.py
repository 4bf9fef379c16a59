"""Line items: a copy of a product at the moment it was sold, and the amount that follows from it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from decimal import Decimal

from crm_graph.definitions.object_type import ObjectType
from crm_graph.errors import Fault
from crm_graph.records import read
from crm_graph.records.hooks import Behaviour, Change
from crm_graph.records.record import SYSTEM_PROPERTIES, Native, Selection
from crm_graph.unit import Unit

_PRODUCT = "hs_product_id"
_AMOUNT_FROM = ("quantity", "price", "discount", "hs_discount_percentage")


def _copy(unit: Unit, object_type: ObjectType, changes: Sequence[Change]) -> None:
    sold = [change for change in changes if change.is_new and change.values.get(_PRODUCT) is not None]
    if sold:
        _copy_products(unit, object_type, sold)
    for change in changes:
        if change.is_new or not change.values.keys().isdisjoint(_AMOUNT_FROM):
            amount = _amount(change)
            if amount is not None and "amount" in object_type.properties:
                change.values["amount"] = amount


def _copy_products(unit: Unit, object_type: ObjectType, sold: Sequence[Change]) -> None:
    product = unit.model.object_type("product")
    ids = list(dict.fromkeys(str(change.values[_PRODUCT]) for change in sold))
    known = [text for text in ids if text.isdigit()]
    found = read.find(unit, product, known, Selection(properties=read.EVERYTHING))
    by_id = {text: record for text, record in zip(known, found, strict=True) if record is not None}
    copied = _copied_names(object_type, product)
    for change in sold:
        text = str(change.values[_PRODUCT])
        if text not in by_id:
            change.faults.append(Fault("INVALID_OPTION", _PRODUCT, f"{text} is not the id of a product", text))
            continue
        for name, value in by_id[text].properties.items():
            if name in copied:
                change.values.setdefault(name, value)


def _copied_names(object_type: ObjectType, product: ObjectType) -> Collection[str]:
    """Properties that both types have and that a caller may set on a line item."""
    return {
        name
        for name, found in object_type.live_properties.items()
        if name in product.live_properties and not found.read_only and name not in SYSTEM_PROPERTIES
    }


def _amount(change: Change) -> Native:
    """Price × quantity, less a percentage, less a discount a unit; None without a price. In the line's currency."""
    price = change.result("price")
    if price is None:
        return None
    quantity = change.result("quantity")
    net = Decimal(str(price)) - Decimal(str(change.result("discount") or 0))
    percentage = Decimal(str(change.result("hs_discount_percentage") or 0))
    total = net * (1 - percentage / 100) * (1 if quantity is None else Decimal(str(quantity)))
    return int(total) if total == total.to_integral_value() else float(total)


PRODUCT_COPY = Behaviour(before=_copy, reads=lambda object_type: _AMOUNT_FROM)
