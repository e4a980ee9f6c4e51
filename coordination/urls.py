from django.urls import path, register_converter

from coordination.models.marking import KEY_ALPHABET, KEY_LENGTH
from coordination.views import (
    action_lists,
    actions,
    agreements,
    bulk,
    commitments,
    exports,
    feeds,
    handover,
    imports,
    markings,
    organisations,
    people,
    posts,
    references,
    reminders,
    saved_filters,
    scoreboard,
    spaces,
    trail,
)


class KeyConverter:
    """A key, and no other word that may stand in its place."""

    regex = f"[{KEY_ALPHABET}]{{{KEY_LENGTH}}}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(KeyConverter, "key")

urlpatterns = [
    path("spaces/", spaces.space_list, name="space_list"),
    path("spaces/new/", spaces.space_new, name="space_new"),
    path("spaces/<str:key>/", spaces.space_detail, name="space_detail"),
    path("spaces/<str:key>/edit/", spaces.space_edit, name="space_edit"),
    path("spaces/<str:key>/reminders/", reminders.space_reminders, name="space_reminders"),
    path("spaces/<str:key>/members/", spaces.space_members, name="space_members"),
    path("spaces/<str:key>/members/<str:kind>/<int:pk>/", spaces.space_member, name="space_member"),
    path("spaces/<str:key>/actions/new/", actions.action_new, name="action_new"),
    path("spaces/<str:key>/actions/many/", actions.actions_new, name="actions_new"),
    path("spaces/<str:key>/commitments/new/", commitments.commitment_new, name="commitment_new"),
    path("spaces/<str:key>/import/<str:kind>/", imports.import_new, name="import_new"),
    path("spaces/<str:key>/import/<str:kind>/template/", imports.import_template, name="import_template"),
    path("imports/<str:key>/", imports.import_detail, name="import_detail"),
    path("imports/<str:key>/<str:deed>/", imports.import_deed, name="import_deed"),
    path("agreements/export.<str:form>", exports.agreement_export, name="agreement_export"),
    path("agreements/", agreements.agreement_list, name="agreement_list"),
    path("agreements/<str:key>/", agreements.agreement_detail, name="agreement_detail"),
    path("agreements/<str:key>/pdf/", agreements.agreement_pdf, name="agreement_pdf"),
    path("agreements/<str:key>/state/", agreements.agreement_move, name="agreement_move"),
    path("agreements/<str:key>/import/", agreements.agreement_import, name="agreement_import"),
    path("commitments/export.<str:form>", exports.commitment_export, name="commitment_export"),
    path("commitments/", action_lists.commitment_list, name="commitment_list"),
    path("commitments/<str:key>/", commitments.commitment_detail, name="commitment_detail"),
    path("commitments/<str:key>/reports/<str:report>/", commitments.report_review, name="report_review"),
    path("commitments/<str:key>/edit/", commitments.commitment_edit, name="commitment_edit"),
    path("filters/", saved_filters.filter_list, name="filter_list"),
    path("filters/new/", saved_filters.filter_new, name="filter_new"),
    path("filters/<str:key>/", saved_filters.filter_detail, name="filter_detail"),
    path("filters/<str:key>/delete/", saved_filters.filter_delete, name="filter_delete"),
    path("filters/<str:key>/standard/", saved_filters.filter_standard, name="filter_standard"),
    path("actions/export.<str:form>", exports.action_export, name="action_export"),
    path("actions/", action_lists.action_list, name="action_list"),
    path("actions/change/", bulk.action_change, name="action_change"),
    path("actions/from/<str:name>/", actions.action_from, name="action_from"),
    path("actions/<str:key>/", actions.action_detail, name="action_detail"),
    path("actions/<str:key>/edit/", actions.action_edit, name="action_edit"),
    path("actions/<str:key>/move/", bulk.action_move, name="action_move"),
    path("actions/<str:key>/reassign/", actions.action_reassign, name="action_reassign"),
    path("actions/<str:key>/follow/", actions.action_follow, name="action_follow"),
    path("actions/<str:key>/steps/", actions.action_steps, name="action_steps"),
    path("actions/<str:key>/steps/<str:step>/", actions.step_tick, name="step_tick"),
    path("actions/<str:key>/waits-for/", actions.action_waits_for, name="action_waits_for"),
    path("handover/", handover.handover, name="handover"),
    path("handover/<int:pk>/", handover.handover, name="handover_of"),
    path("scoreboard/", scoreboard.scoreboard, name="scoreboard"),
    path("who-can-see/<str:kind>/<str:key>/", markings.who_can_see, name="who_can_see"),
    path("organisations/", organisations.organisation_list, name="organisation_list"),
    path("organisations/<int:pk>/focal-point/", reminders.organisation_focal_point, name="organisation_focal_point"),
    path("organisations/<int:pk>/", organisations.organisation_detail, name="organisation_detail"),
    path("organisations/<int:pk>/posts/new/", posts.post_new, name="post_new"),
    path("people/", people.person_list, name="person_list"),
    path("people/new/", people.person_new, name="person_new"),
    path("people/duplicates/", people.people_duplicates, name="people_duplicates"),
    path("people/<key:key>/", people.person_detail, name="person_detail"),
    path("people/<key:key>/edit/", people.person_edit, name="person_edit"),
    path("people/<key:key>/photo/", people.person_photo, name="person_photo"),
    path("people/<key:key>/is/<key:other>/", people.people_merge, name="people_merge"),
    path("people/<key:key>/is-not/<key:other>/", people.people_apart, name="people_apart"),
    path("posts/<key:key>/", posts.post_detail, name="post_detail"),
    path("posts/<key:key>/change/", posts.post_change, name="post_change"),
    path("posts/<key:key>/edit/<int:pk>/", posts.post_edit, name="post_edit"),
    path("calendar/", feeds.calendar_feeds, name="calendar_feeds"),
    path("calendar/<str:secret>.ics", feeds.calendar_feed, name="calendar_feed"),
    path("r/<str:reference>/", references.reference, name="reference"),
    path("audit/", trail.audit_trail, name="audit_trail"),
]
