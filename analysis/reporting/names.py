"""How the coefficients of agreement are called in print."""

COEFFICIENTS = {
    "raw": "Raw agreement",
    "fleiss": "Fleiss’ kappa",
    "conger": "Conger’s kappa",
    "ac1": "Gwet’s AC1",
    "ac2": "Gwet’s AC2, quadratic",
    "alpha": "Krippendorff’s alpha",
    "brennan_prediger": "Brennan–Prediger",
    "fleiss_quadratic": "Fleiss’ kappa, quadratic",
}
