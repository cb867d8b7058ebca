"""The one style sheet. Widgets choose a look by the properties `kind` and `role`, never by QSS."""

from field_app.theme.tokens import Tokens

SHEET = """
QWidget {{ color: {text}; }}
QMainWindow, QDialog, QWidget[role="page"] {{ background: {page}; }}
QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; border: none; }}
QFrame[kind="card"] {{ background: {card}; border: 1px solid {line}; border-radius: 10px; }}
QFrame[kind="nav"] {{ background: {card}; border: none; border-right: 1px solid {line}; }}
QFrame[kind="strip"] {{ background: {card}; border: none; border-top: 1px solid {line}; }}
QLabel[role="title"] {{ font-size: {title}px; font-weight: 600; }}
QLabel[role="heading"] {{ font-size: {heading}px; font-weight: 600; }}
QLabel[role="brand"] {{ font-size: {heading}px; font-weight: 700; color: {accent}; }}
QLabel[role="muted"] {{ color: {muted}; }}
QLabel[role="amount"] {{ font-size: {title}px; font-weight: 600; }}
QLabel[role="time"] {{ font-size: {heading}px; font-weight: 600; color: {accent}; }}
QLabel[kind="badge"], QLabel[kind="badge-info"] {{ background: {info_soft}; color: {info}; border-radius: 8px; padding: 2px 8px; }}
QLabel[kind="badge-warn"] {{ background: {warn_soft}; color: {warn}; border-radius: 8px; padding: 2px 8px; }}
QLabel[kind="badge-block"] {{ background: {block_soft}; color: {block}; border-radius: 8px; padding: 2px 8px; }}
QLabel[kind="badge-ok"] {{ background: {ok_soft}; color: {ok}; border-radius: 8px; padding: 2px 8px; }}
QFrame[kind="info"] {{ background: {info_soft}; border: none; border-radius: 8px; }}
QFrame[kind="warn"] {{ background: {warn_soft}; border: none; border-radius: 8px; }}
QFrame[kind="block"] {{ background: {block_soft}; border: none; border-radius: 8px; }}
QFrame[kind="ok"] {{ background: {ok_soft}; border: none; border-radius: 8px; }}
QFrame[kind="info"] QLabel {{ color: {info}; }}
QFrame[kind="warn"] QLabel {{ color: {warn}; }}
QFrame[kind="block"] QLabel {{ color: {block}; }}
QFrame[kind="ok"] QLabel {{ color: {ok}; }}
QPushButton {{ background: {card}; border: 1px solid {line}; border-radius: 7px; padding: {pad}px {padx}px; }}
QPushButton:hover {{ background: {raised}; }}
QPushButton:focus {{ border: 2px solid {focus}; padding: {pad_focus}px {padx_focus}px; }}
QPushButton:disabled {{ color: {muted}; background: {raised}; }}
QPushButton:checked {{ background: {accent_soft}; border: 1px solid {accent}; color: {accent}; }}
QPushButton:checked:focus {{ border: 2px solid {focus}; }}
QPushButton[kind="primary"] {{ background: {accent}; color: {on_accent}; border: 1px solid {accent}; font-weight: 600; }}
QPushButton[kind="primary"]:disabled {{ background: {line}; color: {muted}; border-color: {line}; }}
QPushButton[kind="primary"]:focus {{ border: 2px solid {text}; }}
QPushButton[kind="danger"] {{ color: {block}; }}
QPushButton[kind="quiet"] {{ background: transparent; border: 1px solid transparent; color: {accent}; }}
QPushButton[kind="quiet"]:focus {{ border: 2px solid {focus}; }}
QPushButton[kind="link"] {{ background: transparent; border: 1px solid transparent; color: {accent}; padding: {pad}px 0; }}
QPushButton[kind="link"]:focus {{ border: 2px solid {focus}; padding: {pad_focus}px 0; }}
QPushButton[kind="quiet"]:disabled, QPushButton[kind="link"]:disabled, QPushButton[kind="danger"]:disabled {{ color: {muted}; }}
QPushButton[kind="nav"] {{ background: transparent; border: 1px solid transparent; text-align: left; padding: {pad}px {padx}px; border-radius: 8px; }}
QPushButton[kind="nav"]:checked {{ background: {accent_soft}; border: 1px solid transparent; color: {accent}; font-weight: 600; }}
QPushButton[kind="nav"]:focus {{ border: 2px solid {focus}; }}
QLineEdit, QPlainTextEdit, QComboBox, QSpinBox, QDateEdit, QTimeEdit {{
    background: {card}; border: 1px solid {line}; border-radius: 7px; padding: {pad}px; selection-background-color: {accent};
    selection-color: {on_accent}; }}
QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus, QSpinBox:focus, QDateEdit:focus, QTimeEdit:focus {{ border: 2px solid {focus}; padding: {pad_focus}px; }}
QLineEdit, QPlainTextEdit {{ placeholder-text-color: {muted}; }}
QLineEdit[kind="wrong"] {{ border: 2px solid {block}; }}
QFrame[kind="chosen"] {{ background: {card}; border: 2px solid {accent}; border-radius: 10px; }}
QComboBox::drop-down, QDateEdit::drop-down {{ border: none; width: {drop}px; }}
QSpinBox::up-button, QSpinBox::down-button {{ border: none; background: transparent; width: {drop}px; }}
QSpinBox::up-arrow {{ image: url({up}); width: {arrow_side}px; height: {arrow_side}px; }}
QSpinBox::down-arrow {{ image: url({arrow}); width: {arrow_side}px; height: {arrow_side}px; }}
QComboBox::down-arrow, QDateEdit::down-arrow {{ image: url({arrow}); width: {arrow_side}px; height: {arrow_side}px; }}
QCheckBox::indicator {{ width: {box}px; height: {box}px; border: 1px solid {muted}; border-radius: 4px; background: {card}; }}
QCheckBox::indicator:checked {{ background: {accent}; border-color: {accent}; image: url({tick}); }}
QCheckBox::indicator:focus {{ border: 2px solid {focus}; }}
QRadioButton::indicator {{ width: {box}px; height: {box}px; border: 1px solid {muted}; border-radius: {round}px; background: {card}; }}
QRadioButton::indicator:checked {{ width: {dot}px; height: {dot}px; border: {ring}px solid {accent}; background: {on_accent}; }}
QRadioButton::indicator:focus {{ border-color: {focus}; }}
QComboBox QAbstractItemView {{ background: {card}; color: {text}; selection-background-color: {selected}; selection-color: {text}; }}
QTableView, QListWidget {{ background: {card}; border: 1px solid {card}; gridline-color: {line}; selection-background-color: {selected};
    selection-color: {text}; alternate-background-color: {raised}; outline: none; }}
QListWidget::item {{ padding: {gap}px {gapx}px; border-bottom: 1px solid {line}; }}
QListWidget::item:selected {{ background: {selected}; color: {text}; }}
QTableView:focus, QListWidget:focus {{ border: 1px solid {focus}; }}
QTableCornerButton::section {{ background: {card}; border: none; }}
QTableView::item {{ padding: 4px 8px; }}
QHeaderView::section {{ background: {card}; color: {muted}; border: none; border-bottom: 1px solid {line}; padding: {pad}px 11px; }}
QHeaderView::section:vertical {{ padding: 0 7px; }}
QHeaderView[kind="days"]::section {{ padding: {pad}px 0; }}
QTextBrowser {{ background: {card}; border: 1px solid {line}; border-radius: 10px; }}
QTextBrowser:focus {{ border: 2px solid {focus}; }}
QCheckBox, QRadioButton {{ spacing: 8px; padding: 3px; }}
QCheckBox:focus, QRadioButton:focus {{ color: {accent}; }}
QProgressBar {{ background: {raised}; border: 1px solid {line}; border-radius: 6px; text-align: center; }}
QProgressBar::chunk {{ background: {accent}; border-radius: 5px; }}
QToolTip {{ background: {card}; color: {text}; border: 1px solid {line}; padding: 4px; }}
QScrollBar:vertical {{ background: transparent; width: 10px; }}
QScrollBar::handle:vertical {{ background: {line}; border-radius: 5px; min-height: 30px; }}
QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; width: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; }}
QScrollBar::handle:horizontal {{ background: {line}; border-radius: 5px; min-width: 30px; }}
"""

