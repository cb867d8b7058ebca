"""One file a step, never changed after release."""
