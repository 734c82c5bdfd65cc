"""Multi-reader multi-case analysis of any design: U-statistics with variances by moments, as in iMRMC."""
