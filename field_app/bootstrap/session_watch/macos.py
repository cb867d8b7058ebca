"""macOS: the distributed notifications of the screen lock.

Built after the documentation, not tried. A laptop that sleeps locks its screen by the usual
settings, and tells so before.
"""

import ctypes
from collections.abc import Callable
from typing import Any

FRAMEWORK = "/System/Library/Frameworks/CoreFoundation.framework/CoreFoundation"
UTF8 = 0x08000100
AT_ONCE = 4  # CFNotificationSuspensionBehaviorDeliverImmediately
NAMES = {
    b"com.apple.screenIsLocked": "locked",
    b"com.apple.screensaver.didstart": "locked",
    b"com.apple.sessionDidMoveOffConsole": "switched",
}
CALLBACK = ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 5)


class MacWatch:
    """Holds one observer for each name, as long as it lives."""

    def __init__(self, on_away: Callable[[str], None]) -> None:
        self._core: Any = ctypes.CDLL(FRAMEWORK)
        self._core.CFNotificationCenterGetDistributedCenter.restype = ctypes.c_void_p
        self._core.CFStringCreateWithCString.restype = ctypes.c_void_p
        self._core.CFStringCreateWithCString.argtypes = [
            ctypes.c_void_p,
            ctypes.c_char_p,
            ctypes.c_uint32,
        ]
        self._core.CFNotificationCenterAddObserver.argtypes = [
            *[ctypes.c_void_p] * 2,
            CALLBACK,
            *[ctypes.c_void_p] * 2,
            ctypes.c_long,
        ]
        self._core.CFNotificationCenterRemoveEveryObserver.argtypes = [ctypes.c_void_p] * 2
        self._centre = self._core.CFNotificationCenterGetDistributedCenter()
        self._me = ctypes.c_void_p(id(self))
        # Held here: what calls back must not be let go.
        self._calls = [self._observe(name, why, on_away) for name, why in NAMES.items()]

    def _observe(self, name: bytes, why: str, on_away: Callable[[str], None]) -> object:
        call = CALLBACK(lambda *_told: on_away(why))
        text = self._core.CFStringCreateWithCString(None, name, UTF8)
        self._core.CFNotificationCenterAddObserver(
            self._centre, self._me, call, text, None, AT_ONCE
        )
        return call

    def stop(self) -> None:
        """Listen no longer."""
        self._core.CFNotificationCenterRemoveEveryObserver(self._centre, self._me)
        self._calls.clear()
