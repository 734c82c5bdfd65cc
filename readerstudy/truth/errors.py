from readerstudy.errors import ReaderstudyError


class TruthError(ReaderstudyError, code="truth_error"):
    """The truth of the study could not be handled."""


class NoSecrets(TruthError, code="no_secrets"):
    """The study has no secrets. Run manage.py migrate, which makes them for existing studies."""


class CommitmentBroken(TruthError, code="commitment_broken"):
    """The plan secret is not the one that the study was created with: somebody replaced it in the database.
    Duplicate the study, which draws new secrets, and plan the copy."""


class KeyFileMissing(TruthError, code="key_file_missing"):
    """The key file is missing. Restore it from its own backup, or set SECRETS_KEY_FILE to where it is."""


class KeyFileUnfit(TruthError, code="key_file_unfit"):
    """The key file cannot be used. Restore it from its own backup."""


class SecretUnreadable(TruthError, code="secret_unreadable"):
    """The key file belongs to another database. Restore the one that belongs to this database."""


class QuotaUsed(TruthError, code="quota_used"):
    """The quota is used up. Take images out, or ask the operator to raise it."""


class UnknownSource(TruthError, code="unknown_source", status=422):
    """The protocol names no such source."""


class NotEnoughImages(TruthError, code="not_enough_images"):
    """A source has fewer images than the protocol needs."""


class LabelsDoNotFit(TruthError, code="labels_do_not_fit"):
    """The labels of the images do not say what the protocol needs."""


class NoPlan(TruthError, code="no_plan"):
    """The study has no plan. Make it on its page Plan, or with manage.py allocate STUDY."""


class PlanIsStale(TruthError, code="plan_is_stale"):
    """The plan was made for another protocol or other images, or before studies had secrets. Make it again on
    the page Plan, or with manage.py allocate STUDY."""


class PlanWasChanged(TruthError, code="plan_was_changed"):
    """The stored plan does not match its digest: rows were changed behind the platform's back."""


class PlanNotVerified(TruthError, code="plan_not_verified"):
    """The plan could not be recomputed from this bundle."""


class BlindingNotShown(TruthError, code="blinding_not_shown"):
    """The blinding audit has not been run on these images. Run it on the page Blinding audit, or with
    manage.py audit_blinding STUDY."""


class AuditPassed(TruthError, code="audit_passed"):
    """The blinding audit passed on these images. There is nothing to override."""


class BlindingFailed(TruthError, code="blinding_failed"):
    """The blinding audit failed on these images. Mend what it names, or override it with a reason."""


class NotFrozen(TruthError, code="not_frozen"):
    """The study is still open. Freeze it before unblinding: answers must not come after the truth."""


class SecondPersonNeeded(TruthError, code="second_person_needed"):
    """The protocol asks for two people to unblind. Another owner or analyst has to confirm."""


class SharesImages(TruthError, code="shares_images"):
    """Images of this study are also shown in a locked study that is still being read. A second owner or
    analyst has to approve."""


class NotAskedFor(TruthError, code="not_asked_for"):
    """Nobody has asked for the unblinding yet; asking is its first step."""


class StillBlinded(TruthError, code="still_blinded"):
    """The study is still blinded. Truth beside answers is shown after the unblinding only."""


class TooFewImages(TruthError, code="too_few_images"):
    """The blinding audit needs at least five images in each arm. Import more images."""


class NoSuchImage(TruthError, code="no_such_image"):
    """There is no such image on that screen. Check reader, section, number and letter."""


class NothingToDisclose(TruthError, code="nothing_to_disclose"):
    """The study is unblinded: what each image is stands in its results."""


class RecipientIsInTheStudy(TruthError, code="recipient_is_in_the_study"):
    """Whoever is told must have no part in the study. Name somebody outside it."""


class DisclosureNotSent(TruthError, code="disclosure_not_sent"):
    """The email could not be sent. Check the mail server and confirm again, or have the recipient sign in.

    Somebody with an account under that address can read it on the page /disclosures/.
    """


class ProgramStopped(TruthError, code="program_stopped"):
    """The program that reads has stopped. Mend it and start it again; it goes on where it stopped."""
