"""Personal data as it is shown until somebody asks for more and leaves a trace."""

from sync.domain.records import Case
from sync.domain.vocabulary import Revealable

HIDDEN = "*"


def mask_name(name: str) -> str:
    """Return the surname and a mark for each further character: 王小明 gives 王**."""
    return name[:1] + HIDDEN * (len(name) - 1)


def mask_phone(phone: str) -> str:
    """Return the first three and last four digits: 138****1234."""
    if len(phone) < 8:
        return HIDDEN * len(phone)
    return phone[:3] + HIDDEN * 4 + phone[-4:]


def mask_account(account: str) -> str:
    """Return the last four digits: ****6789."""
    return HIDDEN * 4 + account[-4:]


def mask_address(text: str, area: str) -> str:
    """Return the area only; the door is nobody's business until the visit."""
    return f"{area} {HIDDEN * 6}" if text else ""


def plain(case: Case, field: Revealable) -> str:
    """Return the unmasked value of a field; a file has none, it is looked at."""
    match field:
        case Revealable.NAME:
            return case.customer.name
        case Revealable.PHONE:
            return " / ".join(case.customer.phones)
        case Revealable.ADDRESS:
            return case.address.text
        case Revealable.ACCOUNT:
            return case.loan.account_no
        case Revealable.ID_NUMBER:
            return HIDDEN * 14 + case.customer.id_tail
        case Revealable.FILE:
            return ""


def masked(case: Case, field: Revealable) -> str:
    """Return the masked value of a field; a file has none."""
    match field:
        case Revealable.NAME:
            return mask_name(case.customer.name)
        case Revealable.PHONE:
            return " / ".join(mask_phone(p) for p in case.customer.phones)
        case Revealable.ADDRESS:
            return mask_address(case.address.text, case.address.area)
        case Revealable.ACCOUNT:
            return mask_account(case.loan.account_no)
        case Revealable.ID_NUMBER:
            return HIDDEN * 18
        case Revealable.FILE:
            return ""
