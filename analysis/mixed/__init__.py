"""Mixed models with crossed random effects of readers, trials and images."""
