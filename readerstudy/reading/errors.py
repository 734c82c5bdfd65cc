"""What `reading` refuses: the docstring is the sentence a reader sees, `code` what their browser acts on."""

from readerstudy.errors import ReaderstudyError


class ReadingError(ReaderstudyError):
    """This cannot be read or answered now."""

    code = "refused"


class NotAReader(ReadingError):
    """There is nothing here for you to read. Open the link of your invitation, or ask who invited you."""

    code = "not_found"


class NothingHere(ReadingError):
    """There is nothing at this address. Go back to your studies and continue from there."""

    code = "not_found"


class NotOpenYet(ReadingError):
    """This study has not begun yet. You will hear from the people who invited you."""

    code = "not_open"


class Withdrawn(ReadingError):
    """You have left this study, so no answer is taken from you. Ask who invited you if that surprises you."""

    code = "withdrawn"


class Frozen(ReadingError):
    """This study is closed; no answer is taken any more. What you answered before is safe."""

    code = "frozen"


class StepFirst(ReadingError):
    """Something comes before the first image. Open the study from your list and it leads you there."""

    code = "step_first"


class ComeBackLater(ReadingError):
    """The next section opens after a pause of some days that the study asks for."""

    code = "washout"


class OtherTab(ReadingError):
    """You are reading in another window already. Go on there, or take over here."""

    code = "other_tab"


class SupersededTab(ReadingError):
    """Reading goes on in another window. Take over here to go on in this one."""

    code = "superseded_tab"


class DisplayRefused(ReadingError):
    """This screen has not passed the display check the study asks for. Repeat it, or use another screen."""

    code = "display_check"


class OutOfOrder(ReadingError):
    """This is not the image you are to read now. Reload the page; it shows the right one."""

    code = "out_of_order"


class AnsweredAlready(ReadingError):
    """This has been answered already, and the study does not allow changing an answer."""

    code = "answered_already"


class OtherAnswer(ReadingError):
    """Another answer was sent under the same number before. It stands; reload the page to go on."""

    code = "other_answer"


class AnswerRefused(ReadingError):
    """The answer does not fit what was asked."""

    code = "not_asked"


class Incomplete(AnswerRefused):
    """Something is still missing from the answer."""

    code = "incomplete"


class OffScale(AnswerRefused):
    """A value is not on the scale of the study."""

    code = "off_scale"


class UnknownSlot(AnswerRefused):
    """The answer speaks of an image that is not on this screen."""

    code = "unknown_slot"


class QuestionnaireRefused(ReadingError):
    """Some of the questions are still open."""

    code = "questionnaire"

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = problems
