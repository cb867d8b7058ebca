"""One line of an export becomes one case with its contacts, or a reason why not.

Nothing is guessed: coordinates without a datum, a date that is none, an amount with half a fen
refuse the line.
"""

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import msgspec

from sync.domain.coordinates import in_china, to_wgs84
from sync.domain.records import Address, Customer, Loan
from sync.domain.vocabulary import Channel, ContactResult, Datum
from sync.server.imports.mapping import Mapping

EARLIEST = date(1990, 1, 1)
MOST_FEN = 10_000_000_000_00
LONGEST = {"name": 60, "address": 200}
LONGEST_OTHER = 64  # characters of any other column
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})  # Unicode: control, format, halves, separators
NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,15})?", re.ASCII)
ROUNDED = re.compile(r"\d(\.\d+)?[eE]\+?\d+", re.ASCII)  # how long numbers leave a spreadsheet
ID_TAIL = re.compile(r"[0-9A-Za-z*]{1,18}", re.ASCII)
PHONE = re.compile(r"\d{7,15}", re.ASCII)
SPREADSHEET_DAY = "%Y-%m-%d"  # what a date cell of a workbook becomes
SPREADSHEET_TIME = "%Y-%m-%d %H:%M:%S"


class RowTrouble(msgspec.Struct, frozen=True):
    """Why a line is refused: its number counting from 1 with the titles, the column, a code."""

    line: int
    column: str
    code: str
    value: str = ""


class ReadContact(msgspec.Struct, frozen=True):
    """A contact the bank made before."""

    channel: Channel
    at: datetime
    result: ContactResult


class ReadCase(msgspec.Struct, frozen=True):
    """A line that was understood."""

    line: int
    case_no: str
    customer: Customer
    address: Address
    loan: Loan
    contacts: tuple[ReadContact, ...]
    closed_on: date | None = None


class ReadPayment(msgspec.Struct, frozen=True):
    """A line of a file of payments that was understood; the amount in fen."""

    line: int
    case_no: str
    day: date
    amount_fen: int
    reference: str


class _Refused(Exception):
    def __init__(self, column: str, code: str, value: str = "") -> None:
        super().__init__(code)
        self.column = column
        self.code = code
        self.value = value


