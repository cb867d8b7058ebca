"""The pages of a photo or paper as pictures: nothing in a file is followed, run or loaded."""

from typing import Protocol

from PySide6.QtCore import QBuffer, QByteArray, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QPainter

PDF = "application/pdf"
FORMATS = {"image/jpeg": "jpeg", "image/png": "png"}


class FilePages(Protocol):
    """Pages that can be drawn at any size."""

    @property
    def count(self) -> int:
        """Return how many pages there are; 0 when the file cannot be read."""
        ...

    def size(self, number: int) -> QSize:
        """Return the shape of a page, in whatever unit."""
        ...

    def drawn(self, number: int, size: QSize) -> QImage:
        """Return a page at a size in pixels."""
        ...


def pages_of(media_type: str, data: bytes) -> FilePages:
    """Return the pages of a file of one of the kinds that are kept (`sync.protocol.media`)."""
    return PaperPages(data) if media_type == PDF else PicturePages(FORMATS[media_type], data)


class PicturePages:
    """A picture: one page. Qt refuses what would need more than 256 MB."""

    def __init__(self, kind: str, data: bytes) -> None:
        buffer = QBuffer()
        buffer.setData(data)
        reader = QImageReader(buffer, QByteArray(kind.encode()))
        reader.setAutoDetectImageFormat(False)
        reader.setAutoTransform(True)
        self._image = reader.read()

    @property
    def count(self) -> int:
        """Return 1, or 0 for what is no such picture."""
        return 0 if self._image.isNull() else 1

    def size(self, _number: int) -> QSize:
        """Return its pixels."""
        return self._image.size()

    def drawn(self, _number: int, size: QSize) -> QImage:
        """Return it at a size."""
        keep = Qt.AspectRatioMode.IgnoreAspectRatio
        return self._image.scaled(size, keep, Qt.TransformationMode.SmoothTransformation)


class PaperPages:
    """A PDF: only its pages are painted. Its links, scripts and files are left alone."""

    def __init__(self, data: bytes) -> None:
        # Loaded with the first paper: most officers see none in a day.
        from PySide6.QtPdf import QPdfDocument

        self._document = QPdfDocument()
        self._buffer = QBuffer()
        self._buffer.setData(data)
        self._buffer.open(QBuffer.OpenModeFlag.ReadOnly)
        self._document.load(self._buffer)

    @property
    def count(self) -> int:
        """Return how many pages it has; 0 when it is damaged or locked by a password."""
        return max(self._document.pageCount(), 0)

    def size(self, number: int) -> QSize:
        """Return a page's shape in points."""
        return self._document.pagePointSize(number).toSize()

    def drawn(self, number: int, size: QSize) -> QImage:
        """Return a page at a size, on white."""
        image = self._document.render(number, size)
        white = QImage(size, QImage.Format.Format_RGB32)
        white.fill(Qt.GlobalColor.white)
        painter = QPainter(white)
        painter.drawImage(0, 0, image)
        painter.end()
        return white
