"""Laptop and server judge a customer's month by the same figures."""

from sync.domain.curriculum import Curriculum
from sync.server.rules_in_force import RulesInForce
from tests.sync.office import Office
from tests.sync.rules import BRANCH, at_the_server
from tests.unit.sync.policy.test_affordability import BUDGET


def test_both_ends_have_the_banks_figures(office: Office) -> None:
    server = at_the_server(office.server, lambda s: RulesInForce(Curriculum()).of(s, BRANCH))
    li = office.seat("li")
    brought = li.desk.policy.reference
    li.sync()
    laptop = li.desk.policy
    assert laptop.reference.id == "cn"
    assert brought == laptop.reference == server.reference
    assert laptop.affordability(BUDGET) == server.affordability(BUDGET)
