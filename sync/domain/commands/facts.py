"""What happened, whoever likes it: always accepted when well-formed."""

import msgspec

from sync.domain.budget import Budget
from sync.domain.ids import RecordId
from sync.domain.records import Attachment, Contact, Feedback, Hardship, Note, Reveal, Visit, Wish


class RecordContact(msgspec.Struct, frozen=True, tag="record_contact", tag_field="do"):
    """A call, letter or message was made."""

    contact: Contact


class RecordVisit(msgspec.Struct, frozen=True, tag="record_visit", tag_field="do"):
    """A visit happened. `hold_id` names the hold that some outcomes lay by themselves."""

    visit: Visit
    hold_id: RecordId


class RecordHardship(msgspec.Struct, frozen=True, tag="record_hardship", tag_field="do"):
    """The customer told of hardship."""

    hardship: Hardship


class RecordFeedback(msgspec.Struct, frozen=True, tag="record_feedback", tag_field="do"):
    """The customer praised, complained or suggested.

    A complaint lays the hold `hold_id` and opens the complaint `complaint_id`.
    """

    feedback: Feedback
    hold_id: RecordId
    complaint_id: RecordId


class RecordBudget(msgspec.Struct, frozen=True, tag="record_budget", tag_field="do"):
    """The customer told what a month brings and costs."""

    budget: Budget


class RecordWish(msgspec.Struct, frozen=True, tag="record_wish", tag_field="do"):
    """The customer asked for times, places, channels or a language."""

    wish: Wish


class RecordNote(msgspec.Struct, frozen=True, tag="record_note", tag_field="do"):
    """The words of an act that the server said no to are kept beside the case."""

    note: Note


class RecordAttachment(msgspec.Struct, frozen=True, tag="record_attachment", tag_field="do"):
    """A file was attached; its bytes follow on their own way."""

    attachment: Attachment


class RevealField(msgspec.Struct, frozen=True, tag="reveal_field", tag_field="do"):
    """Masked personal data was shown to somebody."""

    reveal: Reveal
