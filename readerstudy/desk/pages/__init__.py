"""The pages of the desk, a module each. A page translates HTTP and nothing else."""
