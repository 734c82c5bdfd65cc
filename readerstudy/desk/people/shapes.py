from rest_framework import serializers

from readerstudy.desk.people.outcome import Outcome
from readerstudy.desk.people.queries import people_of
from readerstudy.studies.invite import Invited
from readerstudy.studies.models import Enrolment, Study
from readerstudy.truth.known_elsewhere import known_elsewhere
from readerstudy.web.shapes import Shape


class PersonOut(Shape):
    email = serializers.CharField()
    role = serializers.CharField()
    pseudonym = serializers.CharField(allow_blank=True)
    arm = serializers.CharField(allow_blank=True)
    state = serializers.SerializerMethodField(help_text="here, invited, revoked, expired or withdrawn")
    known_elsewhere = serializers.SerializerMethodField(
        help_text="Of a reader: how many images they know from another study or an emergency."
    )

    def get_state(self, enrolment: Enrolment) -> str:
        if hasattr(enrolment, "withdrawal"):
            return "withdrawn"
        if enrolment.person is not None or enrolment.invitation is None:
            return "here"
        state = enrolment.invitation.state
        return "invited" if state == "open" else state

    def get_known_elsewhere(self, enrolment: Enrolment) -> int:
        known: dict[int, int] = self.context["known_elsewhere"]
        return known.get(enrolment.pk, 0)


class ProgramOut(Shape):
    pseudonym = serializers.CharField()
    key = serializers.CharField(help_text="For the reading API; shown now and never again.")


class PeopleOut(Shape):
    people = PersonOut(many=True)


def people_out(study: Study) -> PeopleOut:
    people = people_of(study)
    return PeopleOut({"people": people}, context={"known_elsewhere": known_elsewhere(study, people)})


class InvitedOut(Shape):
    email = serializers.CharField(source="enrolment.email")
    pseudonym = serializers.CharField(source="enrolment.pseudonym", allow_blank=True)
    arm = serializers.CharField(source="enrolment.arm", allow_blank=True)
    link = serializers.CharField(help_text="Shown now and never again.")
    letter = serializers.SerializerMethodField(help_text="Whether the link went out by email.")

    def get_letter(self, invited: Invited) -> bool:
        outcome: Outcome = self.context["outcome"]
        return invited.enrolment.email in outcome.emailed


class NotInvitedOut(Shape):
    email = serializers.CharField()
    detail = serializers.CharField(source="error")
    code = serializers.CharField(source="error.code")


class InvitationsOut(Shape):
    invited = InvitedOut(many=True)
    reminded = serializers.ListField(child=serializers.EmailField(), source="reminded_emails")
    refused = NotInvitedOut(many=True)


def outcome_out(outcome: Outcome) -> InvitationsOut:
    return InvitationsOut(outcome, context={"outcome": outcome})
