"""A file is removed on the page of its resource, by whoever put it there and by rapporteurs."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from coordination.models import AuditEntry, Role
from knowledge import services
from knowledge.models import File
from tests.factories import make_member, make_resource, make_space, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def space():
    return make_space("Labour mobility")


@pytest.fixture
def contributor(space):
    return make_member(space, Role.CONTRIBUTOR)


@pytest.fixture
def file(space, contributor):
    return services.attach_file(contributor, make_resource(space), SimpleUploadedFile("a.txt", b"text"))


def address_to_remove(file):
    return reverse("file_remove", kwargs={"key": file.key})


@pytest.mark.parametrize("role", ["whoever put it there", Role.RAPPORTEUR])
def test_who_may_remove_a_file_finds_a_button_that_does(client, space, contributor, file, role):
    client.force_login(contributor if role not in Role.values else make_member(space, role))
    resource = file.place.resource
    assert address_to_remove(file) in client.get(resource.get_absolute_url()).content.decode()
    page = client.post(address_to_remove(file), follow=True)
    assert page.redirect_chain[-1][0] == resource.get_absolute_url()
    assert "The file is removed." in page.content.decode()
    assert not File.objects.exists()
    assert AuditEntry.objects.filter(verb="file removed").exists()


@pytest.mark.parametrize("role", [Role.READER, Role.CONTRIBUTOR, None])
def test_all_others_find_neither_button_nor_address(client, space, file, role):
    client.force_login(make_member(space, role) if role else make_user())
    page = client.get(file.place.resource.get_absolute_url()).content.decode()
    assert address_to_remove(file) not in page
    assert client.post(address_to_remove(file)).status_code == 404
    assert File.objects.exists()


def test_a_link_removes_nothing(client, contributor, file):
    client.force_login(contributor)
    assert client.get(address_to_remove(file)).status_code == 405
    assert File.objects.exists()
