"""What a screen shows and does, without widgets: state, signals past tense, item models.

Must not know: QtWidgets, the network, how words or colours are chosen. Read first: `reloading.py`,
then `today.py`.
"""