class RowReader:
    """Reads the lines of one file by one mapping, as of one day."""

    def __init__(self, mapping: Mapping, titles: list[str], today: date) -> None:
        self._mapping = mapping
        self._today = today
        self._width = len(titles)
        self._at = {f: titles.index(t) for f, t in mapping.columns.items() if t in titles}
        self.missing = [t for t in mapping.columns.values() if t not in titles]
        self.twice = [t for t in mapping.columns.values() if titles.count(t) > 1]

    def read(self, line: int, cells: list[str]) -> ReadCase | RowTrouble:
        """Return the case of a line, or why there is none."""
        try:
            self._check_width(cells)
            return ReadCase(
                line,
                self._exact(cells, "case_no"),
                self._customer(cells),
                self._address(cells),
                self._loan(cells),
                tuple(self._contacts(cells)),
                self._closed(cells),
            )
        except _Refused as refused:
            return self._trouble(line, refused)

    def read_payment(self, line: int, cells: list[str]) -> ReadPayment | RowTrouble:
        """Return the payment of a line, or why there is none; an amount of nothing is refused."""
        try:
            self._check_width(cells)
            amount = self._fen(cells, "amount")
            if amount == 0:
                raise _Refused("amount", "import.bad_amount", "0")
            return ReadPayment(
                line,
                self._exact(cells, "case_no"),
                self._day("paid_on", self._required(cells, "paid_on")),
                amount,
                self._cell(cells, "reference"),
            )
        except _Refused as refused:
            return self._trouble(line, refused)

    def _trouble(self, line: int, refused: _Refused) -> RowTrouble:
        title = self._mapping.columns.get(refused.column, refused.column)
        return RowTrouble(line, title, refused.code, refused.value[:LONGEST_OTHER])

    def _check_width(self, cells: list[str]) -> None:
        """Refuse a line with cells under no title: its values stand shifted.

        Too few are no trouble, for spreadsheets leave empty cells at the end of a line away.
        """
        if any(cells[self._width :]):
            raise _Refused("", "import.wrong_width", str(len(cells)))

    def _cell(self, cells: list[str], name: str) -> str:
        index = self._at.get(name)
        value = cells[index].strip() if index is not None and index < len(cells) else ""
        if not value.isprintable() and any(unicodedata.category(c) in UNSEEN for c in value):
            raise _Refused(name, "import.unseen_characters", value)
        if len(value) > LONGEST.get(name, LONGEST_OTHER):
            raise _Refused(name, "import.too_long", value)
        return value

    def _required(self, cells: list[str], name: str) -> str:
        value = self._cell(cells, name)
        if not value:
            raise _Refused(name, "import.missing_value")
        return value

    def _exact(self, cells: list[str], name: str) -> str:
        value = self._required(cells, name)
        if ROUNDED.fullmatch(value):
            raise _Refused(name, "import.rounded_number", value)
        return value

    def _customer(self, cells: list[str]) -> Customer:
        phones = []
        for column in ("phone", "second_phone"):
            phone = self._cell(cells, column).replace(" ", "").replace("-", "")
            if phone and not PHONE.fullmatch(phone):
                raise _Refused(column, "import.bad_phone", phone)
            phones += [phone] if phone else []
        id_tail = self._cell(cells, "id_tail")
        if id_tail and not ID_TAIL.fullmatch(id_tail):
            raise _Refused("id_tail", "import.bad_id", id_tail)
        return Customer(self._required(cells, "name"), tuple(phones), id_tail[-4:])

    def _address(self, cells: list[str]) -> Address:
        text, area = self._required(cells, "address"), self._cell(cells, "area")
        latitude, longitude = self._cell(cells, "latitude"), self._cell(cells, "longitude")
        if not latitude and not longitude:
            return Address(text, area, zone=self._mapping.zone)
        lat, lon = self._degrees("latitude", latitude), self._degrees("longitude", longitude)
        if not in_china(lat, lon):
            raise _Refused("latitude", "import.bad_coordinates", f"{latitude}, {longitude}")
        datum = self._datum(cells)
        lat, lon = to_wgs84(lat, lon, datum)
        zone = self._mapping.zone
        return Address(text, area, round(lat * 1e7), round(lon * 1e7), datum, zone)

    def _degrees(self, column: str, text: str) -> float:
        if not NUMBER.fullmatch(text):
            raise _Refused(column, "import.bad_coordinates", text)
        return float(text)

    def _datum(self, cells: list[str]) -> Datum:
        told = self._cell(cells, "datum")
        if told:
            if told not in self._mapping.datums:
                raise _Refused("datum", "import.unknown_datum", told)
            return self._mapping.datums[told]
        if self._mapping.datum is None:
            raise _Refused("datum", "import.missing_datum")
        return self._mapping.datum

    def _loan(self, cells: list[str]) -> Loan:
        product = self._required(cells, "product")
        if product not in self._mapping.products:
            raise _Refused("product", "import.unknown_product", product)
        return Loan(
            self._exact(cells, "account_no"),
            self._mapping.products[product],
            self._fen(cells, "principal"),
            self._fen(cells, "interest"),
            self._fen(cells, "fees"),
            self._overdue(cells),
        )

    def _fen(self, cells: list[str], column: str) -> int:
        text = self._required(cells, column).replace(",", "").replace("¥", "")
        if not NUMBER.fullmatch(text):
            raise _Refused(column, "import.bad_amount", text)
        amount = Decimal(text) * (100 if self._mapping.money == "yuan" else 1)
        if amount < 0 or amount > MOST_FEN or amount != int(amount):
            raise _Refused(column, "import.bad_amount", text)
        return int(amount)

    def _overdue(self, cells: list[str]) -> date:
        return self._day("overdue_since", self._required(cells, "overdue_since"))

    def _closed(self, cells: list[str]) -> date | None:
        told = self._cell(cells, "closed_on")
        return self._day("closed_on", told) if told else None

    def _day(self, column: str, text: str) -> date:
        form = self._mapping.date_format
        forms = (form, f"{form} %H:%M:%S", f"{form} %H:%M", SPREADSHEET_DAY, SPREADSHEET_TIME)
        return self._possible(column, text, forms).date()

    def _instant(self, column: str, text: str) -> datetime:
        forms = (self._mapping.time_format, SPREADSHEET_TIME)
        local = self._possible(column, text, forms)
        return local.replace(tzinfo=ZoneInfo(self._mapping.zone)).astimezone(UTC)

    def _possible(self, column: str, text: str, forms: Iterable[str]) -> datetime:
        """Return the local time written in one of the forms, without its zone."""
        local = next(filter(None, (_read_time(text, form) for form in forms)), None)
        if local is None:
            raise _Refused(column, "import.bad_date", text)
        if not EARLIEST <= local.date() <= self._today:
            raise _Refused(column, "import.impossible_date", text)
        return local

    def _contacts(self, cells: list[str]) -> list[ReadContact]:
        found = []
        reminded = self._cell(cells, "reminded_at")
        if reminded:
            at = self._instant("reminded_at", reminded)
            found.append(ReadContact(Channel.SMS, at, ContactResult.DELIVERED))
        called = self._cell(cells, "called_at")
        if called:
            result = self._cell(cells, "call_result")
            if result not in self._mapping.call_results:
                raise _Refused("call_result", "import.unknown_result", result)
            at = self._instant("called_at", called)
            found.append(ReadContact(Channel.PHONE, at, self._mapping.call_results[result]))
        return found


def _read_time(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form)  # noqa: DTZ007  # the mapping says the zone
    except (ValueError, re.error):  # the latter for a form that names the hour twice
        return None
