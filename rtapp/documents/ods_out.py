"""ODS out: tables of texts, and papers as sheets with their heights, lines, letterhead, breaks and page numbers."""

import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from xml.sax.saxutils import escape, quoteattr

from .flow import FOOT, SIDE, TOP, FlowCell
from .grid import SPARE, Grid, GridLine, Placed
from .lettering import OFFICE_FONT, POINT, UNWRITABLE
from .paper import PAPERS

MIME = "application/vnd.oasis.opendocument.spreadsheet"
_NARROW = 5.0  # mm of width a column keeps where nobody says more
_EM = 2.0  # mm of width for each letter of a table of texts
_NAMESPACES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (
        ("office", "office"), ("table", "table"), ("text", "text"), ("style", "style"), ("draw", "drawing"),
        ("fo", "xsl-fo-compatible"), ("svg", "svg-compatible"), ("number", "datastyle"),
    )
) + ' xmlns:xlink="http://www.w3.org/1999/xlink"'  # fmt: skip
_SIDES = {"t": "top", "b": "bottom", "l": "left", "r": "right"}
_JUSTIFIED = {"left": "start", "middle": "center", "right": "end"}
_NUMBERS = {
    "0": '<number:number number:decimal-places="0" number:min-integer-digits="1"/>',
    "#,##0": '<number:number number:decimal-places="0" number:min-integer-digits="1" number:grouping="true"/>',
    "0.0%": '<number:number number:decimal-places="1" number:min-decimal-places="1" number:min-integer-digits="1"/>'
    "<number:text>%</number:text>",
}


@dataclass
class _Styles:
    """The automatic styles of a document, each written once; ``names`` by what they say."""

    names: dict[tuple[str, str], str] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)

    def of(self, family: str, properties: str, more: str = "") -> str:
        """Return the name of the style with these properties."""
        key = (family, properties + more)
        if key not in self.names:
            name = f"{family[:2]}{len(self.names) + 1}"
            self.names[key] = name
            self.written.append(
                f'<style:style style:name="{name}" style:family="{family}"{more}>{properties}</style:style>'
            )
        return self.names[key]


def write_ods(name: str, rows: Iterable[Sequence[str]], widths: Sequence[float] = ()) -> bytes:
    """Return a spreadsheet with one table of texts; what looks like a formula stays text.

    ``widths`` are in characters; without them each column is as wide as its longest text lets it be.
    """
    listed, styles = [list(map(str, row)) for row in rows], _Styles()
    count = max(map(len, listed), default=1)
    columns = "".join(
        _column(styles, _NARROW + _EM * (widths[at] if at < len(widths) else _longest(listed, at)))
        for at in range(count)
    )
    table = "".join(f"<table:table-row>{''.join(map(_text_element, row))}</table:table-row>" for row in listed)
    body = f"<table:table table:name={quoteattr(name)}>{columns}{table}</table:table>"
    return _document(_content(styles, body), _style_sheet("", ""))


def write_ods_paper(grid: Grid) -> bytes:
    """Return a paper as a spreadsheet that an office prints page for page like the PDF."""
    styles, files = _Styles(), {}
    columns = "".join(_column(styles, width) for width in grid.widths)
    rows = []
    for number, line in enumerate(grid.lines):
        shapes = "".join(_frame(styles, grid, number, files))
        beside = grid.margins.marks if number == 0 else ""  # what is printed
        row = _row(styles, line, len(grid.widths), shapes, beside)
        if number == grid.titles:
            row = f"<table:table-header-rows>{row}</table:table-header-rows>"
        rows.append(row)
    sheet = styles.of("table", '<style:table-properties table:display="true"/>', ' style:master-page-name="Paper"')
    printed = f" table:print-ranges={quoteattr(_range(grid))}"
    begin = f'<table:table table:name={quoteattr(grid.name)} table:style-name="{sheet}"{printed}>'
    body = f"{begin}{columns}{''.join(rows)}</table:table>"
    return _document(_content(styles, body), _style_sheet(_page_layout(grid), _master(grid)), files)


def _range(grid: Grid) -> str:
    """Return what of the sheet is printed, as an address: "'Rekap'.A1:'Rekap'.H40"."""
    name = "'" + grid.name.replace("'", "''") + "'"
    return f"{name}.A1:{name}.{chr(64 + len(grid.widths))}{max(1, len(grid.lines))}"


def _longest(rows: Sequence[Sequence[str]], column: int) -> float:
    return min(60.0, max((len(row[column]) for row in rows if column < len(row)), default=0))


def _column(styles: _Styles, width: float) -> str:
    style = styles.of("table-column", f'<style:table-column-properties style:column-width="{width:.2f}mm"/>')
    return f'<table:table-column table:style-name="{style}"/>'


