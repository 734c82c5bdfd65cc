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
SAME_SUBSAMPLING = (
    "The colours of one arm were stored with half the resolution, as JPEG and video do. Store both arms with "
    "the same subsampling before the import; a canvas of half the size hides it."
)
SAME_BALANCE = (
    "The arms have another white balance. Check that colour profiles were kept, and balance both arms alike."
)
SAME_FRAMES = (
    "The frames of one arm were left out, repeated or taken at other steps. Export both arms with as many "
    "frames as the canvas, over the same length."
)
SAME_DEPTH = "One arm was stored with fewer levels. Store both arms with the smaller depth before the import."


@dataclass(frozen=True)
class Words:
    title: str
    meaning: str
    remedy: str


DELIVERED = {
    "width": Words("Width", "pixels in a row", SAME_PIPELINE),
    "height": Words("Height", "pixels in a column", SAME_PIPELINE),
    "bits": Words("Depth", "bits a pixel", SAME_PIPELINE),
    "distinct": Words(
        "Grey levels",
        "levels that occur, of those that could be expected",
        "One arm has gaps in its histogram, as after 8-bit storage or a stretched contrast. Start "
        "from originals of the same depth, or bring both arms to the smaller depth before the "
        "import.",
    ),
    "comb": Words(
        "Histogram comb",
        "the strongest period in the histogram",
        "One arm's contrast was changed after it had been stored with few levels. Undo the "
        "change, or apply the same one to both arms.",
    ),
    "pure_black": Words(
        "Pure black",
        "the share of pixels that are exactly black",
        "One arm has a clean background, the other a noisy one. Crop the background away in both "
        "arms, or set what is darker than a threshold to black in both.",
    ),
    "pure_white": Words(
        "Pure white",
        "the share of pixels that are exactly white",
        "One arm is clipped at white. Use the same window for both arms.",
    ),
    "flat": Words(
        "Flat places",
        "the share of pixels that equal their neighbours",
        "One arm was smoothed or compressed. Treat both arms alike, or choose a smaller canvas.",
    ),
    "border_rows": Words("Borders above and below", "the share of uniform rows at the edges", CUT_BORDERS),
    "border_columns": Words(
        "Borders left and right", "the share of uniform columns at the edges", CUT_BORDERS
    ),
    "edge_jump": Words(
        "Outermost pixels",
        "how much the outermost ring differs from the next",
        "One arm has a thin frame or a resampling edge. Cut a few pixels off every side in both arms.",
    ),
    "corner_marks": Words(
        "Marks in the corners",
        "how sharp the sharpest edges in a corner are (logarithm)",
        "One arm carries burned-in side markers or text. Blank the corners in both arms or crop them away.",
    ),
    "corner_spots": Words(
        "Spots in the corners",
        "how much anything in a corner stands out from around it (logarithm)",
        "One arm carries dim or blurred marks. Blank the corners in both arms or crop them away.",
    ),
    "grid": Words("JPEG grid", "steps on a grid of 8 × 8 pixels", SAME_JPEG),
    "dct_comb": Words(
        "JPEG coefficients", "how strongly DCT coefficients prefer the multiples of a step", SAME_JPEG
    ),
    "noise": Words(
        "Noise floor",
        "the level of the finest detail",
        "One arm is smoother or noisier. Look for denoising, compression or enlargement in one "
        "arm; if the generator itself is too smooth, readers may use that, and the study should "
        "say so.",
    ),
    "noise_quiet": Words(
        "Noise in quiet places",
        "the level of the finest detail where there is least of it",
        "The background of one arm is smoother. Look for denoising or compression in one arm, or "
        "crop the background away in both.",
    ),
    "noise_correlation": Words(
        "Grain of the noise",
        "how much the noise of neighbouring pixels agrees",
        "One arm was resampled or filtered. Bring both arms from the same original size to the canvas.",
    ),
    "slope_middle": Words(
        "Spectrum, middle",
        "how power falls between 0.04 and 0.16 cycles a pixel",
        "One arm is blurred or sharpened. Apply the same filter, or none, to both arms.",
    ),
    "slope_high": Words(
        "Spectrum, fine",
        "how power falls between 0.16 and 0.48 cycles a pixel",
        "One arm is blurred, sharpened or enlarged. Bring both arms from the same original size "
        "to the canvas, or choose a smaller canvas.",
    ),
    "top_band": Words(
        "Finest detail",
        "power near the resolution limit against the middle frequencies",
        "One arm was enlarged or smoothed. Choose a canvas no larger than the smaller originals.",
    ),
    "nyquist": Words(
        "Pixel grid pattern",
        "power in patterns that alternate from pixel to pixel",
        "One arm has a pattern of its upsampling layers or of its detector. Choose a smaller canvas.",
    ),
    "periodicity": Words(
        "Resampling traces",
        "the strongest period in the sharpness of rows and columns",
        "One arm was resampled. Bring both arms from the same original size to the canvas.",
    ),
    "chroma_detail": Words(
        "Detail in colour", "the finest detail of colour against that of brightness", SAME_SUBSAMPLING
    ),
    "chroma_pairs": Words(
        "Colour in pairs of pixels",
        "steps of colour within pairs of pixels against those between pairs",
        SAME_SUBSAMPLING,
    ),
    "chroma_comb": Words(
        "JPEG coefficients of colour",
        "how strongly DCT coefficients of colour prefer the multiples of a step",
        SAME_JPEG,
    ),
    "balance_red": Words("White balance, red", "red against green (logarithm)", SAME_BALANCE),
    "balance_blue": Words("White balance, blue", "blue against green (logarithm)", SAME_BALANCE),
    "saturation": Words(
        "Saturation",
        "the mean distance of colours from grey",
        "The colours of one arm are stronger. Check colour profiles and conversions, and treat both "
        "arms alike.",
    ),
    "colour_noise": Words(
        "Colour noise",
        "the level of the finest detail of colour",
        "The colours of one arm are smoother or noisier. Look for denoising, subsampling or "
        "compression in one arm.",
    ),
    "noise_link": Words(
        "Noise of the channels",
        "how much the noise of red, green and blue agrees",
        "The channels of one arm were made from each other, or by another sensor. Treat both arms "
        "alike, or choose a smaller canvas.",
    ),
    "channel_comb": Words(
        "Histogram comb of a channel",
        "the strongest period in the histogram of red, green or blue",
        "The contrast or balance of one arm was changed after it had been stored. Undo the change, or "
        "apply the same one to both arms.",
    ),
    "channel_distinct": Words(
        "Levels of a channel",
        "levels that occur in the poorest channel, of those that could be expected",
        "One arm has gaps in the histogram of a channel, as after a palette or a change of balance. "
        "Start from originals that were stored alike.",
    ),
    "frame_change": Words(
        "Change between frames", "how much neighbouring frames differ (logarithm)", SAME_FRAMES
    ),
    "frame_repeats": Words(
        "Repeated frames", "the largest share of pixels that equal those of the frame before", SAME_FRAMES
    ),
    "frame_noise_link": Words(
        "Noise from frame to frame",
        "how much the noise of neighbouring frames agrees",
        "The frames of one arm were blended, denoised over time or compressed as a video. Start from "
        "originals that were treated alike.",
    ),
    "frame_flicker": Words(
        "Flicker",
        "how the mean brightness jumps from frame to frame (logarithm)",
        "The brightness of one arm was set frame by frame. Use one window for all frames of an image.",
    ),
    "frame_period": Words(
        "Period of sharpness",
        "the strongest period in the sharpness of frames",
        "One arm has key frames of a video, or frames blended at a steady step. Treat both alike.",
    ),
    "frame_unevenness": Words("Uneven frames", "how unevenly frames change", SAME_FRAMES),
}

