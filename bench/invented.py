"""Invented customers of the invented city 云川市: cases of about 2 KB with their two contacts."""

import random
from datetime import UTC, date, datetime, timedelta

from sync.domain.ids import CaseId, OfficerId, RecordId, TeamId, uuid7
from sync.domain.records import Address, Case, Contact, Customer, Loan
from sync.domain.vocabulary import Channel, ContactResult, Product

# The commonest family names, the commonest first: their share falls as in life.
FAMILY = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高梁宋郑谢韩唐冯于董程曹袁邓许傅沈曾彭吕单仇解查覃"
GIVEN = (
    "伟芳娜敏静秀丽强磊军洋勇艳杰娟涛明超霞平刚英华玉兰建国志文婷浩宇欣怡子涵梓萱雨泽晨曦思远长行"
)
STREET_HEADS = "望湖碧波朝阳文昌西苑东风解放建设和平青云清泉龙泉凤鸣桃源柳荫学府金沙银河南浦北关"
STREET_TAILS = ("路", "街", "大道", "巷")
ESTATE_HEADS = "锦绣翠竹紫荆丹桂香樟听涛观澜御景世纪星光云顶江畔悦府和园嘉苑"
ESTATE_TAILS = ("花园", "小区", "家园", "公寓", "里", "苑")
PRODUCTS = tuple(Product)
FIRST_MS = 1_780_000_000_000  # in 2026
NOTE_LETTERS = 160
FIRST_LETTER, LETTERS = 0x4E00, 3500


def name(chance: random.Random) -> str:
    """Return a customer's name of two or three characters."""
    family = FAMILY[min(int(chance.expovariate(0.09)), len(FAMILY) - 1)]
    return family + "".join(chance.choices(GIVEN, k=chance.choice((1, 2, 2))))


def case(chance: random.Random, number: int, team: TeamId, officer: OfficerId) -> Case:
    """Return the invented case of this number; ids are as long, and as ordered, as real ones."""
    return Case(
        id=CaseId(_id(chance, number)),
        case_no=f"YC2026{number:06d}",
        team_id=team,
        customer=Customer(
            name(chance), (_phone(chance),), id_tail=f"{chance.randrange(10**4):04d}"
        ),
        address=Address(
            _address(chance),
            area=f"片区{chance.randrange(12)}",
            lat_e7=350000000 + chance.randrange(10**6),
            lon_e7=1183000000 + chance.randrange(10**6),
        ),
        loan=Loan(
            f"6222{chance.randrange(10**12):012d}",
            chance.choice(PRODUCTS),
            chance.randrange(10**5, 10**7),
            chance.randrange(10**5),
            0,
            date(2026, 1, 1) + timedelta(days=chance.randrange(200)),
        ),
        officer_id=officer,
    )


def contacts(chance: random.Random, number: int, of: Case) -> list[Contact]:
    """Return a reminder and a call on record, with notes of random words that do not compress."""
    since = of.loan.overdue_since
    asked = datetime(since.year, since.month, since.day, 2, tzinfo=UTC) + timedelta(days=3)
    steps = ((Channel.SMS, ContactResult.DELIVERED), (Channel.PHONE, ContactResult.CONNECTED))
    return [
        Contact(
            RecordId(_id(chance, number, step + 1)),
            of.id,
            channel,
            asked + timedelta(days=5 * step),
            result,
            note=note(chance, NOTE_LETTERS),
        )
        for step, (channel, result) in enumerate(steps)
    ]


def _id(chance: random.Random, number: int, step: int = 0) -> str:
    return uuid7(FIRST_MS + number * 10 + step, chance.randbytes(10))


def _phone(chance: random.Random) -> str:
    return f"1990000{chance.randrange(10**4):04d}"


def _address(chance: random.Random) -> str:
    street = "".join(chance.sample(STREET_HEADS, 2)) + chance.choice(STREET_TAILS)
    estate = "".join(chance.sample(ESTATE_HEADS, 2)) + chance.choice(ESTATE_TAILS)
    house, block, floor = chance.randint(1, 300), chance.randint(1, 30), chance.randint(1, 18)
    return f"云川市{street}{house}号{estate}{block}栋{floor}0{chance.randint(1, 4)}室"


def note(chance: random.Random, letters: int) -> str:
    """Return random words, which do not compress."""
    return "".join(chr(FIRST_LETTER + chance.randrange(LETTERS)) for _ in range(letters))
