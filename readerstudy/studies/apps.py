from django.apps import AppConfig


class StudiesConfig(AppConfig):
    name = "readerstudy.studies"

    def ready(self) -> None:
        from readerstudy.accounts import gate, second_factor
        from readerstudy.studies.family import check_claim
        from readerstudy.studies.models.enrolment import is_staff_of_a_study

        second_factor.require_of(is_staff_of_a_study)
        gate.add(check_claim)
