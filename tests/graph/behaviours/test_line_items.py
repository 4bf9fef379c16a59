"""A line item is a copy of its product at the moment when it was sold."""

from __future__ import annotations

from typing import Any

from tests.api.client import Client
from tests.factories import Make

PRODUCTS, LINE_ITEMS = "/crm/v3/objects/products", "/crm/v3/objects/line_items"
COPIED = {"name": "Night Shift Espresso", "price": "28", "description": "Dark, 1 kg", "hs_sku": "NSE-1KG"}


def sold(client: Client, product_id: int, **given: str) -> dict[str, Any]:
    """A new line item of the product."""
    answer = client.post(LINE_ITEMS, {"properties": {"hs_product_id": str(product_id), **given}})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json
    return made


def values(client: Client, path: str, record_id: int | str) -> dict[str, str]:
    """What was copied, as it is now."""
    properties = client.get(f"{path}/{record_id}", properties=",".join(COPIED)).json["properties"]
    return {name: properties[name] for name in COPIED}


def test_a_line_item_has_the_values_of_its_product(client: Client, make: Make) -> None:
    product = make.record("product", **COPIED)
    made = sold(client, product.id, quantity="3")
    assert values(client, LINE_ITEMS, made["id"]) == COPIED
    assert client.get(f"{LINE_ITEMS}/{made['id']}").json["properties"]["amount"] == "84"


def test_a_value_that_is_given_stands_before_that_of_the_product(client: Client, make: Make) -> None:
    product = make.record("product", **COPIED)
    made = sold(client, product.id, price="25")
    assert values(client, LINE_ITEMS, made["id"]) == {**COPIED, "price": "25"}


def test_a_product_that_changes_leaves_what_was_sold(client: Client, make: Make) -> None:
    product = make.record("product", **COPIED)
    made = sold(client, product.id)
    changed = {"price": "31", "name": "Night Shift"}
    assert client.patch(f"{PRODUCTS}/{product.id}", {"properties": changed}).status_code == 200
    assert values(client, LINE_ITEMS, made["id"]) == COPIED
    assert client.delete(f"{PRODUCTS}/{product.id}").status_code == 204
    assert values(client, LINE_ITEMS, made["id"]) == COPIED


def test_a_line_item_that_changes_leaves_its_product(client: Client, make: Make) -> None:
    product = make.record("product", **COPIED)
    made = sold(client, product.id)
    changed = {"price": "20", "name": "Sample"}
    assert client.patch(f"{LINE_ITEMS}/{made['id']}", {"properties": changed}).status_code == 200
    assert values(client, PRODUCTS, product.id) == COPIED


def test_a_line_item_of_no_product_is_refused(client: Client) -> None:
    answer = client.post(LINE_ITEMS, {"properties": {"hs_product_id": "999999999999"}})
    assert answer.status_code == 400
    assert "999999999999 is not the id of a product" in answer.json["message"]
