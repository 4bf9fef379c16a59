"""Changing the data model from pages: first what it touches, then the change; a refusal keeps what was typed."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from crm_graph.accounts import tokens
from crm_graph.crm import Crm
from crm_graph.definitions.association import Direction
from crm_graph.definitions.object_type import ObjectType
from tests.factories import SUPER_ADMIN, Make, unique
from tests.web.forms import form_token


class Pages:
    """A super admin's browser that sends forms as pages do."""

    def __init__(self, browser: FlaskClient) -> None:
        self.browser = browser

    def opened(self, path: str, form: str) -> dict[str, str]:
        """What a form of the page sends along, as the page stands now."""
        page = self.browser.get(path)
        state = re.search(
            rf'name="form" value="{re.escape(form)}">\s*<input type="hidden" name="drawn_from" value="(\w+)"', page.text
        )
        assert state is not None
        return {"csrf_token": form_token(page), "form": form, "drawn_from": state[1]}

    def send(self, path: str, form: str, **values: Any) -> TestResponse:
        """The answer to a form of the page, sent as it stands there with these values."""
        return self.browser.post(path, data={**self.opened(path, form), **values})

    def confirmed(self, path: str, form: str, **values: Any) -> TestResponse:
        """The answer to the form after what it touches was looked at."""
        seen = self.send(path, form, **values)
        found = re.search(r'name="confirmed" value="(\w+)"', seen.text)
        assert found is not None, text(seen)
        return self.send(path, form, confirmed=found[1], **values)


@pytest.fixture
def pages(signed_in: FlaskClient) -> Pages:
    """Pages of a super admin."""
    return Pages(signed_in)


@pytest.fixture
def things(make: Make) -> ObjectType:
    """A custom object type of its own."""
    return make.object_type(associated=["contact"])


