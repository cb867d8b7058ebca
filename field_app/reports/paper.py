"""What a printed paper is made of: plain texts in a few blocks, set by `typesetting.py`."""

import msgspec


class Heading(msgspec.Struct, frozen=True, tag="heading", tag_field="kind"):
    """The heading of a section."""

    text: str


class Paragraph(msgspec.Struct, frozen=True, tag="paragraph", tag_field="kind"):
    """Plain sentences."""

    text: str


class Notice(msgspec.Struct, frozen=True, tag="notice", tag_field="kind"):
    """Sentences in a frame: what must not be overlooked."""

    text: str


class Points(msgspec.Struct, frozen=True, tag="points", tag_field="kind"):
    """Sentences that are counted."""

    texts: tuple[str, ...]


class Facts(msgspec.Struct, frozen=True, tag="facts", tag_field="kind"):
    """Names with their values, one pair a line."""

    rows: tuple[tuple[str, str], ...]


class Table(msgspec.Struct, frozen=True, tag="table", tag_field="kind"):
    """A table whose head comes again on each page; `sides` is l or r for each column."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    sides: str


class Signatures(msgspec.Struct, frozen=True, tag="signatures", tag_field="kind"):
    """Lines to sign on, each with the name of who signs; `day` is the word beside the date."""

    names: tuple[str, ...]
    day: str


class Picture(msgspec.Struct, frozen=True, tag="picture", tag_field="kind"):
    """A picture over the whole width, as the bytes of its PNG one by one; `text` stands below."""

    png: tuple[int, ...]
    alt: str
    text: str


type Block = Heading | Paragraph | Notice | Points | Facts | Table | Signatures | Picture


class Paper(msgspec.Struct, frozen=True):
    """A whole paper; `language` is zh_CN or en, `footer` stands on every page."""

    title: str
    language: str
    footer: str
    blocks: tuple[Block, ...]