def _row(styles: _Styles, line: GridLine, count: int, shapes: str, beside: str = "") -> str:
    broken = ' fo:break-before="page"' if line.fresh else ""
    properties = f'style:row-height="{line.height:.2f}mm" style:use-optimal-row-height="false"{broken}'
    style = styles.of("table-row", f"<style:table-row-properties {properties}/>")
    parts, at = [], 0
    for placed in line.cells:
        parts.append(_blank(placed.first - at))
        parts.append(_cell(styles, placed, shapes))
        shapes, at = "", placed.last + 1
    if shapes:
        parts.append(f"<table:table-cell>{shapes}</table:table-cell>")
        at += 1
    parts.append(_blank(count - at))
    if beside:
        parts.append(_blank(1) + _text_element(beside))
    return f'<table:table-row table:style-name="{style}">{"".join(parts)}</table:table-row>'


def _blank(count: int) -> str:
    return f'<table:table-cell table:number-columns-repeated="{count}"/>' if count > 0 else ""


def _cell(styles: _Styles, placed: Placed, shapes: str) -> str:
    cell, span = placed.cell, placed.last - placed.first
    style = styles.of("table-cell", *_cell_style(styles, cell))
    across = f' table:number-columns-spanned="{span + 1}" table:number-rows-spanned="1"' if span else ""
    text = "".join(f"<text:p>{_text(line)}</text:p>" for line in cell.whole.split("\n")) if cell.whole else ""
    kind = ' office:value-type="string"' if cell.whole else ""
    if cell.value is not None:
        kind = f' office:value-type="float" office:value="{cell.value}"'
        kind = kind.replace("float", "percentage") if cell.shape.endswith("%") else kind
    covered = f'<table:covered-table-cell table:number-columns-repeated="{span}"/>' if span else ""
    return f'<table:table-cell table:style-name="{style}"{kind}{across}>{text}{shapes}</table:table-cell>{covered}'


def _cell_style(styles: _Styles, cell: FlowCell) -> tuple[str, str]:
    """Return the properties of a cell's style and its attribute of numbers."""
    borders = "".join(
        f' fo:border-{_SIDES[side.lower()]}="{"0.9pt solid #000000" if side.isupper() else "0.5pt solid #8a8a8a"}"'
        for side in cell.sides
        if side.lower() in _SIDES
    )
    if "D" in cell.sides:
        borders += ' fo:border-bottom="2.6pt double #000000" style:border-line-width-bottom="0.02cm 0.04cm 0.05cm"'
    align = "top" if cell.top else "middle"
    size = (cell.text.size if cell.text else 4.0) / POINT
    face = "DejaVu Sans Mono" if cell.face == "mono" else OFFICE_FONT
    weight = ' fo:font-weight="bold"' if cell.face == "bold" else ""
    line = ' style:text-underline-style="solid" style:text-underline-width="auto"' if cell.underlined else ""
    pad = "0.35mm 0.8mm" if cell.sides else "0mm"
    padding = f' fo:padding-left="{pad.split()[-1]}" fo:padding-right="{pad.split()[-1]}"'
    padding += ' fo:padding-top="0mm" fo:padding-bottom="0mm"'
    wrapping = 'no-wrap" style:shrink-to-fit="true' if cell.whole_line else "wrap"
    properties = (
        f'<style:table-cell-properties fo:wrap-option="{wrapping}" style:vertical-align="{align}"{padding}{borders}/>'
        f'<style:paragraph-properties fo:text-align="{_JUSTIFIED[cell.align]}"/>'
        f"<style:text-properties style:font-name={quoteattr(face)} fo:font-family={quoteattr(face)} "
        f'fo:font-size="{size:.1f}pt"{weight}{line}/>'
    )
    return properties, f' style:data-style-name="{_number(styles, cell.shape)}"' if cell.shape else ""


def _number(styles: _Styles, shape: str) -> str:
    """Return the name of the style of numbers, with the points and commas of Indonesia."""
    key = ("number", shape)
    if key not in styles.names:
        name = styles.names[key] = f"nu{len(styles.names) + 1}"
        kind = "percentage" if shape.endswith("%") else "number"
        inside = _NUMBERS.get(shape.partition(";")[0], _NUMBERS["0"])
        dash = f'<number:number-style style:name="{name}z"><number:text>–</number:text></number:number-style>'
        zero = f'<style:map style:condition="value()=0" style:apply-style-name="{name}z"/>' if ";" in shape else ""
        styles.written.append(
            f'{dash if zero else ""}<number:{kind}-style style:name="{name}" number:language="id" number:country="ID">'
            f"{inside}{zero}</number:{kind}-style>"
        )
    return styles.names[key]


def _frame(styles: _Styles, grid: Grid, number: int, files: dict[str, bytes]) -> Iterable[str]:
    """Yield the pictures that begin in a row."""
    style = ""
    for picture in grid.pictures:
        if picture.line != number:
            continue
        file = f"Pictures/{len(files) + 1}.png"
        files[file] = picture.png
        style = style or styles.of("graphic", '<style:graphic-properties draw:stroke="none" draw:fill="none"/>')
        yield (
            f'<draw:frame draw:style-name="{style}" svg:x="{picture.left:.2f}mm" svg:y="{picture.top:.2f}mm" '
            f'svg:width="{picture.width:.2f}mm" svg:height="{picture.height:.2f}mm">'
            f'<draw:image xlink:href="{file}" xlink:type="simple" xlink:show="embed" xlink:actuate="onLoad"/>'
            "</draw:frame>"
        )


