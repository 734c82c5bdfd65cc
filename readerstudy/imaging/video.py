"""Videos through PyAV, an extra: its wheels bundle FFmpeg with x264 and x265, which are under the GPL."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Any

import numpy as np
import PIL.Image

from readerstudy.imaging.colour import colours_of
from readerstudy.imaging.decode import MOST_PIXELS, Levels, levels_of, ramp, require_size
from readerstudy.imaging.errors import DamagedImage, NotAnImage, NoVideo
from readerstudy.imaging.films import Film, require_count


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
    count, size = 0, (0, 0)
    with _opened(data) as video:
        stream = _track(video)
        for frame in video.decode(stream):
            count = require_count(count + 1)
            if count == 1:
                require_size(frame.width, frame.height)
                size = _picture(frame).size[::-1]
        rate = float(stream.average_rate or 0)
        codec = stream.codec_context.name
    if not count:
        raise DamagedImage
    facts = {"container": f"{container} ({codec})", "bits": 8, "lossy": True, "rate": round(rate, 3)}
    return count, size, facts


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
