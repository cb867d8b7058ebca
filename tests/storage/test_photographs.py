"""Photos are kept as pixels: no place, no camera, nothing hidden, and not larger than needed."""

import io
import random

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from field_app.operations import photographs
from field_app.operations.photographs import LONGEST_SIDE, clean
from sync.domain.outcome import Refused

SECRETS = (b"YuePhone 17 Pro", b"GPS", b"31.2304", b"hidden zip", b"Exif", b"xmp")
MAKE, ORIENTATION, GPS = 0x010F, 0x0112, 0x8825
TURNED = 6  # the camera was held upright


def exif(orientation: int = 1) -> Image.Exif:
    """Return what a telephone writes into its photos."""
    found = Image.Exif()
    found[MAKE] = "YuePhone 17 Pro"
    found[ORIENTATION] = orientation
    found.get_ifd(GPS).update({1: "N", 2: (31.0, 13.0, 49.0), 29: "GPS 31.2304"})
    return found


def photo(kind: str, size: tuple[int, int] = (80, 40), orientation: int = 1) -> bytes:
    """Return a photo, red on its left half, with everything in it that must not stay."""
    picture = Image.new("RGB", size, "blue")
    picture.paste("red", (0, 0, size[0] // 2, size[1]))
    out = io.BytesIO()
    if kind == "PNG":
        words = PngInfo()
        words.add_text("Comment", "GPS 31.2304")
        words.add_itxt("XML:com.adobe.xmp", "<xmp>31.2304</xmp>")
        picture.save(out, "PNG", exif=exif(orientation), pnginfo=words)
    else:
        picture.save(out, "JPEG", exif=exif(orientation), comment="GPS 31.2304", quality=95)
    return out.getvalue() + b"hidden zip"


def kept(data: bytes) -> bytes:
    found = clean(data)
    assert isinstance(found, bytes), found
    return found


def shown(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def code_of(data: bytes) -> str:
    found = clean(data)
    assert isinstance(found, Refused)
    return found.reasons[0].code


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_nothing_but_pixels_stays(kind: str) -> None:
    data = photo(kind)
    assert sum(secret in data for secret in SECRETS) >= 5
    found = kept(data)
    assert not [secret for secret in SECRETS if secret in found]
    picture = shown(found)
    assert picture.format == kind
    assert picture.size == (80, 40)
    assert not picture.getexif()
    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_turned_photo_stands_upright(kind: str) -> None:
    picture = shown(kept(photo(kind, orientation=TURNED))).convert("RGB")
    assert picture.size == (40, 80)
    # What was left is above now.
    for place, channel in (((20, 10), 0), ((20, 70), 2)):
        colours = picture.getpixel(place)
        assert isinstance(colours, tuple)
        assert max(range(3), key=colours.__getitem__) == channel


def test_a_large_photo_gets_smaller() -> None:
    found = kept(photo("JPEG", (2 * LONGEST_SIDE, LONGEST_SIDE)))
    assert shown(found).size == (LONGEST_SIDE, LONGEST_SIDE // 2)


def test_transparency_stays() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (4, 4), (0, 0, 0, 0)).save(out, "PNG")
    assert shown(kept(out.getvalue())).getpixel((1, 1)) == (0, 0, 0, 0)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "CMYK"])
def test_unusual_pictures(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (9, 7)).save(out, "JPEG" if mode == "CMYK" else "PNG")
    assert shown(kept(out.getvalue())).size == (9, 7)


def test_more_pixels_than_anybody_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse by the header, before a small file fills the memory."""
    monkeypatch.setattr(photographs, "MOST_PIXELS", 99)
    assert code_of(photo("PNG", (10, 10))) == "attachment.too_many_pixels"
    assert code_of(photo("JPEG", (10, 10))) == "attachment.too_many_pixels"


def test_a_pdf_stays_as_it_is() -> None:
    assert kept(b"%PDF-1.7 and so on") == b"%PDF-1.7 and so on"


@pytest.mark.parametrize("data", [b"", b"MZ\x90", b"<svg/>", b"GIF89a" + bytes(50)])
def test_other_kinds(data: bytes) -> None:
    assert code_of(data) == "attachment.unknown_type"


@pytest.mark.filterwarnings("ignore::UserWarning")  # said by the reader, which goes on without it
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_rubbish_is_refused_or_kept_clean(kind: str) -> None:
    """Cut and spoil a photo anywhere: never an exception, and never a trace of the camera."""
    chance, whole = random.Random(7), photo(kind)
    refused = 0
    for number in range(400):
        data = bytearray(whole[: chance.randrange(len(whole))] if number % 2 else whole)
        for _ in range(chance.randrange(6)):
            if data:
                data[chance.randrange(len(data))] = chance.randrange(256)
        found = clean(bytes(data))
        refused += isinstance(found, Refused)
        assert isinstance(found, Refused) or not [s for s in SECRETS if s in found]
    assert 50 < refused < 400
