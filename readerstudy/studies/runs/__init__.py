"""Background jobs: start them, perform them in a worker, and resume them when a worker has gone."""

from readerstudy.studies.runs.perform import Reporter, performed_in, performs
from readerstudy.studies.runs.start import cancel_run, start_run, take_up_vanished
