"""How many bytes of a full page go over the wire, against its raw JSON.

The notes are put together from what officers write, not from random letters as those of the timed
cases: those do not compress at all. Real notes lie between; what is invented cannot say where.
"""

import random
from base64 import b64encode
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import msgspec

from bench import invented
from bench.figures import Metric, beside
from sync.domain.ids import BranchId, OfficerId, TeamId, uuid7
from sync.domain.records import Case, Contact, case_of, encode_record, kind_of
from sync.protocol.checkpoint import Checkpoint
from sync.protocol.compression import pack
from sync.protocol.digest import digest_of, row_hash
from sync.protocol.pages import Cursor, FeedRow, Op, line_of, splice_page

CASES, SEED = 400, 20261127
CLAUSES = (
    "客户说{n}号发工资后先还{m}元",
    "家里老人住院，这个月手头紧",
    "电话通了，没说几句就挂了，语气还好",
    "约好{n}日上午在物业办公室见面",
    "对利息有疑问，请复核{m}元的罚息",
    "已把还款二维码用短信发过去",
    "爱人接的电话，没有透露欠款的事",
    "店里生意淡，估计{n}天后有一笔货款",
    "愿意分{n}期还，先付{m}元表示诚意",
    "希望下午三点以后再联系",
    "号码暂时停机，改天再试",
    "提醒了征信的影响，客户表示明白",
)
CLAUSES_OF_A_NOTE = (1, 6)


def sizes() -> dict[str, Metric]:
    """Return the metric: bytes sent against bytes of raw JSON, page by page."""
    chance = random.Random(SEED)
    rows = list(rows_of(chance, CASES, CLAUSES))
    pages = [page_of(rows[start : start + 500], chance, more=True) for start in (0, 500)]
    return {"bytes_of_a_full_page": beside([(len(pack(p)), len(p)) for p in pages], "B")}


def rows_of(chance: random.Random, cases: int, clauses: Sequence[str]) -> Iterable[FeedRow]:
    """Yield the ops of so many invented cases, each with a reminder and a call."""
    team, me = TeamId("north"), OfficerId(uuid7(invented.FIRST_MS, chance.randbytes(10)))
    for number in range(cases):
        case = invented.case(chance, number, team, me)
        told: list[Case | Contact] = [
            msgspec.structs.replace(contact, note=written(chance, clauses))
            for contact in invented.contacts(chance, number, case)
        ]
        for idx, record in enumerate((case, *told)):
            yield _row(record, number + 1, idx)


def _checkpoint(chance: random.Random) -> Checkpoint:
    root, sig = chance.randbytes(32).hex(), b64encode(chance.randbytes(64)).decode()
    at = datetime(2026, 11, 27, 1, chance.randrange(60), tzinfo=UTC)
    return Checkpoint("yf1", BranchId("main"), chance.randrange(10**6), root, at, sig)


def _row(record: Case | Contact, commit: int, idx: int) -> FeedRow:
    case_id, body = case_of(record) or "", encode_record(record)
    return FeedRow(commit, idx, Op.PUT, kind_of(record), record.id, 1, case_id, body)


def written(chance: random.Random, clauses: Sequence[str]) -> str:
    """Return a note made of some clauses with numbers of its own."""
    picked = chance.sample(clauses, chance.randint(*CLAUSES_OF_A_NOTE))
    filled = [c.format(n=chance.randint(2, 28), m=chance.randrange(2, 90) * 100) for c in picked]
    return "，".join(filled) + "。"


def page_of(rows: Sequence[FeedRow], chance: random.Random, *, more: bool) -> bytes:
    """Return the page as the server splices it; the last of a scope has its two sums."""
    hashed = [row_hash(row.kind, row.id, row.rev, row.body or b"") for row in rows]
    return splice_page(
        epoch=uuid7(invented.FIRST_MS, chance.randbytes(10)),
        scope="officer:" + uuid7(invented.FIRST_MS, chance.randbytes(10)),
        after=Cursor(),
        lines=[line_of(row) for row in rows],
        more=more,
        head=rows[-1].commit_no,
        checkpoint=None if more else _checkpoint(chance),
        digest=None if more else digest_of(hashed),
    )
