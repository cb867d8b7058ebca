"""The pack's words about a finding: a sentence a person understands, and its source."""

import string

from sync.domain.situation import RuleFinding
from sync.policy.packs.pack import Pack, Rule

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
        "purpose": "目的不在允许之列",
        "debt_mentioned": "提及了债务",
        "contacted_before": "已联系过此人",
        "complaint": "投诉",
        "dispute": "异议",
        "litigation": "诉讼",
        "cease_contact": "停止联系",
        "bereavement": "丧事",
        "illness": "疾病",
        "minor": "未成年人",
        "breathing_space": "宽限",
        "plan_kept": "履行方案中",
        "plan": "方案履行中",
        "guardian": "受监护",
        "hospital": "住院",
        "deceased": "已故",
        "vulnerable": "处境脆弱",
    },
    "en": {
        "reminder": "no reminder is on record",
        "phone": "no phone call is on record",
        "none": "there is none",
        "third_party": "somebody else agreed, not the customer",
        "withdrawn": "the customer withdrew it",
        "too_early": "the agreed time has not come",
        "too_late": "the agreed time has passed",
        "purpose": "the purpose is not among those allowed",
        "debt_mentioned": "the debt is mentioned",
        "contacted_before": "this person was contacted before",
        "cease_contact": "cease contact",
        "breathing_space": "breathing space",
        "plan_kept": "keeping a plan",
        "plan": "a plan being kept",
        "guardian": "under guardianship",
        "hospital": "in hospital",
    },
}
# A broken wish begins with one of these; what follows is a value, perhaps with words of its own.
_WISHES = {
    "no ": ("不接受", "no "),
    "not on weekday ": ("避开", "not on "),
    "not before ": ("不早于 ", "not before "),
    "not after ": ("不晚于 ", "not after "),
    "not at ": ("不在", "not at "),
    "only in ": ("只使用语言 ", "only in the language "),
}
_WISHED = {
    "phone": ("电话", "phone calls"),
    "sms": ("短信", "text messages"),
    "app": ("应用消息", "app messages"),
    "letter": ("信函", "letters"),
    "visit": ("上门", "visits"),
    "home": ("家中", "home"),
    "work": ("单位", "work"),
    "branch": ("网点", "the branch"),
    "other": ("其他地点", "another place"),
    "1": ("周一", "Mondays"),
    "2": ("周二", "Tuesdays"),
    "3": ("周三", "Wednesdays"),
    "4": ("周四", "Thursdays"),
    "5": ("周五", "Fridays"),
    "6": ("周六", "Saturdays"),
    "7": ("周日", "Sundays"),
}
_CONFIDENCE = {
    "Q": ("〔有原文依据〕", " [quoted]"),
    "S": ("〔待核对原文〕", " [to be checked at the source]"),
}


class PackWords:
    """A pack's sentences in one language, "zh_CN" or "en"."""

    def __init__(self, pack: Pack, language: str) -> None:
        self._pack = pack
        self._chinese = language.startswith("zh")

    def sentence(self, finding: RuleFinding) -> str:
        """Return the rule's sentence with this finding's values.

        An old decision may name a rule or a value that this version of the pack has no longer;
        then the sentence says only which rule spoke.
        """
        text = self._text(finding)
        if text is not None:
            return text.format(**{k: self._value(k, v) for k, v in finding.params.items()})
        if self._chinese:
            return f"规则 {finding.rule}（当时的版本）"
        return f"Rule {finding.rule}, in the version of that time"

    def knows(self, finding: RuleFinding) -> bool:
        """Say whether this pack has a sentence for just this finding."""
        return self._text(finding) is not None

    def _text(self, finding: RuleFinding) -> str | None:
        for rule in self._versions(finding.rule):
            text = rule.text_zh if self._chinese else rule.text_en
            if _holes(text) <= set(finding.params):
                return text
        return None

    def source(self, rule: str) -> str:
        """Return the rule's citation, with how far it is confirmed where it is law."""
        versions = self._versions(rule)
        return self.source_of(versions[0]) if versions else rule

    def source_of(self, rule: Rule) -> str:
        """Return the citation of one version of a rule."""
        text = rule.source_zh if self._chinese else rule.source_en
        return text if rule.house else text + _CONFIDENCE[rule.confidence][not self._chinese]

    def _versions(self, rule_id: str) -> tuple[Rule, ...]:
        try:
            return self._pack.versions(rule_id)
        except KeyError:
            return ()

    def _value(self, name: str, value: object) -> str:
        text = str(value)
        if name == "wish":
            return self._wish(text)
        known = _VALUES["zh" if self._chinese else "en"]
        return ("、" if self._chinese else ", ").join(known.get(p, p) for p in text.split(", "))

    def _wish(self, text: str) -> str:
        for start in sorted(_WISHES, key=len, reverse=True):
            if text.startswith(start):
                rest = text[len(start) :]
                pair = _WISHED.get(rest, (rest, rest))
                return _WISHES[start][not self._chinese] + pair[not self._chinese]
        return text


def _holes(text: str) -> set[str]:
    return {name for _text, name, _spec, _conv in string.Formatter().parse(text) if name}
