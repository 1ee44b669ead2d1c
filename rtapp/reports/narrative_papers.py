"""Laporan kegiatan as a Word file, to be completed by the office."""

from collections.abc import Iterator
from datetime import datetime

from .. import clock
from ..documents.letters import Letter
from ..settings.letter import ACROSS, BLANK, PLACE, About, unbroken
from ..settings.signatories import Signatory, signers_of
from .narrative import HEAD, Narrative, absences, shares
from .recap import Recap, share_text
from .transport import rupiah

TITLE = "Laporan pelaksanaan kegiatan"
FILL = "………………………"
BASIS = (
    f"Dokumen Pelaksanaan Anggaran Nomor {FILL} tanggal {FILL};",
    f"Surat undangan Nomor {FILL} tanggal {FILL};",
    f"Surat perintah tugas Nomor {FILL} tanggal {FILL}.",
)


def narrative_docx(narrative: Narrative, about: About, paper: str) -> bytes:
    """Return the report; equal content makes equal bytes. What the record does not know is left as dots."""
    letter = Letter(paper, f"{TITLE} · {about.wave}", about.organiser, about.made_at)
    head = about.letterhead
    lines = head.lines or tuple(filter(None, (about.organiser.upper(),)))
    letter.letterhead(lines, unbroken(head.address), about.logo)
    letter.line(TITLE.upper(), bold=True, align="middle", size=13, after=0)
    letter.line(about.event, bold=True, align="middle", after=8)
    letter.heading("A. Dasar")
    for number, line in enumerate(BASIS, start=1):
        letter.line(f"{number}. {line}", after=2)
    letter.heading("B. Waktu dan tempat")
    letter.facts([("Gelombang", about.wave), ("Hari/Tanggal", about.day), ("Tempat", about.venue or FILL)])
    letter.heading("C. Peserta per kecamatan")
    _participants(letter, narrative)
    letter.heading("D. Materi")
    _materials(letter, narrative)
    letter.heading("E. Jalannya kegiatan")
    for sentence in _course(narrative, about):
        letter.line(sentence, align="both")
    letter.heading("F. Penutup")
    closing = "Demikian laporan ini dibuat untuk dipergunakan sebagaimana mestinya."
    letter.line(closing, align="both", after=14, joined=True)
    _sign(letter, about)
    letter.line(about.print_line, size=8)
    return letter.finish()


def _participants(letter: Letter, narrative: Narrative) -> None:
    counts = narrative.recap.counts
    if counts is None:
        letter.line("Gelombang ini tidak punya titik absensi registrasi.")
        return
    rows = [[line.name, *map(rupiah, line.cells)] for line in shares(counts)]
    letter.table(HEAD, rows, (40, 17, 19, 21, 26, 19, 23), numbers=range(1, 7), total=True)
    if counts.invited_by == "invitation":
        letter.line(f"Jumlah yang diundang menurut surat: {rupiah(counts.invited)} orang.")


def _materials(letter: Letter, narrative: Narrative) -> None:
    if not narrative.materials:
        letter.line(FILL)
        return
    items = enumerate(narrative.materials, start=1)
    rows = [[str(number), item.time, item.material, item.speaker or FILL] for number, item in items]
    letter.table(("No", "Waktu", "Materi", "Narasumber"), rows, (10, 28, 70, 52))


def _course(narrative: Narrative, about: About) -> Iterator[str]:
    """Yield the course of the event in sentences; every figure comes from the recap."""
    counts, recap = narrative.recap.counts, narrative.recap
    if counts is None or narrative.first is None or narrative.last is None:
        yield "Belum ada kehadiran yang tercatat."
        return
    yield (
        f"Registrasi dimulai {_spoken(about, narrative.first)} dan kehadiran terakhir tercatat "
        f"{_spoken(about, narrative.last)}.{_busiest(recap, about)}"
    )
    yield (
        f"Dari {rupiah(counts.roster)} ketua RT di daftar gelombang ini, {rupiah(counts.hadir)} hadir "
        f"({share_text(counts.share)}): {rupiah(counts.sendiri)} sendiri dan {rupiah(counts.diwakili)} diwakili. "
        f"{rupiah(counts.elsewhere)} hadir di gelombang lain, {rupiah(counts.belum)} tidak tercatat."
    )
    yield absences(counts)
    others = ((counts.other_wave, "ketua RT dari gelombang lain"), (counts.guests, "tamu, panitia, dan narasumber"))
    if beside := [f"{rupiah(count)} {who}" for count, who in others if count]:
        yield f"Di luar daftar hadir pula {' dan '.join(beside)}."
    if narrative.paid:
        people, net = narrative.paid
        yield f"Uang transport diterima {rupiah(people)} orang, seluruhnya Rp{rupiah(net)} sesudah PPh."


def _busiest(recap: Recap, about: About) -> str:
    if recap.busiest is None:
        return ""
    start, end, count = recap.busiest
    return f" Paling banyak datang pukul {about.span(start, end)}, {rupiah(count)} orang."


def _spoken(about: About, at: datetime) -> str:
    """Return a time as a sentence needs it, with its day where that differs from the wave's."""
    day = clock.local(at, about.zone).date()
    other = f" ({clock.day_text(day)})" if about.on not in (None, day) else ""
    return f"pukul {clock.clock_text(at, about.zone)}{other}"


def _sign(letter: Letter, about: About) -> None:
    signers = signers_of(about.signing, "report")
    day = f"{about.letterhead.place or PLACE}, {about.day.partition(', ')[2]}"
    last = min(ACROSS, len(signers)) - 1
    letter.signatures([_lines(signer, day if at == last else "") for at, signer in enumerate(signers)], ACROSS)


def _lines(signer: Signatory, dated: str) -> list[tuple[str, bool]]:
    above = [(dated, False), (signer.caption, False), (signer.position, False), ("", False), ("", False), ("", False)]
    below = [(text, False) for text in (signer.rank, f"NIP. {signer.nip}" if signer.nip else "") if text]
    return [*above, (signer.name or BLANK, bool(signer.name)), *below]
