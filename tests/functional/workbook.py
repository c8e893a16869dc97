"""A workbook (XLSX) with the few parts that one needs."""

import zipfile
from xml.sax.saxutils import escape


class Day(int):
    """A date, as a workbook keeps it: days, and a format that shows the day."""


class Month(int):
    """The same with a format that shows the month alone."""


def write_workbook(path, rows):
    """The parts that a workbook needs, as ECMA-376 names them; texts are shared strings."""
    strings, sheet = [], ""
    for number, cells in enumerate(rows, 1):
        sheet += f'<row r="{number}">'
        for column, value in zip("ABCDEFGHIJ", cells):
            style = 1 if isinstance(value, Day) else 2 if isinstance(value, Month) else 0
            if isinstance(value, str):
                sheet += f'<c r="{column}{number}" t="s"><v>{len(strings)}</v></c>'
                strings.append(value)
            elif value is not None:
                sheet += f'<c r="{column}{number}" s="{style}"><v>{value + 0}</v></c>'
        sheet += "</row>"
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>')
        file.writestr("xl/workbook.xml", f'<workbook {main} xmlns:r="{rel}"><sheets><sheet name="Hidden" sheetId="2" state="hidden" r:id="rId9"/>'
                                         '<sheet name="Practices" sheetId="1" r:id="rId1"/></sheets></workbook>')
        file.writestr("xl/_rels/workbook.xml.rels", '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
                                                    f'<Relationship Id="rId1" Type="{rel}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>')
        file.writestr("xl/styles.xml", f'<styleSheet {main}><numFmts><numFmt numFmtId="164" formatCode="[$-409]mmm\\-yy;@"/></numFmts>'
                                       '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs></styleSheet>')
        # Every other text in two runs, as where a part of it is bold.
        items = "".join(f"<si><r><t>{escape(s[:3])}</t></r><r><t xml:space='preserve'>{escape(s[3:])}</t></r></si>" if n % 2 else f"<si><t>{escape(s)}</t></si>"
                        for n, s in enumerate(strings))
        file.writestr("xl/sharedStrings.xml", f"<sst {main}>{items}</sst>")
        file.writestr("xl/worksheets/sheet1.xml", f"<worksheet {main}><sheetData>{sheet}</sheetData></worksheet>")
