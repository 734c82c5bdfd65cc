"""Videos through PyAV, an extra: its wheels bundle FFmpeg with x264 and x265, which are under the GPL."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from readerstudy.imaging.colour import colours_of
from readerstudy.imaging.decode import MOST_PIXELS, Levels, levels_of, ramp, require_size
from readerstudy.imaging.errors import DamagedImage, NotAnImage, NoVideo
from readerstudy.imaging.films import Film, require_count

#: Of what a header announces, so much is there at least where a video does not break off.
WHOLE = 0.9
#: How far frames may be from their mean length on average, as a share of it; telephones stay below.
UNEVEN = 0.25


def video_film(data: bytes, *, container: str, colour: bool) -> Film:
    """The frames of the first video track; sound is dropped."""
    count, size, facts = _measured(data, container)

    def frames(chosen: Sequence[int]) -> Iterator[Levels]:
        wanted = iter(chosen)
        following = next(wanted, None)
        for number, picture in enumerate(_pictures(data)):
            if following is None:
                return
            if number == following:
                yield colours_of(picture) if colour else levels_of(picture)[0]
                following = next(wanted, None)

    return Film(count=count, size=size, frames=frames, greys=lambda counts: ramp(255, 256), facts=facts)


def _measured(data: bytes, container: str) -> tuple[int, tuple[int, int], dict[str, Any]]:
    """Counted by decoding: what a header claims of frames, rate and length is not believed."""
    starts: list[float | None] = []
    size = (0, 0)
    with _opened(data) as video:
        stream = _track(video)
        for frame in video.decode(stream):
            require_count(len(starts) + 1)
            if not starts:
                require_size(frame.width, frame.height)
                size = _picture(frame).size[::-1]
            starts.append(frame.time)
        if not starts:
            raise DamagedImage
        rate = float(stream.average_rate or 0)
        lasts = np.empty(0) if None in starts else np.diff(np.array(starts, float))
        # Sound may go on for a second after the last picture.
        claimed = (video.duration or 0) / 1e6 - (len(video.streams) > 1)
        shown = float(lasts.sum() + lasts.mean()) if len(lasts) else claimed
        codec = stream.codec_context.name
        if shown < WHOLE * claimed or (container == "AVI" and len(starts) < WHOLE * stream.frames):
            raise DamagedImage
    _require_even(lasts)
    facts = {"container": f"{container} ({codec})", "bits": 8, "lossy": True, "rate": round(rate, 3)}
    return len(starts), size, facts


def _require_even(lasts: NDArray[np.float64]) -> None:
    """Refuse a film whose frames last so unequally that its movement is another where they last alike."""
    usual = float(lasts.mean()) if len(lasts) else 0.0
    if np.abs(lasts - usual).sum() > UNEVEN * usual * len(lasts):
        raise NotAnImage(
            f"The frames of the video last between {1000 * lasts.min():.0f} and {1000 * lasts.max():.0f} ms, "
            "and a study shows all equally long. Convert it to a constant frame rate."
        )


def _opened(data: bytes) -> Any:
    try:
        import av
    except ImportError:
        raise NoVideo from None
    return av.open(BytesIO(data), mode="r", metadata_errors="ignore")


def _track(video: Any) -> Any:
    if not video.streams.video:
        raise NotAnImage("The file holds no video track. Leave it out.")
    stream = video.streams.video[0]
    require_size(stream.codec_context.width, stream.codec_context.height)
    stream.codec_context.thread_count = 1  # the time limit counts the processor's time
    stream.codec_context.options = {"max_pixels": str(MOST_PIXELS)}
    return stream


def _pictures(data: bytes) -> Iterator[PIL.Image.Image]:
    with _opened(data) as video:
        for frame in video.decode(_track(video)):
            yield _picture(frame)


def _picture(frame: Any) -> PIL.Image.Image:
    """A frame as it is to be shown: telephones film lying and say how to turn it."""
    pixels = frame.to_ndarray(format="rgb24")
    quarters = round(getattr(frame, "rotation", 0) / 90) % 4
    return PIL.Image.fromarray(np.ascontiguousarray(np.rot90(pixels, quarters)))
