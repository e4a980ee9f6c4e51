"""A file that is attached to something has the audience of that thing."""

import pytest

from coordination import access
from coordination.models import Marking, Role
from knowledge.models import File, ResourceFile
from tests.factories import make_file, make_member, make_organisation, make_resource, make_space, mark

pytestmark = pytest.mark.django_db


@pytest.fixture
def space():
    return make_space("Labour mobility")


@pytest.mark.parametrize("marking", Marking.values)
def test_a_file_is_read_by_those_who_read_its_resource(space, marking):
    fia = make_organisation("FIA")
    chair = make_member(space, Role.CHAIR)
    resource = make_resource(space)
    mark(resource, marking, organisations=[fia], users=[chair])
    file = make_file(space)
    ResourceFile.objects.create(resource=resource, file=file)
    assert access.audience(File.objects.get()) == access.audience(resource)


@pytest.mark.parametrize("marking", Marking.values)
def test_marking_a_resource_anew_marks_its_files_with_it(space, marking):
    fia, chair = make_organisation("FIA"), make_member(space, Role.CHAIR)
    resource = make_resource(space, files=[make_file(space)])
    mark(resource, marking, organisations=[fia], users=[chair])
    assert access.audience(File.objects.get()) == access.audience(resource)


def test_a_file_marked_narrower_stays_so_when_its_resource_becomes_public(space):
    chair = make_member(space, Role.CHAIR)
    file = mark(make_file(space), Marking.RED, users=[chair])
    mark(make_resource(space, files=[file]), Marking.CLEAR)
    assert File.objects.get().marking == Marking.RED


def test_a_file_goes_with_the_resource_that_it_was_attached_to(space):
    resource = make_resource(space, files=[make_file(space)])
    resource.delete()
    assert not File.objects.exists()


def test_two_files_of_one_name_keep_it(space):
    assert {make_file(space, "list.txt").filename, make_file(make_space(), "list.txt").filename} == {"list.txt"}


def test_a_long_name_in_urdu_is_kept_within_what_file_systems_hold(space):
    file = make_file(space, "ہجرت" * 100 + ".txt", title="ہجرت")
    assert file.filename.endswith(".txt")
    assert len(file.filename.encode()) <= 150
    assert File.objects.get().file.read() == b"Lines of a report."


def test_a_file_that_is_moved_to_another_page_keeps_the_readers_it_had(space):
    reader, other = make_member(space, Role.RAPPORTEUR), make_member(space, Role.READER)
    file = make_file(space)
    closed = make_resource(space, files=[file])
    mark(closed, Marking.RED, users=[reader])

    file = File.objects.get(pk=file.pk)
    file.attach(make_resource(space))

    assert access.may_read(reader, File.objects.get(pk=file.pk))
    assert not access.may_read(other, File.objects.get(pk=file.pk))
