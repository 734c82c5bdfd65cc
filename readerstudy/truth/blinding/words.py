"""What each measured feature means to people, and what to do where the arms differ in it."""

from dataclasses import dataclass

SAME_PIPELINE = "Import both arms again from the originals, through the same steps and with the same canvas."
CUT_BORDERS = "One arm has borders. Use fit = crop, or cut the borders before the import."
SAME_JPEG = (
    "One arm was stored as JPEG. Store the other arm with the same JPEG quality before the import; "
    "a smaller canvas weakens the trace but does not remove it."
)
SAME_SIZE = (
    "The arms came in different sizes and were resampled differently. Bring the larger originals to "
    "the size of the smaller ones before the import, or generate at the size of the real ones."
)
SAME_DEPTH = "One arm was stored with fewer levels. Store both arms with the smaller depth before the import."


@dataclass(frozen=True, kw_only=True)
class Words:
    title: str
    meaning: str
    remedy: str


DELIVERED = {
    "width": Words(
        title="Width",
        meaning="pixels in a row",
        remedy=SAME_PIPELINE,
    ),
    "height": Words(
        title="Height",
        meaning="pixels in a column",
        remedy=SAME_PIPELINE,
    ),
    "bits": Words(
        title="Depth",
        meaning="bits a pixel",
        remedy=SAME_PIPELINE,
    ),
    "distinct": Words(
        title="Grey levels",
        meaning="levels that occur, of those that could be expected",
        remedy="One arm has gaps in its histogram, as after 8-bit storage or a stretched contrast. Start "
        "from originals of the same depth, or bring both arms to the smaller depth before the "
        "import.",
    ),
    "comb": Words(
        title="Histogram comb",
        meaning="the strongest period in the histogram",
        remedy="One arm's contrast was changed after it had been stored with few levels. Undo the "
        "change, or apply the same one to both arms.",
    ),
    "pure_black": Words(
        title="Pure black",
        meaning="the share of pixels that are exactly black",
        remedy="One arm has a clean background, the other a noisy one. Crop the background away in both "
        "arms, or set what is darker than a threshold to black in both.",
    ),
    "pure_white": Words(
        title="Pure white",
        meaning="the share of pixels that are exactly white",
        remedy="One arm is clipped at white. Use the same window for both arms.",
    ),
    "flat": Words(
        title="Flat places",
        meaning="the share of pixels that equal their neighbours",
        remedy="One arm was smoothed or compressed. Treat both arms alike, or choose a smaller canvas.",
    ),
    "border_rows": Words(
        title="Borders above and below",
        meaning="the share of uniform rows at the edges",
        remedy=CUT_BORDERS,
    ),
    "border_columns": Words(
        title="Borders left and right",
        meaning="the share of uniform columns at the edges",
        remedy=CUT_BORDERS,
    ),
    "edge_jump": Words(
        title="Outermost pixels",
        meaning="how much the outermost ring differs from the next",
        remedy="One arm has a thin frame or a resampling edge. Cut a few pixels off every side in both arms.",
    ),
    "corner_marks": Words(
        title="Marks in the corners",
        meaning="how sharp the sharpest edges in a corner are (logarithm)",
        remedy="One arm carries burned-in side markers or text. Blank the corners in both arms or crop "
        "them away.",
    ),
    "grid": Words(
        title="JPEG grid",
        meaning="steps on a grid of 8 × 8 pixels",
        remedy=SAME_JPEG,
    ),
    "dct_comb": Words(
        title="JPEG coefficients",
        meaning="how strongly DCT coefficients prefer the multiples of a step",
        remedy=SAME_JPEG,
    ),
    "noise": Words(
        title="Noise floor",
        meaning="the level of the finest detail",
        remedy="One arm is smoother or noisier. Look for denoising, compression or enlargement in one "
        "arm; if the generator itself is too smooth, readers may use that, and the study should "
        "say so.",
    ),
    "noise_quiet": Words(
        title="Noise in quiet places",
        meaning="the level of the finest detail where there is least of it",
        remedy="The background of one arm is smoother. Look for denoising or compression in one arm, or "
        "crop the background away in both.",
    ),
    "noise_correlation": Words(
        title="Grain of the noise",
        meaning="how much the noise of neighbouring pixels agrees",
        remedy="One arm was resampled or filtered. Bring both arms from the same original size to the "
        "canvas.",
    ),
    "slope_middle": Words(
        title="Spectrum, middle",
        meaning="how power falls between 0.04 and 0.16 cycles a pixel",
        remedy="One arm is blurred or sharpened. Apply the same filter, or none, to both arms.",
    ),
    "slope_high": Words(
        title="Spectrum, fine",
        meaning="how power falls between 0.16 and 0.48 cycles a pixel",
        remedy="One arm is blurred, sharpened or enlarged. Bring both arms from the same original size "
        "to the canvas, or choose a smaller canvas.",
    ),
    "top_band": Words(
        title="Finest detail",
        meaning="power near the resolution limit against the middle frequencies",
        remedy="One arm was enlarged or smoothed. Choose a canvas no larger than the smaller originals.",
    ),
    "nyquist": Words(
        title="Pixel grid pattern",
        meaning="power in patterns that alternate from pixel to pixel",
        remedy="One arm has a pattern of its upsampling layers or of its detector. Choose a smaller canvas.",
    ),
    "periodicity": Words(
        title="Resampling traces",
        meaning="the strongest period in the sharpness of rows and columns",
        remedy="One arm was resampled. Bring both arms from the same original size to the canvas.",
    ),
}

ORIGINALS = {
    "width": Words(
        title="Original width",
        meaning="pixels in a row of the original",
        remedy=SAME_SIZE,
    ),
    "height": Words(
        title="Original height",
        meaning="pixels in a column of the original",
        remedy=SAME_SIZE,
    ),
    "bits": Words(
        title="Original depth",
        meaning="bits a pixel of the original",
        remedy=SAME_DEPTH,
    ),
    "levels": Words(
        title="Original grey levels",
        meaning="levels that occur in the original",
        remedy=SAME_DEPTH,
    ),
    "step": Words(
        title="Original step",
        meaning="the distance between neighbouring grey levels of the original",
        remedy="One arm's levels are coarser. Store both arms with the smaller depth before the import.",
    ),
    "lossy": Words(
        title="Lossy compression",
        meaning="whether the original was stored with loss",
        remedy="One arm was compressed with loss. Compress the other one alike, or use lossless originals.",
    ),
    "lost": Words(
        title="Cropped away",
        meaning="the share of the original that does not fit the canvas",
        remedy="The arms have different aspect ratios. Crop the originals of one arm to the aspect of "
        "the other.",
    ),
}


def container_words(container: str) -> Words:
    return Words(
        title=f"Stored as {container}",
        meaning=f"whether the original was a {container} file",
        remedy="The arms came in different formats. "
        "Harmless in itself; look at the other rows for its traces.",
    )
