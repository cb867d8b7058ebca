"""Windows: WM_WTSSESSION_CHANGE and WM_POWERBROADCAST. Built after the documentation, not tried.

The messages come to a window; WTSRegisterSessionNotification asks for the first kind.
"""

import ctypes
from collections.abc import Callable
from ctypes import wintypes
from typing import Any

from PySide6.QtCore import QAbstractNativeEventFilter, QByteArray, QCoreApplication
from PySide6.QtGui import QWindow

WM_POWERBROADCAST = 0x0218
PBT_APMSUSPEND = 0x0004
WM_WTSSESSION_CHANGE = 0x02B1
REASONS = {0x2: "switched", 0x4: "switched", 0x6: "switched", 0x7: "locked"}
THIS_SESSION = 0


class WindowsWatch(QAbstractNativeEventFilter):
    """A filter of native messages, with a hidden window that they are sent to."""

    def __init__(
        self, on_away: Callable[[str], None], application: QCoreApplication | None
    ) -> None:
        super().__init__()
        self._on_away = on_away
        self._application = application
        self._window = QWindow()
        self._window.create()
        self._wts: Any = ctypes.CDLL("wtsapi32.dll")
        self._wts.WTSRegisterSessionNotification(
            ctypes.c_void_p(int(self._window.winId())), THIS_SESSION
        )
        if application is not None:
            application.installNativeEventFilter(self)

    def nativeEventFilter(  # Qt's name
        self, eventType: QByteArray | bytes | bytearray | memoryview, message: int
    ) -> object:
        """Take one message."""
        told = wintypes.MSG.from_address(int(message))
        if told.message == WM_POWERBROADCAST and told.wParam == PBT_APMSUSPEND:
            self._on_away("asleep")
        elif told.message == WM_WTSSESSION_CHANGE and told.wParam in REASONS:
            self._on_away(REASONS[told.wParam])
        return False, 0

    def stop(self) -> None:
        """Listen no longer."""
        if self._application is not None:
            self._application.removeNativeEventFilter(self)
        self._wts.WTSUnRegisterSessionNotification(ctypes.c_void_p(int(self._window.winId())))
        self._window.destroy()
