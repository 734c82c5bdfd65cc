"""Words for readers. Virtual readers must never pass for people."""

from analysis.document import Document


def readers_word(document: Document) -> str:
    """Return what readers are called in this report's sentences."""
    return "virtual readers" if _counts(document) == "all" else "readers"


def starting(word: str) -> str:
    """The word at the start of a sentence."""
    return word[0].upper() + word[1:]


def notice(document: Document) -> str:
    """Return the notice at the top of the report if readers were virtual, else an empty text."""
    study = document.study
    virtual, everybody = study.virtual_readers, len(study.readers)
    match _counts(document):
        case "all":
            return (
                "Simulated answers: every reader of this study was virtual, a program that answers by a "
                "model. Nothing here is evidence of what people see."
            )
        case "some":
            return (
                f"Partly simulated answers: {virtual} of {everybody} readers were virtual, programs that "
                "answer by a model. Numbers that include them are no evidence of what people see."
            )
    return _programs_alone(document)


def _programs_alone(document: Document) -> str:
    """Programs stand beside people; where nobody else read, the report is of programs, and says so."""
    study = document.study
    if study.program_readers and study.program_readers == len(study.readers):
        return "Every reader of this study was a program. Nothing here is evidence of what people see."
    return ""


def running_head(document: Document) -> str:
    """What every printed page says beside the title."""
    return {"all": "simulated answers", "some": "partly simulated answers", "none": ""}[_counts(document)]


def _counts(document: Document) -> str:
    study = document.study
    virtual = study.virtual_readers
    if not virtual:
        return "none"
    return "all" if virtual == len(study.readers) else "some"
