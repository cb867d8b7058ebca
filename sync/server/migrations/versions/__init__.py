"""One file a step, never changed after release; every released database is upgraded by a test."""
