"""Why a pack or an overlay is refused, in words: a sentence in Chinese and one in English."""

from sync.policy.packs.rule import PackRefused

WORDS: dict[str, tuple[str, str]] = {
    "pack.not_toml": ("不是可读的 TOML：{detail}", "This is no TOML that can be read: {detail}"),
    "pack.wrong_shape": (
        "只能有 [pack]（或 [overlay]）一节，以及 [[rule]]、[[year]]、[[change]]。",
        "There must be one [pack] (or [overlay]) and nothing but [[rule]], [[year]], [[change]].",
    ),
    "pack.wrong_keys": (
        "[pack] 多出或缺少：{keys}。",
        "[pack] has too much or too little: {keys}.",
    ),
    "pack.unknown_calendar": ("没有日历“{calendar}”。", 'There is no calendar "{calendar}".'),
    "pack.unknown_year": (
        "{year} 年的放假安排未知：请用 [[year]] 写明，或改小 announced_until。",
        "Nobody knows the holidays of {year}: write them as [[year]], or lower announced_until.",
    ),
    "pack.year_without_number": (
        "第 {number} 个 [[year]] 没有年份。",
        "[[year]] number {number} names no year.",
    ),
    "pack.wrong_year_keys": (
        "{year} 年的 [[year]] 多出或缺少：{keys}。",
        "[[year]] {year} has too much or too little: {keys}.",
    ),
    "pack.duplicate_year": ("{year} 年写了两次。", "The year {year} stands twice."),
    "pack.day_of_another_year": (
        "{day} 不在 {year} 年。",
        "The day {day} does not lie in {year}.",
    ),
    "pack.day_twice": ("{year} 年的 {day} 写了两次。", "{year}: the day {day} stands twice."),
    "pack.make_up_on_a_weekday": (
        "{day} 不是周末，不能是调休上班日。",
        "{day} is no weekend, so it cannot be a make-up day.",
    ),
    "pack.bad_value": ("{rule}：值不对，{detail}", "{rule}: a value does not fit, {detail}"),
    "pack.rule_without_id": ("第 {number} 条规则没有 id。", "Rule number {number} has no id."),
    "pack.duplicate_rule": (
        "{rule}：同一天有两个版本同时有效。",
        "{rule}: two versions are in force on the same day.",
    ),
    "pack.never_in_force": ("{rule}：从未生效。", "{rule} is never in force."),
    "pack.supersedes_itself": ("{rule}：取代了自己。", "{rule} supersedes itself."),
    "pack.supersedes_in_circle": (
        "{rule}：互相取代成环（{rules}）。",
        "{rule}: the rules supersede each other in a circle ({rules}).",
    ),
    "pack.supersedes_unknown": (
        "{rule}：要取代的规则 {other} 不存在。",
        "{rule} supersedes {other}, which there is not.",
    ),
    "pack.empty_text": ("{rule}：{name} 是空的。", "{rule}: {name} is empty."),
    "pack.unknown_confidence": (
        "{rule}：可信度只能是 Q 或 S，不是“{confidence}”。",
        '{rule}: the confidence is Q or S, not "{confidence}".',
    ),
    "pack.rule_without_acts": ("{rule}：没有写明行为。", "{rule} is about no act."),
    "pack.act_twice": ("{rule}：行为 {act} 写了两次。", "{rule} names the act {act} twice."),
    "pack.act_not_covered": (
        "{rule}：{act} 不在这条规则的行为之列。",
        "{rule}: {act} is none of its acts.",
    ),
    "pack.unknown_exemption": (
        "{rule}：没有这种例外“{exemption}”。",
        '{rule}: there is no exemption "{exemption}".',
    ),
    "pack.hold_blocked": (
        "{rule}：任何规则都不得阻止暂停案件。",
        "{rule}: no rule may stop a hold from being laid.",
    ),
    "pack.unknown_kind": ("{rule}：没有这种规则“{kind}”。", '{rule}: there is no kind "{kind}".'),
    "pack.unknown_parameter": (
        "{rule}：没有规则会读取 {name}。",
        "{rule}: nothing reads {name}.",
    ),
    "pack.missing_parameter": ("{rule}：缺少 {name}。", "{rule} lacks {name}."),
    "pack.bad_parameter": (
        "{rule}：{name} 的值不对。",
        "{rule}: the value of {name} does not fit.",
    ),
    "pack.bad_text": (
        "{rule}：{name} 用了这种规则没有的值。",
        "{rule}: {name} uses a value that this kind of rule never gives.",
    ),
    "pack.never_allowed": (
        "{rule}：合在一起全天禁止 {act}。",
        "{rule}: together they leave no hour of the day for {act}.",
    ),
    "pack.never_speaks_alone": (
        "{rule}：规则 {other} 说得同样或更严，这一条没有意义；请改一条，不要写两条。",
        "{rule} is never heard beside {other}, which says as much or more: change one of them.",
    ),
    "pack.contradiction": (
        "{rule} 与 {other} 互相矛盾：无法同时遵守。",
        "{rule} and {other} contradict each other: nobody can keep both.",
    ),
    "overlay.wrong_head": (
        "[overlay] 多出、缺少或为空：{keys}。",
        "[overlay] has too much, too little or something empty: {keys}.",
    ),
    "overlay.other_pack": (
        "这份附加规则属于 {other}，不属于 {pack}。",
        "This overlay is for {other}, not for {pack}.",
    ),
    "overlay.change_without_rule": (
        "第 {number} 处 [[change]] 没有写明规则。",
        "[[change]] number {number} names no rule.",
    ),
    "overlay.changes_nothing": ("{rule}：什么也没有改。", "{rule}: nothing is changed."),
    "overlay.fixed": ("{rule}：{name} 不能更改。", "{rule}: {name} cannot be changed."),
    "overlay.unknown_rule": ("{rule}：没有这条规则。", "{rule}: there is no such rule."),
    "overlay.changed_twice": ("{rule}：改了两次。", "{rule} is changed twice."),
    "overlay.loosens": (
        "{rule}：{name} 变宽松了。银行只能从严，不能放宽。",
        "{rule}: {name} would become looser. A bank may only tighten a pack, never loosen it.",
    ),
    "overlay.rule_of_the_pack": (
        "{rule}：已是规则包中的规则；请用 [[change]] 更改。",
        "{rule} is a rule of the pack already: use [[change]].",
    ),
    "overlay.not_house": (
        "{rule}：银行自己的规则须写明 house = true。",
        "{rule}: the bank's own rules must say house = true.",
    ),
}


def refusal_words(trouble: PackRefused, language: str) -> str:
    """Return the sentence of a refusal in "zh_CN" or "en"."""
    return WORDS[trouble.code][not language.startswith("zh")].format(**trouble.params)