def text(answer: TestResponse) -> str:
    """What a page says, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text))


def touched(answer: TestResponse, what: str) -> int | None:
    """The number that the page tells beside what would be touched; None where it does not tell of it."""
    found = re.search(rf"{re.escape(what)}(?: such as [\d, ]*\d)? ([\d,]+) ", text(answer))
    return int(found[1].replace(",", "")) if found else None


def now(crm: Crm, name: str) -> ObjectType:
    """The object type as it is now."""
    crm.forget()
    return crm.model.object_types[name]


def with_contacts(crm: Crm, things: ObjectType) -> Sequence[Direction]:
    """How records of the object type may be associated with contacts now."""
    found = now(crm, things.name)
    return crm.model.directions(found, crm.model.object_type("contact"))


def version(crm: Crm) -> int:
    """Of the data model, as it is now."""
    crm.forget()
    return crm.model.version


def test_looking_at_what_a_change_touches_changes_nothing(
    pages: Pages, crm: Crm, make: Make, things: ObjectType
) -> None:
    for _ in range(3):
        make.record(things.name)
    before = version(crm)
    page = pages.send(f"/model/{things.plural}/properties/new", "new", label="Colour", kind="text")
    assert page.status_code == 200
    assert touched(page, "Records have no value yet") == 3
    assert version(crm) == before


def test_new_property_has_type_options_group_and_rules(pages: Pages, crm: Crm, things: ObjectType) -> None:
    group = next(iter(things.groups))
    answer = pages.confirmed(
        f"/model/{things.plural}/properties/new",
        "new",
        label="Roast level",
        kind="select",
        options="light = Light\nDark roast",
        group=group,
        indexed="on",
        required="on",
        searched="on",
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/model?focus={things.plural}&tab=properties")
    found = now(crm, things.name)
    made = found.properties["roast_level"]
    assert [(option.value, option.display_name) for option in made.options] == [
        ("light", "Light"),
        ("dark_roast", "Dark roast"),
    ]
    assert (made.group, made.indexed) == (group, True)
    assert ("roast_level",) in found.required
    assert "roast_level" in found.searchable


def test_rules_of_a_property_that_has_values_are_changed(
    pages: Pages, crm: Crm, make: Make, things: ObjectType
) -> None:
    path = f"/model/{things.plural}/properties"
    pages.confirmed(f"{path}/new", "new", label="Colour", kind="text")
    make.record(things.name, colour="Red")
    make.record(things.name)
    rules = {"required": "on", "indexed": "on", "searched": "on"}
    page = pages.send(f"{path}/colour", "rules", **rules)
    assert touched(page, "Records have no value; they stay, and none can be made without one") == 1
    assert touched(page, "Records are put into an index") == 1
    assert touched(page, "Records are made searchable anew, in the background") == 2
    assert pages.confirmed(f"{path}/colour", "rules", **rules).status_code == 303
    found = now(crm, things.name)
    assert found.properties["colour"].indexed
    assert (("colour",) in found.required, "colour" in found.searchable) == (True, True)
    assert pages.confirmed(f"{path}/colour", "rules").status_code == 303
    found = now(crm, things.name)
    assert not found.properties["colour"].indexed
    assert (("colour",) in found.required, "colour" in found.searchable) == (False, False)


def test_property_is_changed_and_removed_with_its_values_counted(
    pages: Pages, crm: Crm, make: Make, things: ObjectType
) -> None:
    path = f"/model/{things.plural}/properties"
    pages.confirmed(f"{path}/new", "new", label="Grade", kind="select", options="a = A\nb = B")
    make.record(things.name, grade="a")
    values = {"label": "Mark", "options": "b = Better", "description": ""}
    page = pages.send(f"{path}/grade", "details", **values)
    assert touched(page, "Records have a value") == 1
    assert touched(page, "Records have an option that goes; they keep it until they are changed") == 1
    assert pages.confirmed(f"{path}/grade", "details", **values).status_code == 303
    changed = now(crm, things.name).properties["grade"]
    assert (changed.display_name, [(each.value, each.display_name) for each in changed.options]) == (
        "Mark",
        [("b", "Better")],
    )
    assert touched(pages.send(f"{path}/grade", "removal"), "Records have a value, which is hidden") == 1
    assert pages.confirmed(f"{path}/grade", "removal").status_code == 303
    assert "grade" not in now(crm, things.name).live_properties


def test_label_is_renamed_and_removed_with_its_associations_counted(
    pages: Pages, crm: Crm, make: Make, things: ObjectType
) -> None:
    pages.confirmed(
        f"/model/{things.plural}/associations/new",
        "new",
        other="contact",
        label="Keeper",
        inverse="Kept",
        most="",
        back="",
    )
    made = next(each for each in with_contacts(crm, things) if each.association_label == "Keeper")
    make.labelled(make.record(things.name), make.contact(), made.type_id)
    path = f"/model/{things.plural}/associations/{made.type_id}"
    assert touched(pages.send(path, "names", label="Owner", inverse="Owned"), "Associations show it") == 1
    assert pages.confirmed(path, "names", label="Owner", inverse="Owned").status_code == 303
    assert "Owner" in {each.association_label for each in with_contacts(crm, things)}
    page = pages.send(path, "removal")
    assert touched(page, "Associations have it; the records stay associated without it") == 1
    assert pages.confirmed(path, "removal").status_code == 303
    assert "Owner" not in {each.association_label for each in with_contacts(crm, things)}


def test_refusal_stands_beside_its_field_and_keeps_what_was_typed(pages: Pages, things: ObjectType) -> None:
    path = f"/model/{things.plural}/properties/new"
    page = pages.send(path, "new", label="Size of <b>bag</b>", name="9 bad", kind="number", description="Kept")
    assert page.status_code == 422
    field = page.text.partition('name="name"')[2].partition("</div>")[0]
    assert "Must be lower-case letters, digits and underscores, a letter first." in field
    assert 'value="Size of &lt;b&gt;bag&lt;/b&gt;"' in page.text
    assert 'value="Kept"' in page.text
    assert '<option value="number" selected>' in page.text


def test_name_in_use_is_refused(pages: Pages, crm: Crm) -> None:
    before = version(crm)
    page = pages.send("/model/contacts/properties/new", "new", label="Email", kind="text")
    assert page.status_code == 409
    assert "already exists" in text(page)
    assert version(crm) == before


def test_sending_a_confirmed_form_twice_makes_one(pages: Pages, things: ObjectType) -> None:
    path = f"/model/{things.plural}/properties/new"
    first = pages.confirmed(path, "new", label="Once", kind="text")
    second = pages.send(path, "new", label="Once", kind="text", confirmed="anything")
    assert (first.status_code, second.status_code) == (303, 409)


def test_numbers_that_changed_meanwhile_are_shown_again(pages: Pages, crm: Crm, make: Make, things: ObjectType) -> None:
    path, before = f"/model/{things.plural}/properties/new", version(crm)
    seen = pages.send(path, "new", label="Late", kind="text")
    confirmed = re.search(r'name="confirmed" value="(\w+)"', seen.text)
    assert confirmed is not None
    make.record(things.name)
    page = pages.send(path, "new", label="Late", kind="text", confirmed=confirmed[1])
    assert "The numbers have changed since you looked" in text(page)
    assert version(crm) == before


def test_page_that_was_opened_before_another_change_changes_nothing(pages: Pages, crm: Crm, things: ObjectType) -> None:
    path = f"/model/{things.plural}/settings"
    old = pages.opened(path, "names")
    pages.confirmed(path, "names", one="Sack", many="Sacks")
    page = pages.browser.post(path, data={**old, "one": "Bag", "many": "Bags"})
    assert page.status_code == 409
    assert "This was changed since you opened the page" in text(page)
    assert 'value="Sack"' in page.text
    assert now(crm, things.name).display_name == "Sack"


def test_clicking_deactivate_twice_does_not_activate(pages: Pages, crm: Crm, things: ObjectType) -> None:
    path = f"/model/{things.plural}/settings"
    old = pages.opened(path, "activation")
    seen = re.search(r'name="confirmed" value="(\w+)"', pages.browser.post(path, data=old).text)
    assert seen is not None
    answers = [pages.browser.post(path, data={**old, "confirmed": seen[1]}).status_code for _ in range(2)]
    assert answers == [303, 409]
    assert not now(crm, things.name).active


def test_changing_a_description_leaves_options_as_they_are(pages: Pages, crm: Crm, things: ObjectType) -> None:
    path = f"/model/{things.plural}/properties"
    pages.confirmed(f"{path}/new", "new", label="Weight class", kind="select", options=">=100 = Big\n<100 = Small")
    before = now(crm, things.name).properties["weight_class"].options
    assert [(each.value, each.display_name) for each in before] == [(">=100", "Big"), ("<100", "Small")]
    page = pages.browser.get(f"{path}/weight_class").text
    typed = re.search(r"<textarea[^>]*>\n?(.*?)</textarea>", page, re.DOTALL)
    assert typed is not None
    values = {"label": "Weight class", "description": "Of sacks", "options": html.unescape(typed[1])}
    assert pages.confirmed(f"{path}/weight_class", "details", **values).status_code == 303
    changed = now(crm, things.name).properties["weight_class"]
    assert (changed.description, changed.options) == ("Of sacks", before)


def test_labels_in_any_script_are_made(pages: Pages, crm: Crm, things: ObjectType) -> None:
    path = f"/model/{things.plural}/associations/new"
    for label in ("عميل", "زميل", "L" * 200):
        values = {"other": "contact", "label": label, "inverse": "", "most": "", "back": ""}
        assert pages.confirmed(path, "new", **values).status_code == 303
    found = with_contacts(crm, things)
    assert {"عميل", "زميل", "L" * 200} <= {each.association_label for each in found}


def test_paired_label_with_limits_tells_what_it_could_touch(
    pages: Pages, crm: Crm, make: Make, things: ObjectType
) -> None:
    make.associated(make.record(things.name), make.contact())
    path = f"/model/{things.plural}/associations/new"
    values = {"other": "contact", "label": "Keeper", "inverse": "Kept by", "most": "1", "back": ""}
    assert touched(pages.send(path, "new", **values), "Associations could have the label; none gets it by itself") == 1
    assert pages.confirmed(path, "new", **values).status_code == 303
    made = next(each for each in with_contacts(crm, things) if each.association_label == "Keeper")
    assert (made.limit, made.type.inverse_label if made.is_forward else made.type.association_label) == (1, "Kept by")


def test_limit_tells_how_many_records_are_above_it(pages: Pages, crm: Crm, make: Make, things: ObjectType) -> None:
    above, below = make.record(things.name), make.record(things.name)
    for thing, number in ((above, 3), (below, 2)):
        for _ in range(number):
            make.associated(thing, make.contact())
    direction = with_contacts(crm, things)[0]
    path = f"/model/{things.plural}/associations/{direction.type_id}"
    page = pages.send(path, "limits", most="2", back="")
    what = f"{things.name.capitalize()}s have more than 2 Contacts; these stay, and none is added"
    assert touched(page, what) == 1
    assert f"such as {above.id} " in text(page)
    assert pages.confirmed(path, "limits", most="2", back="").status_code == 303
    assert with_contacts(crm, things)[0].limit == 2


def test_examples_of_a_limit_from_the_other_side_lead_to_records_of_that_side(
    pages: Pages, crm: Crm, make: Make, things: ObjectType
) -> None:
    contact = make.contact()
    for _ in range(2):
        make.associated(make.record(things.name), contact)
    direction = with_contacts(crm, things)[0]
    page = pages.send(f"/model/{things.plural}/associations/{direction.type_id}", "limits", most="", back="1")
    assert f'href="/records/contacts/{contact.id}"' in page.text


@pytest.mark.parametrize("most", ["0", "-1", "many", "1.5"])
def test_limit_that_is_none_is_refused_beside_its_field(pages: Pages, crm: Crm, things: ObjectType, most: str) -> None:
    direction = with_contacts(crm, things)[0]
    page = pages.send(f"/model/{things.plural}/associations/{direction.type_id}", "limits", most="5", back=most)
    assert page.status_code == 422
    field = page.text.partition('name="back"')[2].partition("</div>")[0]
    assert "Must be a whole number above 0, or empty for no limit." in field
    assert direction.limit is None


def test_pipeline_is_made_with_its_stages_and_their_probabilities(pages: Pages, crm: Crm) -> None:
    name = unique("Wholesale ")
    values = {"label": name, "stages": "Asked = 0.1\nOffered = 0.5\nSold = 1"}
    assert pages.confirmed("/model/deals/pipelines/new", "new", **values).status_code == 303
    made = next(each for each in now(crm, "deal").pipelines if each.display_name == name)
    assert [(stage.display_name, stage.probability) for stage in made.live_stages] == [
        ("Asked", 0.1),
        ("Offered", 0.5),
        ("Sold", 1.0),
    ]


@pytest.mark.parametrize("stages", ["Asked = often", "Asked", "Asked = 2"])
def test_stage_without_a_probability_is_refused_beside_the_stages(pages: Pages, stages: str) -> None:
    page = pages.send("/model/deals/pipelines/new", "new", label=unique("P "), stages=stages)
    assert page.status_code == 422
    assert "A deal stage needs a probability from 0.0 to 1.0." in text(page)
    assert stages in page.text


def test_stage_is_added_renamed_moved_and_removed(pages: Pages, crm: Crm) -> None:
    name = unique("Steps ")
    pages.confirmed("/model/deals/pipelines/new", "new", label=name, stages="A = 0\nB = 0.5")

    def stages() -> list[str]:
        made = next(each for each in now(crm, "deal").pipelines if each.display_name == name)
        return [f"{stage.display_name}:{stage.id}" for stage in made.live_stages]

    pipeline = next(each for each in now(crm, "deal").pipelines if each.display_name == name)
    path = f"/model/deals/pipelines/{pipeline.id}"
    assert pages.confirmed(path, "add", label="C", state="1").status_code == 303
    last = stages()[-1].partition(":")[2]
    assert pages.confirmed(path, f"stage-{last}", label="Z", place="2", state="1").status_code == 303
    assert [each.partition(":")[0] for each in stages()] == ["A", "Z", "B"]
    assert pages.confirmed(path, f"without-{last}").status_code == 303
    assert [each.partition(":")[0] for each in stages()] == ["A", "B"]


def test_place_that_there_is_not_is_refused(pages: Pages, crm: Crm) -> None:
    pipeline = now(crm, "deal").live_pipelines[0]
    stage = pipeline.live_stages[0]
    page = pages.send(f"/model/deals/pipelines/{pipeline.id}", f"stage-{stage.id}", label="A", place="99", state="0.1")
    assert page.status_code == 422
    assert "Must be from 1 to" in text(page)


def test_limit_of_a_label_that_is_its_own_inverse_is_one_number(pages: Pages, crm: Crm) -> None:
    label = unique("Friend ")
    values = {"other": "contact", "label": label, "inverse": "", "most": "", "back": ""}
    pages.confirmed("/model/contacts/associations/new", "new", **values)

    def limits() -> list[tuple[int, int | None]]:
        crm.forget()
        contact = crm.model.object_type("contact")
        found = [each for each in crm.model.directions(contact, contact) if each.association_label == label]
        return [(each.type_id, each.limit) for each in found]

    [(type_id, _)] = limits()
    assert pages.confirmed(f"/model/contacts/associations/{type_id}", "limits", most="4").status_code == 303
    assert limits() == [(type_id, 4)]


def test_stage_with_records_tells_how_many_and_stays(pages: Pages, crm: Crm, make: Make) -> None:
    name = unique("Full ")
    pages.confirmed("/model/deals/pipelines/new", "new", label=name, stages="A = 0\nB = 0.5")
    pipeline = next(each for each in now(crm, "deal").pipelines if each.display_name == name)
    stage = pipeline.live_stages[0]
    make.deal(pipeline=pipeline.id, dealstage=stage.id)
    page = pages.send(f"/model/deals/pipelines/{pipeline.id}", f"without-{stage.id}")
    assert page.status_code in (400, 409, 422)
    found = next(each for each in now(crm, "deal").pipelines if each.id == pipeline.id).stage(stage.id)
    assert found is not None
    assert not found.closing


def test_display_names_change_and_paths_stay(pages: Pages, crm: Crm, things: ObjectType) -> None:
    answer = pages.confirmed(f"/model/{things.plural}/settings", "names", one="Account", many="Accounts")
    assert answer.status_code == 303
    found = now(crm, things.name)
    assert (found.display_name, found.display_name_plural, found.plural) == ("Account", "Accounts", things.plural)


def test_object_type_is_switched_off_and_on_again(pages: Pages, crm: Crm, things: ObjectType) -> None:
    path = f"/model/{things.plural}/settings"
    pages.confirmed(path, "activation")
    assert not now(crm, things.name).active
    pages.confirmed(path, "activation")
    assert now(crm, things.name).active


def test_new_object_type_has_its_properties_and_associations(pages: Pages, crm: Crm) -> None:
    name = unique("Crate ")
    answer = pages.confirmed(
        "/model/new",
        "new",
        one=name,
        many=f"{name}s",
        properties="Label\nWeight = number\nPacked on = date",
        associated=["contact", "deal"],
    )
    assert answer.status_code == 303
    crm.forget()
    made = next(each for each in crm.model.object_types.values() if each.display_name == name)
    assert {"label", "weight", "packed_on"} <= made.properties.keys()
    assert made.properties["weight"].type == "number"
    assert made.primary == ("label",)
    assert crm.model.find_pair(made, crm.model.object_type("deal")) is not None


def test_custom_object_type_with_records_is_not_removed(pages: Pages, crm: Crm, make: Make, things: ObjectType) -> None:
    make.record(things.name)
    page = pages.send(f"/model/{things.plural}/settings", "removal")
    assert page.status_code in (400, 409, 422)
    assert "archive them first" in text(page)
    assert not now(crm, things.name).archived


def test_custom_object_type_without_records_is_removed(pages: Pages, crm: Crm, things: ObjectType) -> None:
    assert pages.confirmed(f"/model/{things.plural}/settings", "removal").status_code == 303
    assert now(crm, things.name).archived


def test_only_a_super_admin_may_open_a_form(browser: FlaskClient, crm: Crm) -> None:
    _, secret = crm.run(SUPER_ADMIN, lambda unit: tokens.create(unit, "reader", ["crm.objects.contacts.read"]))
    browser.post("/sign-in", data={"csrf_token": form_token(browser.get("/sign-in")), "token": secret})
    assert browser.get("/model").status_code == 200
    assert browser.get("/model/new").status_code == 403
    assert 'href="/model/new"' not in browser.get("/model").text
