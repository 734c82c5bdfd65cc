"""Empirical ROC areas: DeLong for one reader, Obuchowski-Rockette and Hillis for several."""
