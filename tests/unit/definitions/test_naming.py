"""Names that become Cypher text."""

from __future__ import annotations

import pytest

from crm_graph.definitions.naming import relationship_type
from crm_graph.graph.identifiers import quote


def test_a_relationship_type_is_named_after_both_ends() -> None:
    assert relationship_type("call", "commerce_payment") == "CALL_TO_COMMERCE_PAYMENT"


@pytest.mark.parametrize("identifier", ["Contact", "_id", "CONTACT_TO_COMPANY_PAST", "campaignGuid"])
def test_an_identifier_is_put_in_back_quotes(identifier: str) -> None:
    assert quote(identifier) == f"`{identifier}`"


@pytest.mark.parametrize(
    "identifier",
    [
        "",
        "a b",
        "a`b",
        "a``) DETACH DELETE (n",
        "Contact) MATCH (n",
        "a\n",
        "a\\u0060b",
        "1st",
        "naïve",
        "a-b",
        "a.b",
        "a" * 129,
    ],
)
def test_anything_else_is_refused(identifier: str) -> None:
    with pytest.raises(ValueError, match="not an identifier"):
        quote(identifier)
