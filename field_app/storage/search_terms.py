"""What a case can be found by: name, pinyin initials in every reading, tails of numbers."""

from itertools import islice, product

import pypinyin

from sync.domain.records import Case

TAIL = 4
MOST_READINGS = 8


def initials(name: str) -> set[str]:
    """Return the pinyin initials of a name in every reading: 单小明 gives sxm, dxm and cxm."""
    readings = pypinyin.pinyin(
        name, style=pypinyin.Style.FIRST_LETTER, heteronym=True, strict=False
    )
    letters = [sorted({r[:1].lower() for r in one if r}) for one in readings]
    return {"".join(way) for way in islice(product(*letters), MOST_READINGS)}


def terms_of(case: Case) -> set[str]:
    """Return every word whose beginning finds the case, in lower case."""
    found = {case.customer.name, case.case_no, case.address.area, case.loan.account_no[-TAIL:]}
    found |= {phone[-TAIL:] for phone in case.customer.phones}
    found |= initials(case.customer.name)
    return {normal(term) for term in found if term}


def normal(text: str) -> str:
    """Return the text as it is compared: lower case, no blanks."""
    return "".join(text.lower().split())


def phrase(text: str) -> str:
    """Return the text as one quoted FTS5 phrase: nothing in it is an operator."""
    return '"' + text.replace('"', '""') + '"'
