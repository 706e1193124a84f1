"""Writes what xlrd (1.2.0, pip install xlrd==1.2.0) reads of .xls files, as TestRealWorkbooksReadAsTheOracleReadsThem expects it.

    python3 golden.py FOLDER FILE... > golden.csv

One line a sheet: file (relative to FOLDER), sheet, number of cells that hold something, SHA-256 over one line a cell:
row, column (from 1), kind, value (a number as the hexadecimal digits of its double), number format, font, indent, struck,
hidden, merged range, and the runs of a rich text (byte:font), with tabs between. A font that strikes through has a minus
before its name. Digits of raised pieces are superscripts. A file that xlrd does not read is left out.
"""
import csv, hashlib, os, struct, sys
import xlrd

KINDS = {xlrd.XL_CELL_TEXT: "text", xlrd.XL_CELL_NUMBER: "number", xlrd.XL_CELL_DATE: "date", xlrd.XL_CELL_BOOLEAN: "bool", xlrd.XL_CELL_ERROR: "error"}

# Formats that a file may use without spelling them out: xlrd's wording and that of Office Open XML.
BUILTIN = {
    14: ("m/d/yy", "mm-dd-yy"),
    37: ("#,##0_);(#,##0)", "#,##0 ;(#,##0)"),
    38: ("#,##0_);[Red](#,##0)", "#,##0 ;[Red](#,##0)"),
    39: ("#,##0.00_);(#,##0.00)", "#,##0.00;(#,##0.00)"),
    40: ("#,##0.00_);[Red](#,##0.00)", "#,##0.00;[Red](#,##0.00)"),
}


PLAIN = "0123456789+-()"
SUPERSCRIPT = str.maketrans(PLAIN, "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾")


def tidy(units):
    return units.decode("utf-16-le").replace("\r\n", "\n").replace("\r", "\n")


def number_format(book, xf):
    code = book.format_map[xf.format_key].format_str
    if code.lower() == "general":
        return ""
    theirs, ours = BUILTIN.get(xf.format_key, (None, None))
    return ours if code == theirs else code


def line(book, sheet, row, col, corners):
    cell = sheet.cell(row, col)
    kind = KINDS.get(cell.ctype)
    if kind is None or cell.value == "":
        return None
    xf = book.xf_list[cell.xf_index]
    font = book.font_list[xf.font_index].name
    struck = book.font_list[xf.font_index].struck_out
    runs = []
    if kind == "text":
        value = ""
        last = "-" * struck + font
        pieces = []
        found = sheet.rich_text_runlist_map.get((row, col), [])
        for i, (at, f) in enumerate(found):
            units = cell.value.encode("utf-16-le")
            if units[at * 2 - 1 : at * 2] and 0xD8 <= units[at * 2 - 1] < 0xDC:
                at += 1  # not inside of a character
            if at * 2 >= len(units) or i + 1 < len(found) and found[i + 1][0] == at:
                continue
            pieces.append((at, book.font_list[f]))
        begin = pieces[0][0] if pieces else None
        units = cell.value.encode("utf-16-le")
        texts = [(None, tidy(units[: begin * 2] if pieces else units))]
        for (at, f), (end, _) in zip(pieces, pieces[1:] + [(len(units) // 2, None)]):
            texts.append((f, tidy(units[at * 2 : end * 2])))
        level = any(t.strip() and not (f and f.escapement == 1) for f, t in texts)
        for f, t in texts:
            if f and ("-" * f.struck_out + f.name) != last:
                last = "-" * f.struck_out + f.name
                runs.append("%d:%s" % (len(value.encode()), last))
            if f and f.escapement == 1 and level and any(c in "0123456789" for c in t):
                t = t.translate(SUPERSCRIPT)
            value += t
    elif kind in ("number", "date"):
        value = struct.pack(">d", cell.value).hex()
    elif kind == "bool":
        value = "TRUE" if cell.value else "FALSE"
    else:
        value = xlrd.error_text_from_code[cell.value]
    hidden = row in sheet.rowinfo_map and sheet.rowinfo_map[row].hidden or col in sheet.colinfo_map and sheet.colinfo_map[col].hidden
    fields = [row + 1, col + 1, kind, value, number_format(book, xf), font, xf.alignment.indent_level, "struck" if struck else "", "hidden" if hidden else "", corners.get((row, col), ""), " ".join(runs)]
    return "\t".join(str(f) for f in fields) + "\n"


def main(folder, files):
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["file", "sheet", "cells", "sha256"])
    for name in files:
        try:
            book = xlrd.open_workbook(name, formatting_info=True, logfile=open(os.devnull, "w"))
        except Exception as e:
            print(name, e, file=sys.stderr)
            continue
        for sheet in book.sheets():
            corners = {(r1, c1): "%d %d %d %d" % (r1 + 1, c1 + 1, r2, c2) for r1, r2, c1, c2 in sheet.merged_cells if (r2 - r1) * (c2 - c1) > 1}
            lines = [line(book, sheet, r, c, corners) for r in range(sheet.nrows) for c in range(sheet.ncols)]
            lines = [l for l in lines if l]
            if os.environ.get("LINES"):
                sys.stderr.write("".join("%s\t%s\t%s" % (os.path.relpath(name, folder), sheet.name, l) for l in lines))
            out.writerow([os.path.relpath(name, folder), sheet.name, len(lines), hashlib.sha256("".join(lines).encode()).hexdigest()])


main(sys.argv[1], sys.argv[2:])
