"""What more than one view asks of coordination."""

from coordination.selectors.agreements import Milestone, articles_of, commitments_under, milestones_of
from coordination.selectors.following_up import (
    actions_of,
    commitments_of,
    for_the_organisation_of,
    history_of,
    known_spaces,
    made_from,
    made_from_each,
    organisations_in,
    persons_in,
    present_values,
    source_of,
    spaces_of,
    spaces_readable_by,
)
from coordination.selectors.lists import (
    Chosen,
    holding,
    narrowed_actions,
    narrowed_agreements,
    narrowed_commitments,
    narrowed_organisations,
    narrowed_trail,
)
from coordination.selectors.organisations import colleagues_known_to, directory, posts_shown, work_of
from coordination.selectors.readers import by_organisation, in_plain_words, marked_models
from coordination.selectors.trail import Deed, deeds, may_see_trail, trail_for

__all__ = [
    "Chosen",
    "Deed",
    "Milestone",
    "actions_of",
    "articles_of",
    "by_organisation",
    "colleagues_known_to",
    "commitments_of",
    "commitments_under",
    "deeds",
    "directory",
    "for_the_organisation_of",
    "history_of",
    "holding",
    "in_plain_words",
    "known_spaces",
    "made_from",
    "made_from_each",
    "marked_models",
    "may_see_trail",
    "milestones_of",
    "narrowed_actions",
    "narrowed_agreements",
    "narrowed_commitments",
    "narrowed_organisations",
    "narrowed_trail",
    "organisations_in",
    "persons_in",
    "posts_shown",
    "present_values",
    "source_of",
    "spaces_of",
    "spaces_readable_by",
    "trail_for",
    "work_of",
]
