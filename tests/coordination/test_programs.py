"""Tokens for programs and webhooks: made, ended, kept within their scope, called and called again."""

import base64
import hmac
import json
from datetime import timedelta
from hashlib import sha256
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from coordination import chain, outside, services
from coordination.models import Action, ApiToken, ApiVerb, Article, AuditEntry, Role, Webhook, WebhookCall
from tests.factories import (
    join,
    make_action,
    make_agreement,
    make_commitment,
    make_member,
    make_organisation,
    make_space,
    make_user,
    mark,
)

pytestmark = pytest.mark.django_db
ELSEWHERE = "https://cases.example/accord"


def token(user, **more):
    until = timezone.localdate() + timedelta(days=30)
    return services.make_token(user, **{"name": "Reporting", "expires_on": until, **more})


def program(user, **more):
    return Client(headers={"Authorization": f"Bearer {token(user, **more)[1]}"})


@pytest.fixture
def chair(space, fia):
    return make_member(space, Role.CHAIR, organisation=fia)


# --- tokens --------------------------------------------------------------------------------------------------------
def test_a_token_is_made_shown_once_and_ended_on_its_page(space, chair):
    browser = Client()
    browser.force_login(chair)
    until = (timezone.localdate() + timedelta(days=30)).isoformat()
    sent = {"name": "Monthly report", "spaces": [space.pk], "verbs": [ApiVerb.REPORT], "expires_on": until}
    answer = browser.post(reverse("token_list"), sent)
    [made] = ApiToken.objects.all()
    secret = answer.context["secret"]
    assert secret in answer.content.decode() and secret not in browser.get(reverse("token_list")).content.decode()
    asked = Client(headers={"Authorization": f"Bearer {secret}"}).get("/api/v1/me")
    assert asked.json()["verbs"] == ["read", "report"]
    browser.post(reverse("token_end", args=[made.key]))
    assert Client(headers={"Authorization": f"Bearer {secret}"}).get("/api/v1/me").status_code == 401
    assert {"token made", "token ended"} <= set(AuditEntry.objects.values_list("verb", flat=True))


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", "a\nb"), ("expires_on", "2001-01-01"), ("expires_on", "nonsense"), ("spaces", ["99999"]),
     ("verbs", ["manage"])],
)  # fmt: skip
def test_nonsense_in_the_form_is_refused_beside_its_field_and_makes_nothing(space, chair, field, value):
    browser = Client()
    browser.force_login(chair)
    sent = {"name": "Report", "expires_on": (timezone.localdate() + timedelta(days=9)).isoformat(), field: value}
    answer = browser.post(reverse("token_list"), sent)
    assert answer.context["form"].errors.keys() == {field}
    assert not ApiToken.objects.exists()


def test_it_opens_nothing_once_it_has_run_out_its_owner_is_closed_out_or_the_membership_has_ended(space, chair):
    action = make_action(space, chair.organisation)
    asking = program(chair)
    address = f"/api/v1/actions/{action.key}"
    assert asking.get(address).status_code == 200
    services.revoke_membership(make_member(space, Role.CHAIR), space, chair)
    assert asking.get(address).status_code == 404
    ApiToken.objects.update(expires_on=timezone.localdate() - timedelta(days=1))
    assert asking.get("/api/v1/me").status_code == 401
    ApiToken.objects.update(expires_on=timezone.localdate())
    chair.is_active = False
    chair.save()
    assert asking.get("/api/v1/me").status_code == 401


def test_it_leaves_no_office_and_no_space_that_it_does_not_name(space, fia):
    other = make_space("Elsewhere")
    officer = make_member(space, Role.CHAIR, fia, platform_role="auditor")
    join(officer, other, Role.CHAIR)
    there = make_action(other, officer.organisation, title="Elsewhere")
    asking = program(officer, spaces=[space])
    listed = asking.get("/api/v1/spaces").json()["items"]
    assert [one["key"] for one in listed] == [space.key]
    assert asking.get(f"/api/v1/actions/{there.key}").status_code == 404
    with pytest.raises(PermissionDenied):
        services.make_token(make_user(), name="x", expires_on=timezone.localdate() + timedelta(days=2), spaces=[other])