def _page_layout(grid: Grid) -> str:
    width, height = PAPERS[grid.paper]
    # What stands around a page lies inside its margins, so that as many rows fit as on the page of the PDF.
    head, foot = TOP - 5.0, FOOT - 5.0 - SPARE
    around = 'fo:margin-left="0mm" fo:margin-right="0mm" style:dynamic-spacing="false"'
    return (
        '<style:page-layout style:name="Page"><style:page-layout-properties '
        f'fo:page-width="{width:.1f}mm" fo:page-height="{height:.1f}mm" style:print-orientation="portrait" '
        f'fo:margin-top="5mm" fo:margin-bottom="5mm" fo:margin-left="{SIDE - 2:.1f}mm" '
        f'fo:margin-right="{SIDE - 2:.1f}mm" style:table-centering="horizontal" '
        'style:print="objects charts drawings zero-values"/>'
        "<style:header-style><style:header-footer-properties "
        f'fo:min-height="{head:.1f}mm" svg:height="{head:.1f}mm" {around} fo:margin-bottom="0mm"/></style:header-style>'
        "<style:footer-style><style:header-footer-properties "
        f'fo:min-height="{foot:.1f}mm" svg:height="{foot:.1f}mm" {around} fo:margin-top="0mm"/></style:footer-style>'
        "</style:page-layout>"
    )


def _master(grid: Grid) -> str:
    margins = grid.margins
    running = "".join(
        f'<text:p><text:span text:style-name="{style}">{_text(line)}</text:span></text:p>'
        for line, style in zip(margins.running, ("strong", "small"), strict=False)
    )
    code = f"Kode cetak {margins.code} · " if margins.code else ""
    pages = "Halaman <text:page-number>1</text:page-number> dari <text:page-count>1</text:page-count>"
    small = '<text:p><text:span text:style-name="small">{}</text:span></text:p>'
    left, right = small.format(_text(margins.printed)), small.format(_text(code) + pages)
    return (
        '<style:master-page style:name="Paper" style:page-layout-name="Page">'
        f"<style:header><style:region-left>{running}</style:region-left></style:header>"
        "<style:header-first><text:p/></style:header-first>"
        f"<style:footer><style:region-left>{left}</style:region-left>"
        f"<style:region-right>{right}</style:region-right></style:footer></style:master-page>"
    )


def _style_sheet(layout: str, master: str) -> str:
    texts = "".join(
        f'<style:style style:name="{name}" style:family="text"><style:text-properties style:font-name="{OFFICE_FONT}" '
        f'fo:font-family="{OFFICE_FONT}" fo:font-size="8pt"{more}/></style:style>'
        for name, more in (("small", ""), ("strong", ' fo:font-weight="bold"'))
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<office:document-styles {_NAMESPACES} office:version="1.3">{_FONTS}'
        '<office:styles><style:default-style style:family="table-cell"><style:text-properties '
        f'style:font-name="{OFFICE_FONT}" fo:font-family="{OFFICE_FONT}" fo:font-size="10pt" '
        'fo:language="id" fo:country="ID"/>'
        f"</style:default-style></office:styles><office:automatic-styles>{texts}{layout}</office:automatic-styles>"
        f"<office:master-styles>{master}</office:master-styles></office:document-styles>"
    )


_FONTS = (
    f'<office:font-face-decls><style:font-face style:name="{OFFICE_FONT}" svg:font-family="{OFFICE_FONT}"/>'
    '<style:font-face style:name="DejaVu Sans Mono" svg:font-family="&apos;DejaVu Sans Mono&apos;"/>'
    "</office:font-face-decls>"
)


def _content(styles: _Styles, body: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<office:document-content {_NAMESPACES} office:version="1.3">{_FONTS}'
        f"<office:automatic-styles>{''.join(styles.written)}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>"
    )


def _document(content: str, style_sheet: str, files: Mapping[str, bytes] | None = None) -> bytes:
    """Return the archive; its parts have no time of their own, so that equal content makes equal bytes."""
    files = files or {}
    kinds = {"content.xml": "text/xml", "styles.xml": "text/xml", **dict.fromkeys(files, "image/png")}
    entries = "".join(
        f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="{kind}"/>'
        for name, kind in {"/": MIME, **kinds}.items()
    )
    manifest = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3">'
        f"{entries}</manifest:manifest>"
    )
    parts: dict[str, str | bytes] = {"content.xml": content, "styles.xml": style_sheet, **files}
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        # The kind is first and unpacked, so that the file tells it.
        for name, data in {"mimetype": MIME, **parts, "META-INF/manifest.xml": manifest}.items():
            entry = zipfile.ZipInfo(name, (2000, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return out.getvalue()


def _text(value: str) -> str:
    return escape(UNWRITABLE.sub("", value))


def _text_element(value: str) -> str:
    if not value:
        return "<table:table-cell/>"
    return f'<table:table-cell office:value-type="string"><text:p>{_text(str(value))}</text:p></table:table-cell>'
