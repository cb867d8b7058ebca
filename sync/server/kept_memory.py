"""Keeps the memory a page was made in for the next page.

A page is made in buffers of half a megabyte. The GNU C library hands each back to the system at
once and asks for it anew, page by page, with the next: a tenth of a pull's processor time.
"""

import ctypes

# Names and values of its malloc.h.
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
KEPT = 64 * 1024 * 1024  # bytes free at the top of the heap beyond which some go back
LARGE = 32 * 1024 * 1024  # the most it takes; larger blocks are the system's own again


def keep() -> bool:
    """Let this process keep so much; False where the C library is another one."""
    try:
        adjust = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    return bool(adjust(M_TRIM_THRESHOLD, KEPT) and adjust(M_MMAP_THRESHOLD, LARGE))
