"""Audiences come in whole or not at all, and go out in a form that comes in again."""

from __future__ import annotations

import pytest

from tocsin.people import exchange
from tocsin.people.exchange import BadDirectoryError
from tocsin.people.models import Audience, Contact

CSV = """audience,aliases,chosen,organisation,name,email,phone,time_zone,language,ways
Transit agencies,impacted ones; operators,yes,North Line,Ann,ann@north.example,+1 555 0100 200,America/Lima,en,"email,pager"
Transit agencies,,,South Line,Bo,bo@south.example,,UTC,es,email
"""
YAML = """
audiences:
  - name: Press
    outside: yes
    subject: "{title}"
    contacts:
      - name: Cy
        email: cy@press.example
"""
pytestmark = pytest.mark.django_db


def kinds(plan: exchange.Plan) -> list[tuple[str, str]]:
    return [(change.kind, change.what) for change in plan.changes]


def test_a_dry_run_says_what_would_change_and_changes_nothing() -> None:
    planned = exchange.plan(CSV.encode(), "agencies.csv")
    assert kinds(planned) == [
        ("adds", "Transit agencies"),
        ("adds", "Transit agencies: Ann <ann@north.example>, North Line"),
        ("adds", "Transit agencies: Bo <bo@south.example>, South Line"),
    ]
    assert not Audience.objects.exists()


def test_a_file_comes_in_and_again_changes_nothing() -> None:
    exchange.bring_in(CSV.encode(), "agencies.csv")
    ann = Contact.objects.get(name="Ann")
    assert (ann.phone, ann.time_zone, ann.ways) == ("+15550100200", "America/Lima", "email,pager")
    assert ann.audience.is_chosen
    assert ann.audience.all_names == ["Transit agencies", "impacted ones", "operators"]
    assert exchange.plan(CSV.encode(), "agencies.csv").news == []


def test_a_change_is_shown_with_before_and_after() -> None:
    exchange.bring_in(CSV.encode(), "agencies.csv")
    (change,) = exchange.plan(CSV.replace("Bo,", "Bob,").encode(), "agencies.csv").news
    assert (change.kind, change.line, change.fields) == ("changes", 3, {"name": ("Bo", "Bob")})


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Transit agencies,,,East,Di,no-address,,UTC,en,email", "Line 4: email: Enter a valid email address."),
        ("Transit agencies,,,East,Di,di@east.example,,Mars/Base,en,email", "Line 4: time_zone: 'Mars/Base' is no time"),
        ("Transit agencies,,,East,Di,di@east.example,,UTC,xx,email", "Line 4: language: 'xx' is no language here"),
        ("Transit agencies,,,East,Di,di@east.example,12,UTC,en,email", "Line 4: phone: '12' is no telephone number"),
        ("Transit agencies,,,East,Di,di@east.example,,UTC,en,pigeon", "Line 4: ways: 'pigeon' is no way"),
        ("Transit agencies,,,East,,di@east.example,,UTC,en,email", "Line 4: the contact has no name"),
        (",,,East,Di,di@east.example,,UTC,en,email", "Line 4: it does not say which audience"),
        ("Transit agencies,,maybe,East,Di,di@east.example,,UTC,en,email", "Line 4: is_chosen: 'maybe' is neither"),
        ("Transit agencies,,,East,Di,,,UTC,en,email", "Line 4: email: Give an e-mail address, a telephone"),
        ("Transit agencies,,,East,Di,di@east.example,,UTC,en,email,more", "Line 4: it has more cells than"),
    ],
)
def test_a_bad_row_is_named_and_nothing_is_half_imported(row: str, reason: str) -> None:
    source = f"{CSV}{row}\n".encode()
    assert any(str(problem).startswith(reason) for problem in exchange.plan(source, "agencies.csv").problems)
    with pytest.raises(BadDirectoryError) as refused:
        exchange.bring_in(source, "agencies.csv")
    assert reason in refused.value.message
    assert not Audience.objects.exists()


def test_every_bad_row_is_named_at_once() -> None:
    source = f"{CSV}Press,,,,Cy,,,UTC,en,email\nPress,,,,Di,nobody,,UTC,en,email\n".encode()
    assert [problem.line for problem in exchange.plan(source, "agencies.csv").problems] == [4, 5]


@pytest.mark.parametrize(
    ("source", "name", "reason"),
    [
        (b"who,audience\n", "a.csv", "columns that mean nothing here: who"),
        (b"name,email\n", "a.csv", "does not name a column"),
        (b"audience\n\xff\n", "a.csv", "line 2 is not UTF-8"),
        (b'audience,name\n"Press,x\n', "a.csv", "unexpected end of data"),
        (b"audiences: [a: b", "a.yaml", "line 1"),
        (b"people: []", "a.yml", "it has no list"),
    ],
)
def test_what_is_no_directory_is_refused_with_its_reason(source: bytes, name: str, reason: str) -> None:
    with pytest.raises(BadDirectoryError, match=reason):
        exchange.plan(source, name)


def test_yaml_comes_in_with_lines_and_templates() -> None:
    exchange.bring_in(YAML.encode(), "press.yaml")
    assert Audience.objects.get().subject_template == "{title}"
    bad = YAML.replace("cy@press.example", "cy").encode()
    assert [problem.line for problem in exchange.plan(bad, "press.yaml").problems] == [7]


@pytest.mark.parametrize(
    "source",
    ["audiences: [5]", "audiences: [{name: Press, contacts: [Cy]}]", "audiences: [{name: Press, colour: red}]"],
)
def test_yaml_of_another_shape_is_a_problem_with_a_line(source: str) -> None:
    assert [problem.line for problem in exchange.plan(source.encode(), "x.yaml").problems] == [1]


@pytest.mark.parametrize(("write", "name"), [(exchange.csv_out, "x.csv"), (exchange.yaml_out, "x.yaml")])
def test_what_goes_out_comes_in_again(write: object, name: str) -> None:
    exchange.bring_in(CSV.encode(), "agencies.csv")
    exchange.bring_in(YAML.encode(), "press.yaml")
    Audience.objects.create(name="Nobody yet")
    text = write()  # type: ignore[operator]
    assert exchange.plan(text.encode(), name).news == []
    Audience.objects.exclude(name="Press").delete()
    assert len(exchange.bring_in(text.encode(), name).news) == 4


def test_a_pager_with_its_key_never_goes_out() -> None:
    exchange.bring_in(CSV.encode(), "agencies.csv")
    Contact.objects.filter(name="Ann").update(pager="pagerduty://key@secret")
    Contact.objects.filter(name="Bo").update(pager="secret:bo")
    assert "key@secret" not in exchange.csv_out() + exchange.yaml_out()
    assert "secret:bo" in exchange.csv_out()
    assert exchange.plan(exchange.csv_out().encode(), "x.csv").news == []
