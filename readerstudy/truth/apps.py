from django.apps import AppConfig


class TruthConfig(AppConfig):
    name = "readerstudy.truth"

    def ready(self) -> None:
        from readerstudy.accounts import gate
        from readerstudy.reading.exposures import decide_by
        from readerstudy.studies.create import at_creation
        from readerstudy.studies.runs import performed_in
        from readerstudy.truth.known_images import check_claim
        from readerstudy.truth.secrets import make_secrets_at_creation
        from readerstudy.truth.staircase import exposure_of_the_open_trial

        at_creation(make_secrets_at_creation)
        gate.add(check_claim)
        decide_by(exposure_of_the_open_trial)
        performed_in("readerstudy.truth.runs")
