"""The pack's words about a finding: a sentence a person understands, and its source."""

from sync.domain.situation import RuleFinding
from sync.policy.pack import Pack

# Values that mechanisms give as codes; everything else is shown as it is.
_VALUES = {
    "zh": {
        "reminder": "尚无提醒记录",
        "phone": "尚无电话记录",
        "none": "没有约定",
        "third_party": "约定人不是客户本人",
        "withdrawn": "客户已撤回",
        "too_early": "尚未到约定时间",
        "too_late": "约定时间已过",
        "complaint": "投诉",
        "dispute": "异议",
        "litigation": "诉讼",
        "cease_contact": "停止联系",
        "bereavement": "丧事",
        "illness": "疾病",
        "minor": "未成年人",
        "breathing_space": "宽限",
        "plan_kept": "履行方案中",
    },
    "en": {
        "reminder": "no reminder is on record",
        "phone": "no phone call is on record",
        "none": "there is none",
        "third_party": "somebody else agreed, not the customer",
        "withdrawn": "the customer withdrew it",
        "too_early": "the agreed time has not come",
        "too_late": "the agreed time has passed",
        "cease_contact": "cease contact",
        "breathing_space": "breathing space",
        "plan_kept": "keeping a plan",
    },
}
_WISHES_ZH = (
    ("no phone", "不接受电话"),
    ("no sms", "不接受短信"),
    ("no visit", "不接受上门"),
    ("not on weekday ", "避开周"),
    ("not before ", "不早于 "),
    ("not after ", "不晚于 "),
)


class PackWords:
    """A pack's sentences in one language, "zh_CN" or "en"."""

    def __init__(self, pack: Pack, language: str) -> None:
        self._pack = pack
        self._short = "zh" if language.startswith("zh") else "en"

    def sentence(self, finding: RuleFinding) -> str:
        """Return the rule's sentence with this finding's values."""
        rule = self._pack.rule(finding.rule)
        text = rule.text_zh if self._short == "zh" else rule.text_en
        return text.format(**{k: self._value(k, v) for k, v in finding.params.items()})

    def source(self, rule: str) -> str:
        """Return the rule's citation."""
        found = self._pack.rule(rule)
        return found.source_zh if self._short == "zh" else found.source_en

    def _value(self, name: str, value: object) -> str:
        text = str(value)
        if name == "wish" and self._short == "zh":
            return _wish_zh(text)
        known = _VALUES[self._short]
        return ", ".join(known.get(part, part) for part in text.split(", "))


def _wish_zh(text: str) -> str:
    for english, chinese in _WISHES_ZH:
        if text.startswith(english):
            return chinese + text[len(english) :]
    return text
