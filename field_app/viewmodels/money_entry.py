"""Reads amounts and rates as people type them, and writes them back the same way."""

MOST_DIGITS = 9
PPM_OF_PERCENT = 10_000


def read_amount(text: str) -> int | None:
    """Return fen for yuan such as "1,200" or "88.50"; empty is 0, None is no amount."""
    cleaned = text.strip().replace(",", "").replace("\uff0c", "").lstrip("¥\uffe5").strip()
    if not cleaned:
        return 0
    whole, dot, cents = cleaned.partition(".")
    if not _digits(whole) or len(whole) > MOST_DIGITS or len(cents) > 2:
        return None
    if (dot and not cents) or (cents and not _digits(cents)):
        return None
    return int(whole) * 100 + int(cents.ljust(2, "0") or 0)


def read_yuan(text: str) -> int | None:
    """Return fen for an amount that must be more than nothing; None when it is none."""
    return read_amount(text) or None


def write_amount(fen: int) -> str:
    """Return fen as typed in yuan: 1200 or 88.50; nothing for 0."""
    if not fen:
        return ""
    whole, cents = divmod(fen, 100)
    return f"{whole}.{cents:02d}" if cents else str(whole)


def read_rate(text: str) -> int | None:
    """Return millionths for a yearly rate in per cent such as "15.4" or "0%"; None is no rate."""
    whole, dot, rest = text.strip().rstrip("%\uff05").strip().partition(".")
    if not _digits(whole) or len(whole) > 3 or len(rest) > 4:
        return None
    if (dot and not rest) or (rest and not _digits(rest)):
        return None
    return int(whole) * PPM_OF_PERCENT + int(rest.ljust(4, "0") or 0)


def write_rate(ppm: int) -> str:
    """Return millionths as a rate in per cent: 15.4."""
    whole, rest = divmod(ppm, PPM_OF_PERCENT)
    return f"{whole}.{rest:04d}".rstrip("0").rstrip(".") if rest else str(whole)


def _digits(text: str) -> bool:
    return text.isascii() and text.isdecimal()
