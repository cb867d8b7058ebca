"""What a laptop shows with each request: a short token, and the proof of its device key.

The server's clock counts, not this laptop's: it is learned from the server's answers and carried on
by a clock that nobody sets, so a laptop whose clock is wrong syncs all the same.
"""

import os
import time
from collections.abc import Callable
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.engine.trouble import Trouble
from sync.protocol.messages import Codes
from sync.protocol.proof import HEADER, ID_BYTES, Asked, TokenGrant, prove

EARLY = 0.8  # a token is renewed when so much of its life has passed


class SigningIn:
    """The enrolment's token, the short one, and the key; `wall` and `passed` are in seconds."""

    def __init__(
        self,
        token: str,
        key: bytes,
        *,
        wall: Callable[[], float] = time.time,
        passed: Callable[[], float] = time.monotonic,
        random: Callable[[int], bytes] = os.urandom,
    ) -> None:
        self._enrolled = token
        self._key = Ed25519PrivateKey.from_private_bytes(key) if key else None
        self._passed = passed
        self._random = random
        self._ahead = wall() - passed()
        self._token = ""
        self._renew_at = 0.0

    @property
    def is_due(self) -> bool:
        """Say whether a short token must be fetched first."""
        return self._key is not None and (not self._token or self._passed() >= self._renew_at)

    @property
    def proves(self) -> bool:
        """Say whether there is a key to prove with."""
        return self._key is not None

    def headers(self, method: str, target: str, body: bytes, *, enrolled: bool) -> dict[str, str]:
        """Return what goes with a request; `enrolled`: with the enrolment's token."""
        token = self._enrolled if enrolled or self._key is None else self._token
        if not token:
            return {}
        shown = {"Authorization": f"Bearer {token}"}
        if self._key is not None:
            at_ms = int((self._ahead + self._passed()) * 1000)
            asked = Asked(method, target, token, body)
            shown[HEADER] = prove(asked, self._key, max(at_ms, 0), self._random(ID_BYTES))
        return shown

    def take(self, grant: TokenGrant) -> None:
        """Go on with a new token."""
        self._token = grant.token
        self._renew_at = self._passed() + EARLY * grant.lives_s
        self._ahead = grant.server_time.timestamp() - self._passed()

    def learns(self, trouble: Trouble) -> bool:
        """Say whether a refused proof told the server's time, which is kept: another may do."""
        if trouble.code is not Codes.PROOF or self._key is None:
            return False
        try:
            told = datetime.fromisoformat(str(trouble.params.get("now")))
        except ValueError:
            return False
        if told.tzinfo is None:
            return False
        self._ahead = told.timestamp() - self._passed()
        return True
