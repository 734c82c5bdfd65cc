"""Other export formats: iMRMC input, an R script, and an archive that recomputes the report."""

from readerstudy.results.exports.imrmc import write_imrmc
from readerstudy.results.exports.reproduction import reproduction_zip
from readerstudy.results.exports.script import write_r
