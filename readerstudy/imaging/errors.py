from readerstudy.errors import ReaderstudyError


class ImagingError(ReaderstudyError, code="imaging_error"):
    """The images could not be handled."""


class ImpossibleCanvas(ImagingError, ValueError, code="impossible_canvas"):
    """The canvas needs a width and a height of 16 to 4096 pixels, 8 or 16 bits, and fit = crop or pad."""


class BadManifest(ImagingError, code="bad_manifest"):
    """The manifest has to be a CSV file in UTF-8 with a header line and a column named "file"."""


class BadNaming(ImagingError, code="bad_naming"):
    """Put the parts to be read in braces, each once: {grade}/{patient:7}{side:1}.png."""


class NothingToImport(ImagingError, code="nothing_to_import"):
    """There is no file to import. Name files, folders or zip archives that exist."""


class MissingPixels(ImagingError, code="missing_pixels"):
    """The storage has lost an image. Import the original again or restore the storage from a backup."""


class DamagedPixels(ImagingError, code="damaged_pixels"):
    """The stored buffer of an image is not what was imported. Restore the storage from a backup."""


class Refusal(ImagingError, code="refusal"):
    """This file was not imported; the others are not affected."""


class EmptyFile(Refusal):
    """The file is empty (0 bytes). Export it again."""


class Unreadable(Refusal):
    """The file cannot be read. Check that it exists and who may read it."""


class LinkLoop(Refusal):
    """The symbolic link leads back to a folder that was read already. Remove the link."""


class NotAnImage(Refusal):
    """The content is no image of an accepted format. Save it as PNG, JPEG, TIFF, WebP or DICOM."""


class WrongExtension(Refusal):
    """The ending of the name and the content do not agree. Rename the file after what it holds."""


class DamagedImage(Refusal):
    """The image breaks off or is damaged. Export it again from where it came."""


class CrashedDecoder(Refusal):
    """The content made the decoder crash or take minutes. Save the image anew with another program."""


class TooLarge(Refusal):
    """The image is larger than 64 megapixels. Scale it down before the import."""


class TooMuchMemory(Refusal):
    """Unpacking the image takes more memory than there may be. Save it anew as PNG, or scale it down."""


class TooSmall(Refusal):
    """The image is smaller than 16 × 16 pixels. Use the full-size original instead of an icon."""


class SeveralFrames(Refusal):
    """The file holds several frames or pages, and the study shows stills. Save each frame as a file of its
    own, or set frames in [canvas]."""

    REMEDY = "Save each one as a file of its own, or set frames in [canvas] if the study shows all of them."


class OneFrame(Refusal):
    """The file holds one frame, and the study shows several. Put the frames of an image into one folder."""


class OtherFrames(Refusal):
    """The image has another number of frames than the canvas. Set frame_fit in [canvas]."""


class BrokenSeries(Refusal):
    """The slices of the series are no complete stack. Export the series again, each slice once."""


class NoVideo(Refusal):
    """Reading videos needs PyAV, which is not installed. Run pip install "readerstudy[video]"."""


class Coloured(Refusal):
    """The image has colours, and the study is grey. Convert it to grey if it is a radiograph, or set
    mode = "colour" in [canvas] if colours belong to the images."""


class NoColour(Refusal):
    """The file holds one channel alone, and the study is in colour. If grey is meant, save it as RGB."""


class BadProfile(Refusal):
    """The colour profile in the file is damaged or of another kind. Convert the image to sRGB."""


class Translucent(Refusal):
    """The image is partly transparent. Flatten it onto a background and save it without an alpha channel."""


class NotFinite(Refusal):
    """Some pixels are not a number or infinite. Give them finite values and save the image again."""


class OutOfRange(Refusal):
    """The grey values fit no known range: 0 to 1, 0 to 255 or 0 to 65535. Rescale them and save again."""


class UniformGrey(Refusal):
    """Every pixel has the same grey, so there is nothing to see. Check the export."""


class UnsupportedPixels(Refusal):
    """The pixels are stored in a way that is not supported. Save the image as 8- or 16-bit grey PNG."""


class DamagedArchive(Refusal):
    """The zip archive breaks off or is damaged. Pack it again."""


class ArchiveBomb(Refusal):
    """The archive claims to unpack to far more than images do. Pack the images again, or give the folder."""


class EscapingName(Refusal):
    """The name inside the archive leads out of the archive. Pack the images again with plain names."""


class NestedArchive(Refusal):
    """An archive inside an archive is not opened. Unpack the outer one and import the inner one."""


class EncryptedFile(Refusal):
    """The file inside the archive is encrypted. Pack the images again without a password."""


class NotInManifest(Refusal):
    """The manifest does not list this file. Add a line for it or leave the file out."""


class RowRefused(Refusal):
    """The row of the manifest that names this file was refused. Correct the row and import the file again."""


class NotNamedSo(Refusal):
    """The name does not follow the pattern given. Mend the pattern, or import the file without it."""


class NotFound(Refusal):
    """The manifest lists this file, but it is not among the files given. Check the name."""
