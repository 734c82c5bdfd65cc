"""What `reading` refuses: the docstring is the sentence a reader sees, `code` what their browser acts on."""

from readerstudy.errors import ReaderstudyError


class ReadingError(ReaderstudyError, code="refused", status=400):
    """This cannot be read or answered now."""


class NotAReader(ReadingError, code="not_found", status=404):
    """There is nothing here for you to read. Open the link of your invitation, or ask who invited you."""


class NothingHere(ReadingError, code="not_found", status=404):
    """There is nothing at this address. Go back to your studies and continue from there."""


class NotOpenYet(ReadingError, code="not_open", status=409):
    """This study has not begun yet. You will hear from the people who invited you."""


class Withdrawn(ReadingError, code="withdrawn", status=403):
    """You have left this study, so no answer is taken from you. Ask who invited you if that surprises you."""


class Frozen(ReadingError, code="frozen", status=423):
    """This study is closed; no answer is taken any more. What you answered before is safe."""


class StepFirst(ReadingError, code="step_first", status=409):
    """Something comes before the first image. Open the study from your list and it leads you there."""


class ComeBackLater(ReadingError, code="washout", status=409):
    """The next section opens after a pause of some days that the study asks for."""


class OtherTab(ReadingError, code="other_tab", status=409):
    """You are reading in another window already. Go on there, or take over here."""


class SupersededTab(ReadingError, code="superseded_tab", status=409):
    """Reading goes on in another window. Take over here to go on in this one."""


class DisplayRefused(ReadingError, code="display_check", status=409):
    """This screen has not passed the display check the study asks for. Repeat it, or use another screen."""


class OutOfOrder(ReadingError, code="out_of_order", status=409):
    """This is not the image you are to read now. Reload the page; it shows the right one."""


class AnsweredAlready(ReadingError, code="answered_already", status=409):
    """This has been answered already, and the study does not allow changing an answer."""


class OtherAnswer(ReadingError, code="other_answer", status=409):
    """Another answer was sent under the same number before. It stands; reload the page to go on."""


class AnswerRefused(ReadingError, code="not_asked", status=422):
    """The answer does not fit what was asked."""


class Incomplete(AnswerRefused, code="incomplete"):
    """Something is still missing from the answer."""


class OffScale(AnswerRefused, code="off_scale"):
    """A value is not on the scale of the study."""


class UnknownSlot(AnswerRefused, code="unknown_slot"):
    """The answer speaks of an image that is not on this screen."""


class QuestionnaireRefused(ReadingError, code="questionnaire"):
    """Some of the questions are still open."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = problems
