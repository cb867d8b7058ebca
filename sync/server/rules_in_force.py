"""The rules a server decides by: what was published last, whichever process published it.

Each decision asks the database which serial is in force, in its own transaction; the rules
themselves are read again only when that changed.
"""

from sync.domain.curriculum import Curriculum
from sync.domain.ids import BranchId
from sync.policy.engine import PolicyEngine
from sync.policy.packs.pack import PackRefused
from sync.policy.published import rules_of
from sync.protocol.policy_bundle import is_signed
from sync.server.problems import RulesUnusable
from sync.server.repositories import accounts, policies
from sync.server.repositories.policies import Mark
from sync.server.repositories.session import Session


class RulesInForce:
    """The rules of each branch, kept between requests; the lessons are the program's own."""

    def __init__(self, curriculum: Curriculum) -> None:
        self._curriculum = curriculum
        self._held: dict[BranchId, tuple[Mark, PolicyEngine]] = {}

    async def of(self, session: Session, branch: BranchId) -> PolicyEngine:
        """Return the rules in force in a branch.

        Raises RulesUnusable when what was published last cannot be believed or read.
        """
        mark = await policies.mark(session, branch)
        held = self._held.get(branch)
        if held is None or held[0] != mark:
            held = self._held[branch] = (mark, await self._read(session, branch))
        return held[1]

    async def _read(self, session: Session, branch: BranchId) -> PolicyEngine:
        bundle = await policies.in_force(session, branch)
        key = await accounts.meta(session, policies.KEY)
        if bundle is None or key is None:
            raise RulesUnusable(branch, "nothing is published")
        if bundle.branch_id != branch or not is_signed(bundle, key):
            raise RulesUnusable(branch, "they are not signed by the policy key")
        try:
            return rules_of(bundle.texts, self._curriculum)
        except PackRefused as error:
            raise RulesUnusable(branch, error.code) from error