SIZES = """
QLabel, QPushButton {{ font-size: {base}px; }}
QLabel[role="title"] {{ font-size: {title}px; }}
QLabel[role="heading"] {{ font-size: {heading}px; }}
QPushButton {{ padding: {pad}px {padx}px; }}
"""


def large_text(tokens: Tokens) -> str:
    """Return a sheet with the sizes of these tokens alone, for a part that is larger."""
    sizes = {"base": 14, "title": 22, "heading": 16, "pad": 6, "padx": 14}
    return SIZES.format(**{k: tokens.px(v) for k, v in sizes.items()})


def style_sheet(tokens: Tokens, pictures: dict[str, str]) -> str:
    """Return the sheet of a theme; `pictures` are files for `arrow`, `up` and `tick`."""
    sizes = {
        "title": 22,
        "heading": 16,
        "pad": 6,
        "padx": 14,
        "gap": 8,
        "gapx": 10,
        "box": 16,
        "drop": 24,
        "arrow_side": 12,
    }
    values = {k: tokens.px(v) for k, v in sizes.items()}
    # The border of what has the focus is a pixel wider: the words must not lose or move by it.
    # A choice that is made is a ring as wide as the circle of one that is not.
    values["ring"] = values["box"] // 3
    values["dot"] = values["box"] + 2 - 2 * values["ring"]
    values["round"] = values["box"] // 2 + 1
    values |= {f"{k}_focus": values[k] - 1 for k in ("pad", "padx")}
    return SHEET.format(**tokens.colours, **values, **pictures)
