"""The data in other forms: a codebook, iMRMC's input, R, and an archive that computes the report anew."""

from readerstudy.results.exports.imrmc import write_imrmc
from readerstudy.results.exports.reproduction import reproduction_zip
from readerstudy.results.exports.script import write_r

__all__ = ["reproduction_zip", "write_imrmc", "write_r"]
