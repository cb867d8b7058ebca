"""Words for people: gettext catalogues in, sentences out. Must not know: Qt. Read: `words.py`."""