def test_an_address_of_nothing_is_answered_as_what_is_closed_is(space, chair):
    asked, closed = program(chair), make_action(make_space())
    answers = [asked.get(f"/api/v1/{path}") for path in ("nothing", "v9", f"actions/{closed.key}", "actions/4x9k")]
    assert {(one.status_code, one.content) for one in answers} == {
        (404, b'{"detail": "There is nothing here.", "errors": {}}')
    }
    assert Client().get("/api/v2/actions").json()["detail"] == "There is nothing here."


def test_what_is_sent_twice_is_written_down_once_and_what_cannot_be_used_is_refused(space, chair):
    asking, address = program(chair, verbs=ApiVerb.values), f"/api/v1/spaces/{space.key}/actions"
    sent = {"title": "Send the list", "owner": chair.organisation.acronym, "submission": str(uuid4())}
    first, second = (asking.post(address, sent, content_type="application/json") for _time in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["key"] == second.json()["key"] and Action.objects.count() == 1
    assert AuditEntry.objects.get(verb="action created").token == "Reporting"
    browser = Client()
    browser.force_login(chair)
    assert "by the token “Reporting”" in browser.get("/audit/").content.decode()
    for wrong in ({"owner": "NOBODY"}, {"title": ""}, {"due_on": "1066-01-01"}, {"title": "a\0b"}):
        answer = asking.post(address, {**sent, "submission": str(uuid4()), **wrong}, content_type="application/json")
        assert answer.status_code == 422 and answer.json()["errors"].keys() == wrong.keys()
    assert Action.objects.count() == 1


def test_an_agreement_that_is_not_published_is_not_named_by_what_stands_under_it(space, chair):
    agreement = make_agreement(space, title="Cooperation Agreement")
    article = Article.objects.create(agreement=agreement, number="4", title="Training", body="<p>They train.</p>")
    address = f"/api/v1/commitments/{make_commitment(space, chair.organisation, article=article).key}"
    assert program(chair).get(address).json()["article"]["title"]
    agreement.unpublish()
    assert program(chair).get(address).json()["article"] is None


def test_of_two_organisations_with_one_acronym_the_country_says_which(space, chair):
    for country in ("PK", "KZ"):
        make_member(space, Role.CONTRIBUTOR, make_organisation("MoI", country=country))
    asking, address = program(chair, verbs=ApiVerb.values), f"/api/v1/spaces/{space.key}/actions"

    def post(owner):
        return asking.post(address, {"title": "Send the list", "owner": owner}, content_type="application/json")

    refused = post("MoI")
    assert refused.status_code == 422 and "MoI (KZ)" in str(refused.json()["errors"]["owner"])
    assert post("MoI (KZ)").status_code == 201
    assert Action.objects.get().owner.country_id == "KZ"
    make_member(space, Role.CONTRIBUTOR, make_organisation("MoI", country=None))
    assert post("MoI").status_code == 201
    assert Action.objects.latest("pk").owner.country_id is None


def test_the_key_of_somebody_elses_form_is_refused_in_a_sentence(space, chair):
    sent = {"title": "Send the list", "owner": chair.organisation.acronym, "submission": str(uuid4())}
    other = make_member(space, Role.CHAIR, chair.organisation)
    address, kind = f"/api/v1/spaces/{space.key}/actions", "application/json"
    made = program(other, verbs=ApiVerb.values).post(address, sent, content_type=kind).json()
    asking = program(chair, verbs=ApiVerb.values)
    assert asking.post(address, sent, content_type=kind).status_code == 422
    report = {"text": "Half of it.", "submission": str(uuid4())}
    reports = f"/api/v1/actions/{made['key']}/reports"
    assert program(other, verbs=ApiVerb.values).post(reports, report, content_type=kind).status_code == 201
    assert asking.post(reports, report, content_type=kind).status_code == 422
    assert Action.objects.count() == Action.objects.get().updates.count() == 1


@pytest.mark.parametrize("address", ["actions", "commitments", "agreements", "list_meetings", "resources", "glossary"])
def test_a_list_asks_as_much_of_the_database_for_many_rows_as_for_few(
    space, chair, address, django_assert_max_num_queries
):
    asking = program(chair)
    for number in (2, 12):
        for _row in range(number if address == "actions" else 0):
            make_action(space, chair.organisation)
        with django_assert_max_num_queries(14):
            assert asking.get(reverse(f"api:{address}")).status_code == 200


# --- webhooks ------------------------------------------------------------------------------------------------------
@pytest.fixture
def calls(monkeypatch):
    """What would be sent elsewhere, and what is answered there."""
    made = []

    def call(url, method, body, headers):
        made.append((url, json.loads(body), headers, body))
        return outside.Reply(calls_answer["status"], "")

    calls_answer = {"status": 200}
    monkeypatch.setattr(outside, "call", call)
    made_and_answer = type("Calls", (), {"made": made, "answer": calls_answer})
    return made_and_answer


def the_worker_comes(now=None):
    chain.link_entries()
    services.call_webhooks(now or timezone.now())


def test_a_webhook_is_told_of_a_deed_signed_and_without_content(space, chair, calls):
    hook = services.add_webhook(chair, space, ELSEWHERE)
    the_worker_comes()
    calls.made.clear()
    action = services.create_action(chair, space, title="Secret words", owner=chair.organisation)
    the_worker_comes()
    [(url, told, headers, body)] = calls.made
    assert url == ELSEWHERE and told["type"] == "action_created"
    assert told["data"]["key"] == action.key and told["data"]["space"] == space.key
    assert b"Secret" not in body and chair.name.encode() not in body
    key = base64.b64decode(services.secret_of(hook).removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    the_worker_comes()
    assert len(calls.made) == 1


def test_it_is_told_of_nothing_that_whoever_added_it_may_not_read(space, chair, calls):
    services.add_webhook(chair, space, ELSEWHERE)
    rapporteur = make_member(space, Role.RAPPORTEUR)
    action = make_action(space, chair.organisation)
    mark(action, "RED", users=[rapporteur])
    the_worker_comes()
    calls.made.clear()
    services.report_on_action(rapporteur, action, text="Done")
    the_worker_comes()
    assert calls.made == [] and not WebhookCall.objects.filter(due_at__isnull=False).exists()


def test_what_is_not_taken_is_told_again_later_and_a_dead_address_is_paused_and_resumed(space, chair, calls):
    hook = services.add_webhook(chair, space, ELSEWHERE)
    calls.answer["status"], now = 503, timezone.now() + timedelta(seconds=1)
    the_worker_comes(now)
    assert len(calls.made) == 1
    the_worker_comes(now + timedelta(seconds=30))
    assert len(calls.made) == 1, "too soon"
    the_worker_comes(now + timedelta(minutes=2))
    assert [told["type"] for _url, told, *_more in calls.made] == ["webhook_added"] * 2
    assert len({headers["webhook-id"] for *_more, headers, _body in calls.made}) == 1
    the_worker_comes(now + services.programs.PATIENCE + timedelta(minutes=2))
    hook.refresh_from_db()
    assert hook.paused_at is not None and AuditEntry.objects.filter(verb="webhook paused").exists()
    calls.answer["status"] = 200
    services.resume_webhook(chair, hook)
    the_worker_comes()
    assert WebhookCall.objects.filter(taken_at__isnull=False).exists()


@pytest.mark.parametrize("url", ["http://fine.example/", "https://user@fine.example/", "https://fine.example:8443/"])
def test_only_public_addresses_are_taken(space, chair, url):
    with pytest.raises(ValidationError):
        services.add_webhook(chair, space, url)


def test_its_page_is_the_chairs_and_ends_it(space, chair):
    browser = Client()
    browser.force_login(chair)
    address = reverse("space_webhooks", args=[space.key])
    browser.post(address, {"url": ELSEWHERE})
    [hook] = Webhook.objects.all()
    page = browser.get(address).content.decode()
    assert ELSEWHERE in page and services.secret_of(hook) in page
    browser.post(reverse("space_webhook", args=[space.key, hook.key]), {"deed": "end"})
    assert not Webhook.objects.exists()
    reader = make_member(space, Role.RAPPORTEUR)
    browser.force_login(reader)
    assert browser.get(address).status_code == 404
