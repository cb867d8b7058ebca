"""Pictures as they are kept: upright, no larger than a reader needs, and nothing but their pixels.

A camera writes the place, the time and its own number into a picture (EXIF, XMP, comments). None of
it belongs into a customer's case, so the pixels are read and written anew; that also ends whatever
else a file hid behind its picture.
"""

import io
import struct
import zlib

from PIL import ImageOps
from PIL.Image import Image, Resampling
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile

from sync.domain.outcome import Refused, refused
from sync.protocol.media import media_type_of
from sync.protocol.messages import MAX_ATTACHMENT

LONGEST_SIDE = 3000  # a receipt on a table can be read, and a photo is about 1 MB
MOST_PIXELS = 120_000_000
QUALITY = 85
# The plug-ins themselves: opening by guess would also try sixty other kinds of files.
READERS: dict[str | None, type[ImageFile]] = {
    "image/jpeg": JpegImageFile,
    "image/png": PngImageFile,
}
# What the readers raise for rubbish.
BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, KeyError, TypeError)


def clean(data: bytes) -> bytes | Refused:
    """Return a picture's bytes made anew, a PDF's as they are; anything else is refused."""
    kind = media_type_of(data)
    if kind is None:
        return refused("attachment.unknown_type")
    if len(data) > MAX_ATTACHMENT:
        return refused("attachment.too_large", most_mb=MAX_ATTACHMENT // (1024 * 1024))
    reader = READERS.get(kind)
    if reader is None:
        return data
    try:
        picture = reader(io.BytesIO(data))
        if picture.width * picture.height > MOST_PIXELS:
            return refused("attachment.too_many_pixels")
        return _anew(picture)
    except BROKEN:
        return refused("attachment.damaged")


def _anew(picture: ImageFile) -> bytes:
    picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a large JPEG is decoded at half its size
    upright = ImageOps.exif_transpose(picture)
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Resampling.LANCZOS)
    out = io.BytesIO()
    if isinstance(picture, JpegImageFile):
        _bare(upright, "RGB").save(out, "JPEG", quality=QUALITY)
    else:
        _bare(upright, "RGBA" if upright.has_transparency_data else "RGB").save(out, "PNG")
    return out.getvalue()


def _bare(picture: Image, mode: str) -> Image:
    """Return the pixels alone: what else a picture knows would be written with it."""
    found = picture.convert(mode)
    found.info = {}
    return found
