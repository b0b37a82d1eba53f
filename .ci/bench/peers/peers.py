"""peers.py openpyxl|calamine|polars FILE: reads every value of the first sheet
and prints how many cells are not empty, as the other contenders do."""

import sys


def openpyxl(path):
    from openpyxl import load_workbook

    sheet = load_workbook(path, read_only=True, data_only=True).worksheets[0]
    return sum(1 for row in sheet.iter_rows(values_only=True) for value in row if value not in (None, ""))


def calamine(path):
    from python_calamine import CalamineWorkbook

    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    return sum(1 for row in rows for value in row if value != "")


def polars(path):
    import polars

    frame = polars.read_excel(path, has_header=False, infer_schema_length=None)
    return sum(column.count() for column in frame)


print({"openpyxl": openpyxl, "calamine": calamine, "polars": polars}[sys.argv[1]](sys.argv[2]))
