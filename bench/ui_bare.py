"""The least that shows a list from an encrypted file: `python -m bench.ui_bare FILE KEY`.

PySide6 and SQLCipher, one query, one table, no program around it. Prints the monotonic second at
which the rows were painted.
"""

import sys
import time

import sqlcipher3
from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QApplication, QTableView

from field_app.storage.cipher import PAGE_SIZE

ROWS = 100
COLUMNS = "name, case_no, area, stage, overdue_since, total_fen, next_step, held, vulnerable"


class Seen(QObject):
    """Ends the program once the table was painted."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Tell the time behind the first paint."""
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            watched.repaint()  # type: ignore[attr-defined]
            print(time.monotonic(), flush=True)
            QApplication.exit()
        return False


def main(file: str, key: str) -> None:
    """Show the rows."""
    application = QApplication(sys.argv[:1])
    connection = sqlcipher3.connect(file)
    connection.execute(f"PRAGMA key = \"x'{key}'\"")
    connection.execute(f"PRAGMA cipher_page_size = {PAGE_SIZE}")
    rows = connection.execute(f"SELECT {COLUMNS} FROM case_index ORDER BY name LIMIT {ROWS}")
    model = QStandardItemModel()
    for row in rows:
        model.appendRow([QStandardItem(str(cell)) for cell in row])
    assert model.rowCount()
    table, seen = QTableView(), Seen()
    table.setModel(model)
    table.resize(1200, 800)
    table.viewport().installEventFilter(seen)
    table.show()
    application.exec()


if __name__ == "__main__":
    main(*sys.argv[1:])
