"""Who does what and where: cases given, pins set, routes published, lessons taken."""

from datetime import date, datetime

import msgspec

from sync.domain.day_routes import DayRoute, DayRules
from sync.domain.ids import CaseId, OfficerId, RecordId
from sync.domain.vocabulary import Datum


class AssignCase(msgspec.Struct, frozen=True, tag="assign_case", tag_field="do"):
    """Give a case to an officer and a second officer, or to nobody; leads only."""

    case_id: CaseId
    base_rev: int
    officer_id: OfficerId | None
    second_id: OfficerId | None


class CorrectPin(msgspec.Struct, frozen=True, tag="correct_pin", tag_field="do"):
    """Set a customer's pin elsewhere, with the reason; another correction undoes it.

    Degrees times 10 000 000 in WGS-84; `datum` is the system the place was given in. The signed
    words name the old place as well as the new one.
    """

    case_id: CaseId
    base_rev: int
    lat_e7: int
    lon_e7: int
    datum: Datum
    before_lat_e7: int | None
    before_lon_e7: int | None
    reason: str
    at: datetime


class PublishRoutes(msgspec.Struct, frozen=True, tag="publish_routes", tag_field="do"):
    """Make a checked day plan the one everybody drives by, all routes or none; leads only."""

    day: date
    routes: tuple[DayRoute, ...]
    travel_source: str
    rules: DayRules = DayRules()


class TakeQuiz(msgspec.Struct, frozen=True, tag="take_quiz", tag_field="do"):
    """An officer answered a module's questions."""

    training_id: RecordId
    officer_id: OfficerId
    module: str
    version: str
    answers: tuple[int, ...]
    at: datetime
