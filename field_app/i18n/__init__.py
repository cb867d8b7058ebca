"""Words for people: codes and texts in; sentences, dates and sums out, by gettext catalogues.

Must not know: Qt, what a code stands for in the trade. Read first: `words.py`.
"""
