"""Asks the system to leave a window out of screenshots, recordings and previews, where it can.

Windows: SetWindowDisplayAffinity with WDA_EXCLUDEFROMCAPTURE (Windows 10 2004), else WDA_MONITOR.
macOS: NSWindow sharingType = NSWindowSharingNone. X11 and Wayland have no such request: there the
program says so. Not tried on Windows and macOS; see docs/security.md.
"""

import ctypes
import sys
from typing import Any

from PySide6.QtGui import QWindow

CAN_LEAVE_OUT = sys.platform in ("win32", "darwin")
LEFT_OUT = 0x11  # WDA_EXCLUDEFROMCAPTURE
BLACK = 0x01  # WDA_MONITOR
SHARING_NONE = 0


def leave_out_of_captures(window: QWindow) -> bool:
    """Return whether the system promised to leave this window out of captures."""
    if sys.platform == "win32":
        return _on_windows(int(window.winId()))
    if sys.platform == "darwin":
        return _on_macos(int(window.winId()))
    return False


def _on_windows(handle: int) -> bool:
    user32: Any = ctypes.CDLL("user32.dll")  # 64 bits know one way of calling only
    affinity = user32.SetWindowDisplayAffinity
    affinity.argtypes = [ctypes.c_void_p, ctypes.c_uint32]
    affinity.restype = ctypes.c_int
    return bool(affinity(handle, LEFT_OUT) or affinity(handle, BLACK))


def _on_macos(view: int) -> bool:
    objc = ctypes.cdll.LoadLibrary("/usr/lib/libobjc.dylib")
    objc.sel_registerName.restype = ctypes.c_void_p
    objc.sel_registerName.argtypes = [ctypes.c_char_p]
    # The one C function takes a shape of its own for each message.
    ask = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
    tell = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_ulong)
    address = ctypes.cast(objc.objc_msgSend, ctypes.c_void_p).value or 0
    window = ask(address)(view, objc.sel_registerName(b"window"))
    if not window:
        return False
    tell(address)(window, objc.sel_registerName(b"setSharingType:"), SHARING_NONE)
    return True
