"""The protocol as a form: made from what the validator asks, written back into the text it came from."""

from readerstudy.desk.protocol.builder.draft import Draft, draft_of, opened
from readerstudy.desk.protocol.builder.form import form_of
