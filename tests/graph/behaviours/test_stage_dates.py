"""When a record entered and left the stages of its pipeline."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from crm_graph.crm import Crm
from crm_graph.records import store
from crm_graph.records.merge import merge
from crm_graph.records.record import Identity, Record, Selection
from tests.api.client import Client
from tests.factories import SUPER_ADMIN, Make, unique

FIRST, SECOND = "appointmentscheduled", "qualifiedtobuy"


def move(crm: Crm, deal: Record, stage: str) -> datetime:
    """When the deal came into the stage."""
    values = {"dealstage": stage}
    found = crm.run(SUPER_ADMIN, lambda unit: store.update(unit, deal.object_type, Identity(str(deal.id)), values))
    return at(found.updated_at)


def at(milliseconds: int) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def dates(crm: Crm, deal: Record, *names: str) -> list[Any]:
    selection = Selection(properties=names)
    found = crm.run(SUPER_ADMIN, lambda unit: store.read(unit, deal.object_type, Identity(str(deal.id)), selection))
    return [found.computed.get(name) for name in names]


def test_a_stage_has_the_times_at_which_it_was_entered_and_left(crm: Crm, make: Make) -> None:
    deal = make.deal(dealstage=FIRST)
    moved = move(crm, deal, SECOND)
    names = [f"hs_date_{what}_{stage}" for stage in (FIRST, SECOND) for what in ("entered", "exited")]
    assert dates(crm, deal, *names) == [at(deal.created_at), moved, moved, None]
    assert dates(crm, deal, f"hs_v2_date_entered_{SECOND}") == [moved]


def test_a_stage_that_is_entered_again_has_the_last_times(crm: Crm, make: Make) -> None:
    deal = make.deal(dealstage=FIRST)
    move(crm, deal, SECOND)
    back = move(crm, deal, FIRST)
    names = (f"hs_date_entered_{FIRST}", f"hs_date_exited_{FIRST}", f"hs_date_exited_{SECOND}")
    assert dates(crm, deal, *names) == [back, None, back]


def test_a_stage_that_was_never_entered_has_no_dates(crm: Crm, make: Make) -> None:
    assert dates(crm, make.deal(dealstage=FIRST), f"hs_date_entered_{SECOND}") == [None]


def test_time_in_a_stage_is_that_of_the_last_stay_and_of_all(crm: Crm, make: Make) -> None:
    deal = make.deal(dealstage=FIRST)
    moves = [at(deal.created_at), *(move(crm, deal, stage) for stage in (SECOND, FIRST, SECOND))]
    names = [f"hs_v2_{what}_time_in_{FIRST}" for what in ("latest", "cumulative")]
    first, last = ((moves[n + 1] - moves[n]) // timedelta(milliseconds=1) for n in (0, 2))
    assert dates(crm, deal, *names, f"hs_time_in_{FIRST}") == [last, first + last, first + last]
    [ongoing] = dates(crm, deal, f"hs_v2_latest_time_in_{SECOND}")
    assert 0 <= ongoing <= (datetime.now(UTC) - moves[3]) / timedelta(milliseconds=1) + 1


def test_times_in_stages_go_on_from_the_primary_record_of_a_merge(crm: Crm, make: Make) -> None:
    deal, other = make.deal(dealstage=FIRST), make.deal(dealstage=SECOND)
    moved = move(crm, deal, SECOND)
    names = [f"hs_v2_date_{what}_{stage}" for stage in (FIRST, SECOND) for what in ("entered", "exited")]
    merged = crm.run(SUPER_ADMIN, lambda unit: merge(unit, deal.object_type, str(deal.id), str(other.id)))
    assert dates(crm, merged, *names) == [at(deal.created_at), moved, moved, None]
    left = move(crm, merged, FIRST)
    [lasted] = dates(crm, merged, f"hs_v2_cumulative_time_in_{SECOND}")
    assert lasted == (left - moved) // timedelta(milliseconds=1)


def found(client: Client, *filters: dict[str, Any], sorts: tuple[str, ...] = ()) -> list[str]:
    """Ids of the deals that a search finds, in its order."""
    body = {"filters": list(filters), "sorts": list(sorts), "limit": 100}
    answer = client.post("/crm/v3/objects/deals/search", body)
    assert answer.status_code == 200, answer.text
    return [each["id"] for each in answer.get_json()["results"]]


def test_deals_are_searched_by_when_they_came_into_a_stage(crm: Crm, client: Client, make: Make) -> None:
    name = unique()
    early, late, never = (make.deal(dealname=name, dealstage=FIRST) for _ in range(3))
    moved = [int(move(crm, deal, SECOND).timestamp() * 1000) for deal in (early, late)]
    own = {"propertyName": "dealname", "operator": "EQ", "value": name}

    def entered(operator: str, **more: Any) -> dict[str, Any]:
        return {"propertyName": f"hs_v2_date_entered_{SECOND}", "operator": operator, **more}

    assert found(client, own, entered("GTE", value=str(moved[1]))) == [str(late.id)]
    assert found(client, own, entered("LT", value=str(moved[1]))) == [str(early.id)]
    assert found(client, own, entered("NOT_HAS_PROPERTY")) == [str(never.id)]
    by_time = found(client, own, entered("HAS_PROPERTY"), sorts=(f"-hs_date_entered_{SECOND}",))
    assert by_time == [str(late.id), str(early.id)]


def test_deals_are_searched_by_how_long_they_were_in_a_stage(crm: Crm, client: Client, make: Make) -> None:
    name = unique()
    brief = make.deal(dealname=name, dealstage=FIRST)
    move(crm, brief, SECOND)
    make.deal(dealname=name, dealstage=SECOND)
    own = {"propertyName": "dealname", "operator": "EQ", "value": name}
    time_in = {"propertyName": f"hs_time_in_{FIRST}", "operator": "GTE"}
    assert found(client, own, {**time_in, "value": "0"}) == [str(brief.id)]
    assert found(client, own, {**time_in, "value": "86400000"}) == []


def test_what_is_no_stage_has_no_dates(crm: Crm, make: Make) -> None:
    name = "hs_date_entered_nowhere"
    shown = crm.run(
        SUPER_ADMIN,
        lambda unit: store.read(
            unit, unit.model.object_type("contact"), Identity(str(make.contact().id)), Selection(properties=(name,))
        ),
    )
    assert name not in shown.computed
    assert dates(crm, make.deal(), name) == [None]


def test_dates_of_any_stage_are_read_by_name_over_http(client: Client, make: Make) -> None:
    ticket = make.record("ticket", subject="Late", hs_pipeline_stage="1")
    path = f"/crm/v3/objects/tickets/{ticket.id}"
    names = "hs_date_entered_1,hs_v2_date_entered_2,hs_date_entered_99,hs_time_in_1,hs_time_in_2"
    shown = client.get(path, properties=names).get_json()
    assert shown["properties"]["hs_date_entered_1"] == shown["createdAt"]
    assert shown["properties"]["hs_v2_date_entered_2"] is None
    assert int(shown["properties"]["hs_time_in_1"]) >= 0
    assert shown["properties"]["hs_time_in_2"] is None
    assert "hs_date_entered_99" not in shown["properties"]
    assert not any("date_entered" in name for name in client.get(path).get_json()["properties"])
