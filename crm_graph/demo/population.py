"""The people, companies, deals and activities around the story: the same at every start, drawn from one seed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

_SEED = 20_260_401
_FIRST_DAY = datetime(2026, 1, 5, 8, tzinfo=UTC)
_DAYS = 300
_COMPANIES, _CONTACTS, _BATCHES, _DEALS, _ORDERS, _TICKETS, _ACTIVITIES = 60, 240, 40, 90, 60, 30, 260
_LARGE_KG = 100
"""From this weight on a deal is roasted in a batch of its own."""

_FIRST_NAMES = (
    "Ada Amara Anton Bea Carlos Chiara Dmitri Elena Farid Freya Grace Hana Henrik Imani Ivan Jonas Kaya Lars Leila "
    "Lucia Maja Marco Mei Nadia Noah Olga Omar Petra Priya Quentin Rafael Rosa Samir Sofia Tariq Tessa Uma Wanda"
).split()
_LAST_NAMES = (
    "Abe Andersson Baker Bianchi Castro Dubois Eriksen Farah Fischer Garcia Haddad Ito Jansen Kaur Keller Kovacs "
    "Larsen Lopez Mbeki Meyer Moreau Nakamura Novak Okafor Olsen Park Petrov Quinn Rossi Sato Silva Singh Tanaka Weber"
).split()
_KINDS = ("Café", "Coffee Bar", "Bakery", "Hotel", "Grocer", "Canteen", "Bookshop", "Wholesale")
_PLACES = (
    ("Lisbon", "Portugal"),
    ("Oslo", "Norway"),
    ("Hamburg", "Germany"),
    ("Lyon", "France"),
    ("Porto", "Portugal"),
    ("Trieste", "Italy"),
    ("Gothenburg", "Sweden"),
    ("Leeds", "United Kingdom"),
)
_TITLES = ("Owner", "Head barista", "Buyer", "Kitchen manager", "Office manager", "Chef")
_STAGES = (
    "appointmentscheduled qualifiedtobuy presentationscheduled decisionmakerboughtin contractsent closedwon closedwon "
    "closedwon closedlost"
).split()
_COMPLAINTS = ("Bag arrived open", "Wrong grind", "Delivery is late", "Invoice shows an old price", "Beans taste flat")
_LOTS = ("ETH", "KEN", "COL", "BRA", "GUA", "RWA")


@dataclass(frozen=True, slots=True)
class Told:
    """One record of the demo account: `associations` name other records and, where it has one, the label."""

    ref: str
    type: str
    properties: dict[str, Any]
    associations: list[tuple[str, str | None]] = field(default_factory=list)
    copies: str | None = None
    """The product whose id a line item takes."""


def population() -> Iterator[Told]:
    """Some eight hundred records, each after those that it is associated with."""
    draw = random.Random(_SEED)
    yield from _companies(draw)
    yield from _contacts(draw)
    yield from _batches(draw)
    yield from _deals(draw)
    yield from _orders(draw)
    yield from _tickets(draw)
    yield from _activities(draw)


def _companies(draw: random.Random) -> Iterator[Told]:
    for n in range(_COMPANIES):
        city, country = draw.choice(_PLACES)
        name = f"{draw.choice(_LAST_NAMES)} {draw.choice(_KINDS)} {city}"
        properties = {
            "name": name,
            "domain": f"customer{n + 1}.example",
            "city": city,
            "country": country,
            "industry": draw.choice(("FOOD_BEVERAGES", "HOSPITALITY", "RETAIL", "RESTAURANTS")),
            "numberofemployees": draw.randint(2, 400),
            "annualrevenue": draw.randint(60, 9_000) * 1_000,
            "lifecyclestage": draw.choice(("lead", "opportunity", "customer")),
        }
        yield Told(f"company-{n}", "company", properties)


def _contacts(draw: random.Random) -> Iterator[Told]:
    for n in range(_CONTACTS):
        company = n % _COMPANIES
        first, last = draw.choice(_FIRST_NAMES), draw.choice(_LAST_NAMES)
        properties = {
            "firstname": first,
            "lastname": last,
            "email": f"{first}.{last}.{n + 1}@customer{company + 1}.example".lower(),
            "jobtitle": draw.choice(_TITLES),
            "phone": f"+1 555 {n:03d} {draw.randint(1000, 9999)}",
            "lifecyclestage": draw.choice(("subscriber", "lead", "opportunity", "customer")),
        }
        yield Told(f"contact-{n}", "contact", properties, [(f"company-{company}", None)])


def _batches(draw: random.Random) -> Iterator[Told]:
    for n in range(_BATCHES):
        day = (_FIRST_DAY + timedelta(days=draw.randrange(_DAYS))).date()
        properties = {
            "green_lot_number": f"{draw.choice(_LOTS)}-{day.year}-{500 + n:04d}",
            "roast_date": day.isoformat(),
            "quality_score": draw.randint(160, 184) / 2,
        }
        yield Told(f"batch-{n}", "roast_batch", properties)


def _deals(draw: random.Random) -> Iterator[Told]:
    prices = {"espresso": 28, "filter": 24.5, "decaf": 26}
    for n in range(_DEALS):
        contact = draw.randrange(_CONTACTS)
        product, kilograms = draw.choice(list(prices)), draw.choice((10, 20, 40, 60, 120, 200, 300))
        properties = {
            "dealname": f"{kilograms} kg of {product}, order {n + 1}",
            "amount": prices[product] * kilograms,
            "dealstage": draw.choice(_STAGES),
            "closedate": _moment(draw),
            "dealtype": draw.choice(("newbusiness", "existingbusiness")),
        }
        associations: list[tuple[str, str | None]] = [
            (f"contact-{contact}", None),
            (f"company-{contact % _COMPANIES}", None),
        ]
        if kilograms >= _LARGE_KG:
            associations.append((f"batch-{draw.randrange(_BATCHES)}", None))
        yield Told(f"deal-{n}", "deal", properties, associations)
        yield Told(f"line-{n}", "line_item", {"quantity": kilograms}, [(f"deal-{n}", None)], copies=product)


def _orders(draw: random.Random) -> Iterator[Told]:
    for n in range(_ORDERS):
        contact = draw.randrange(_CONTACTS)
        properties = {
            "hs_order_name": f"Web order {1000 + n}",
            "hs_total_price": draw.randint(2, 30) * 24.5,
            "hs_currency_code": "EUR",
            "hs_source_store": "Web shop",
            "hs_fulfillment_status": draw.choice(("Open", "Shipped", "Delivered")),
        }
        yield Told(
            f"order-{n}",
            "order",
            properties,
            [(f"contact-{contact}", None), (f"company-{contact % _COMPANIES}", None)],
        )


def _tickets(draw: random.Random) -> Iterator[Told]:
    for n in range(_TICKETS):
        contact = draw.randrange(_CONTACTS)
        batch = f"batch-{draw.randrange(_BATCHES)}"
        yield Told(f"conversation-{n}", "conversation", {"status": draw.choice(("OPEN", "CLOSED"))}, [(batch, None)])
        properties = {
            "subject": draw.choice(_COMPLAINTS),
            "content": "Reported by the customer after the last delivery.",
            "hs_ticket_priority": draw.choice(("LOW", "MEDIUM", "HIGH")),
            "hs_pipeline_stage": draw.choice(("1", "2", "3", "4")),
        }
        associations: list[tuple[str, str | None]] = [(f"contact-{contact}", None), (f"conversation-{n}", None)]
        associations.append((f"company-{contact % _COMPANIES}", None))
        associations.append((batch, None))
        yield Told(f"ticket-{n}", "ticket", properties, associations)


def _activities(draw: random.Random) -> Iterator[Told]:
    for n in range(_ACTIVITIES):
        contact = draw.randrange(_CONTACTS)
        kind, properties = draw.choice(_ACTIVITY_KINDS)
        associations: list[tuple[str, str | None]] = [
            (f"contact-{contact}", None),
            (f"company-{contact % _COMPANIES}", None),
        ]
        yield Told(f"activity-{n}", kind, {**properties, "hs_timestamp": _moment(draw)}, associations)


_ACTIVITY_KINDS: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "call",
        {
            "hs_call_title": "Asked about the next delivery",
            "hs_call_direction": "OUTBOUND",
            "hs_call_duration": 180_000,
            "hs_call_status": "COMPLETED",
        },
    ),
    ("note", {"hs_note_body": "Wants to taste the new lots before the summer."}),
    (
        "meeting",
        {"hs_meeting_title": "Cupping at the roastery", "hs_meeting_outcome": "COMPLETED"},
    ),
    (
        "task",
        {
            "hs_task_subject": "Send samples",
            "hs_task_status": "NOT_STARTED",
            "hs_task_priority": "MEDIUM",
            "hs_task_type": "TODO",
        },
    ),
    (
        "email",
        {
            "hs_email_subject": "Your coffee is on its way",
            "hs_email_direction": "EMAIL",
            "hs_email_status": "SENT",
        },
    ),
)


def _moment(draw: random.Random) -> str:
    moment = _FIRST_DAY + timedelta(days=draw.randrange(_DAYS), minutes=15 * draw.randrange(36))
    return moment.isoformat().replace("+00:00", "Z")
