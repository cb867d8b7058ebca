"""Keeps the memory of this process, and with it the key, out of dumps and other programs' reach.

Linux was tried; the calls for Windows and macOS are written after their documentation and untried:
SetErrorMode and WerAddExcludedApplication (Windows Error Reporting), ptrace(PT_DENY_ATTACH).
None of them stops an administrator of the machine.
"""

import ctypes
import sys

PR_SET_DUMPABLE = 4  # linux/prctl.h
PT_DENY_ATTACH = 31  # macOS sys/ptrace.h
SEM_FAILCRITICALERRORS, SEM_NOGPFAULTERRORBOX = 0x0001, 0x0002


def forbid_dumps() -> bool:
    """Say whether the system promised to write no dump of this process; a no is never fatal."""
    if sys.platform == "win32":
        return _on_windows()
    import resource  # which Windows has not

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    library = ctypes.CDLL(None, use_errno=True)
    if sys.platform == "darwin":
        return int(library.ptrace(PT_DENY_ATTACH, 0, None, 0)) == 0
    return int(library.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)) == 0


def _on_windows() -> bool:
    windows = getattr(ctypes, "windll", None)  # only there on Windows
    if windows is None:
        return False
    windows.kernel32.SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX)
    try:
        return int(windows.wer.WerAddExcludedApplication(sys.executable, False)) == 0
    except OSError:  # a Windows without its error reporting writes none either
        return True
