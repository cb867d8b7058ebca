"""Binds a rule to the mechanism its kind names; whatever does not fit is refused by name."""

from sync.policy.mechanisms.kinds import KINDS
from sync.policy.mechanisms.mechanism import Check, Mechanism
from sync.policy.packs.parameters import Parameters
from sync.policy.packs.rule import PackRefused, Rule


def bind(rule: Rule) -> Check:
    """Return the rule's check; raises PackRefused."""
    mechanism = KINDS.get(rule.kind)
    if mechanism is None:
        raise PackRefused("pack.unknown_kind", rule=rule.id, kind=rule.kind)
    params = Parameters(rule.id, rule.params)
    check = mechanism.make(params)
    params.finish()
    _refuse_unspoken(rule, mechanism)
    return check


def _refuse_unspoken(rule: Rule, mechanism: Mechanism) -> None:
    """Refuse sentences with values the mechanism never gives: they could not be said."""
    spoken = dict.fromkeys(mechanism.spoken, "")
    for name in ("text_zh", "text_en"):
        try:
            getattr(rule, name).format(**spoken)
        except (KeyError, IndexError, ValueError, AttributeError) as error:
            raise PackRefused("pack.bad_text", rule=rule.id, name=name) from error
