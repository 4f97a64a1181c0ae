"""Reads a list of the treasury as a spreadsheet would, and says what it found: every row as JSON, texts as texts and numbers as numbers."""

import csv
import json
import sys

import openpyxl


def of_csv(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        # Quoted fields are texts, all others numbers; anything else is refused.
        return [row for row in csv.reader(file, strict=True, quoting=csv.QUOTE_NONNUMERIC)]


def of_xlsx(path):
    sheet = openpyxl.load_workbook(path).active
    for row in sheet.iter_rows():
        for cell in row:
            if cell.data_type == "f":
                sys.exit(f"{cell.coordinate} is a formula")
    return [[cell for cell in row] for row in sheet.iter_rows(values_only=True)]


path = sys.argv[1]
for row in of_csv(path) if path.endswith(".csv") else of_xlsx(path):
    print(json.dumps(row))
