from django.urls import path

from coordination.views import actions, agreements, commitments, markings, organisations, references, spaces, trail

urlpatterns = [
    path("spaces/", spaces.space_list, name="space_list"),
    path("spaces/new/", spaces.space_new, name="space_new"),
    path("spaces/<str:key>/", spaces.space_detail, name="space_detail"),
    path("spaces/<str:key>/edit/", spaces.space_edit, name="space_edit"),
    path("spaces/<str:key>/members/", spaces.space_members, name="space_members"),
    path("spaces/<str:key>/members/<str:kind>/<int:pk>/", spaces.space_member, name="space_member"),
    path("spaces/<str:key>/actions/new/", actions.action_new, name="action_new"),
    path("spaces/<str:key>/commitments/new/", commitments.commitment_new, name="commitment_new"),
    path("agreements/", agreements.agreement_list, name="agreement_list"),
    path("agreements/<str:key>/", agreements.agreement_detail, name="agreement_detail"),
    path("commitments/", commitments.commitment_list, name="commitment_list"),
    path("commitments/<str:key>/", commitments.commitment_detail, name="commitment_detail"),
    path("commitments/<str:key>/edit/", commitments.commitment_edit, name="commitment_edit"),
    path("actions/", actions.action_list, name="action_list"),
    path("actions/<str:key>/", actions.action_detail, name="action_detail"),
    path("actions/<str:key>/edit/", actions.action_edit, name="action_edit"),
    path("actions/<str:key>/reassign/", actions.action_reassign, name="action_reassign"),
    path("who-can-see/<str:kind>/<str:key>/", markings.who_can_see, name="who_can_see"),
    path("organisations/", organisations.organisation_list, name="organisation_list"),
    path("organisations/<int:pk>/", organisations.organisation_detail, name="organisation_detail"),
    path("r/<str:reference>/", references.reference, name="reference"),
    path("audit/", trail.audit_trail, name="audit_trail"),
]
