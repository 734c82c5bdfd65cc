"""What `reading` refuses: the docstring is the sentence a reader sees, `code` what their browser acts on."""

from readerstudy.errors import ReaderstudyError


class ReadingError(ReaderstudyError, code="refused", status=400):
    """This cannot be read or answered now."""


class NotAReader(ReadingError, code="not_found", status=404):
    """There is nothing here for you to read. Open the link in your invitation, or ask who invited you."""


class NothingHere(ReadingError, code="not_found", status=404):
    """There is nothing at this address. Go back to your studies and continue from there."""


class NotOpenYet(ReadingError, code="not_open", status=409):
    """This study has not begun yet. You will hear from the people who invited you."""


class Withdrawn(ReadingError, code="withdrawn", status=403):
    """You have left this study; it accepts no answers from you. Ask who invited you if this is unexpected."""


class Frozen(ReadingError, code="frozen", status=423):
    """This study is closed; no more answers are accepted. The answers you gave are saved."""


class StepFirst(ReadingError, code="step_first", status=409):
    """Something comes before the first image. Open the study from your list to continue there."""


class ComeBackLater(ReadingError, code="washout", status=409):
    """The next section opens after a break of some days that the study requires."""


class OtherTab(ReadingError, code="other_tab", status=409):
    """You are already reading in another window. Continue there, or take over here."""


class SupersededTab(ReadingError, code="superseded_tab", status=409):
    """Reading continues in another window. Take over here to continue in this one."""


class DisplayRefused(ReadingError, code="display_check", status=409):
    """This screen has not passed the display check of the study. Repeat it, or use another screen."""


class ChartExpired(ReadingError, code="chart_expired", status=409):
    """These digits are used, more than an hour old or not yours. Reload the page for new ones."""


class OutOfOrder(ReadingError, code="out_of_order", status=409):
    """This is not the image you are to read now. Reload the page; it shows the right one."""


class AnsweredAlready(ReadingError, code="answered_already", status=409):
    """This has been answered already, and the study does not allow changing an answer."""


class OtherAnswer(ReadingError, code="other_answer", status=409):
    """Another answer was sent under the same number before. That one counts; reload the page to continue."""


class AnswerRefused(ReadingError, code="not_asked", status=422):
    """The answer does not fit what was asked."""


class Incomplete(AnswerRefused, code="incomplete"):
    """Something is still missing from the answer."""


class OffScale(AnswerRefused, code="off_scale"):
    """A value is not on the scale of the study."""


class UnknownSlot(AnswerRefused, code="unknown_slot"):
    """The answer speaks of an image that is not on this screen."""


class TooEarly(AnswerRefused, code="too_early"):
    """This section asks you to look at each screen for a while. Look a little longer, then answer."""


class KeysRefused(ReadingError, code="keys_refused", status=422):
    """These keys cannot be chosen."""


class QuestionnaireRefused(ReadingError, code="questionnaire"):
    """Some of the questions are still open."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = problems
