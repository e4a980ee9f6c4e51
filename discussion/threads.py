"""How a thread hangs on its object, whatever package that object is of."""

from typing import Any

from django.contrib.contenttypes.models import ContentType

from coordination import access
from coordination.models import Marked
from coordination.named import find, live, name_of
from discussion.models import Thread

__all__ = ["below", "find", "live", "name_of", "new_thread", "rests", "root_of", "visible_target"]


def root_of(obj: Any) -> Marked:
    """The nearest Marked object: `obj` itself, or what it is a part of along its `audience_path`."""
    for name in type(obj).audience_path.split("__")[:-1]:
        obj = getattr(obj, name)
    return obj


def below(obj: Any) -> list[Marked]:
    """The threads whose audience follows from `obj`'s; given to the access rule as children of `obj`."""
    return list(Thread.objects.below(obj)) if isinstance(obj, Marked) else []


def new_thread(obj: Any, **fields: Any) -> Thread:
    """A thread on `obj`, not yet saved."""
    return Thread(target=obj, root=root_of(obj), space_id=access.space_id_of(obj), **fields)


def rests(obj: Any) -> bool:
    """Whether nothing may be said on `obj`, or in this thread, for now: its object is a draft.

    What rapporteurs say of a draft would be read by everybody once it is circulated, without a chair's word.
    """
    if isinstance(obj, Thread) and not _may_rest(ContentType.objects.get_for_id(obj.root_type_id).model_class()):
        return False
    root = obj.root if isinstance(obj, Thread) else root_of(obj)
    return root is not None and root.access_limit() is not None


def _may_rest(model: type | None) -> bool:
    """Whether things of this kind are drafts at times; of all others none needs to be fetched to be asked."""
    return model is not None and getattr(model, "access_limit", None) is not Marked.access_limit


def visible_target(thread: Thread, reader: access.Reader) -> Any | None:
    """What the thread is about, where it may be named to `reader`."""
    return access.if_readable(reader, thread.target)
