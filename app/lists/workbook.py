"""Lines of a spreadsheet file (XLSX) whose cells are texts, whatever they look like."""

import io
import re
from collections.abc import Iterable, Sequence

MIMETYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Signs that XML can't hold.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_WIDEST = 50


def as_xlsx(lines: Iterable[Sequence[str]], *, title: str) -> bytes:
    """A workbook of one sheet, its first line in bold and always in sight; in memory: for short tables."""
    # Loaded by who asks for a file: every web process would carry these ten megabytes otherwise.
    from openpyxl import Workbook
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    sheet.title = title
    widths: dict[int, int] = {}
    for row, line in enumerate(lines, start=1):
        for column, text in enumerate(line, start=1):
            kept = _FORBIDDEN.sub("", text)
            cell = sheet.cell(row=row, column=column, value=kept)
            # « =1+1 » would be a formula, and a telephone lose its zero once edited.
            cell.data_type, cell.number_format = "s", "@"
            widths[column] = max(widths.get(column, 0), len(kept))
            if row == 1:
                cell.font = Font(bold=True)
    for column, width in widths.items():
        sheet.column_dimensions[get_column_letter(column)].width = min(width, _WIDEST) + 2
    sheet.freeze_panes = "A2"
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