ORIGINALS = {
    "width": Words("Original width", "pixels in a row of the original", SAME_SIZE),
    "height": Words("Original height", "pixels in a column of the original", SAME_SIZE),
    "bits": Words("Original depth", "bits a pixel of the original", SAME_DEPTH),
    "levels": Words("Original grey levels", "levels that occur in the original", SAME_DEPTH),
    "step": Words(
        "Original step",
        "the distance between neighbouring grey levels of the original",
        "One arm's levels are coarser. Store both arms with the smaller depth before the import.",
    ),
    "lossy": Words(
        "Lossy compression",
        "whether the original was stored with loss",
        "One arm was compressed with loss. Compress the other one alike, or use lossless originals.",
    ),
    "lost": Words(
        "Cropped away",
        "the share of the original that does not fit the canvas",
        "The arms have different aspect ratios. Crop the originals of one arm to the aspect of the other.",
    ),
    "quantisation": Words(
        "JPEG quality",
        "the mean step of the quantisation table for brightness; 0 where it is no JPEG",
        "The arms are JPEG files of different quality. Use lossless originals, or one quality.",
    ),
    "subsampling": Words(
        "Chroma subsampling",
        "pixels that share one colour in the JPEG; 0 where it is no JPEG",
        SAME_SUBSAMPLING,
    ),
    "profiled": Words(
        "Colour profile",
        "whether the original carried a colour profile",
        "One arm has lost its profiles, and its colours may be off. Export it as sRGB.",
    ),
    "frames": Words("Original frames", "how many frames the original had", SAME_FRAMES),
    "rate": Words(
        "Original frame rate",
        "frames a second, as the original said",
        "The arms ran at different rates, so that motion looks different. Use clips of one rate.",
    ),
    "slice_mm": Words(
        "Original slice distance",
        "millimetres between slices, as the original said",
        "The arms were cut at different distances. Reconstruct both arms at one distance.",
    ),
    "spacing": Words(
        "Original pixel spacing",
        "millimetres between pixels, as the original said; 0 where it did not",
        SAME_SIZE,
    ),
}


#: Facts that only some originals have; told where one of them does.
OF_SOME = ("quantisation", "subsampling", "profiled", "frames", "rate", "slice_mm", "spacing")


def container_words(container: str) -> Words:
    return Words(
        f"Stored as {container}",
        f"whether the original was a {container} file",
        "The arms came in different formats. Harmless in itself; look at the other rows for its traces.",
    )
