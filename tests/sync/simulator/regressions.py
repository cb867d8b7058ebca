"""Seeds that ever failed, with what they had found; they are run with every test.

A seed tells the same story only as long as the program asks chance the same questions, so each
defect also has a test of its own where one could be written.
"""

REGRESSIONS: dict[int, str] = {}
