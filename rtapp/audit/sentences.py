"""The trail in plain words: what each act is called, in which group it stands, what its fields are called."""

import re
from collections.abc import Mapping
from typing import Any

from ..refusals import Reason, reason

# What the filter offers: key and msgid, and what the acts of the group begin with.
GROUPS: dict[str, tuple[Reason, tuple[str, ...]]] = {
    "people": (reason("people", "Peserta"), ("participant.", "roster.", "contact.", "absence.", "phone.")),
    "marks": (
        reason("marks", "Kehadiran"),
        ("attendance.", "scan.", "case.", "receipt.", "rehearsal.", "checkpoint.open"),
    ),
    "cards": (
        reason("cards", "Kartu dan dokumen"),
        (
            "badge.",
            "list.",
            "signed_list.",
            "transport.",
            "recap.",
            "bundle.",
            "certificate.",
            "attendance.print",
            "narrative.",
        ),
    ),
    "event": (
        reason("event", "Acara"),
        ("event.", "wave.", "agenda.", "checkpoint.", "invitation.", "district.", "village.", "places."),
    ),
    "access": (reason("access", "Pengguna dan perangkat"), ("user.", "device.", "link.")),
    "settings": (
        reason("settings", "Pengaturan dan jejak"),
        ("setting.", "address.", "letterhead.", "signatories.", "logo.", "trail.", "privacy.", "backup."),
    ),
}

_ACTS = (
    reason("participant.add", "Menambahkan peserta"),
    reason("participant.change", "Mengubah data peserta"),
    reason("participant.archive", "Mengarsipkan peserta"),
    reason("participant.restore", "Memulihkan peserta dari arsip"),
    reason("roster.import", "Mengimpor daftar: %(new)s orang baru, %(updated)s diubah, %(replaced)s diganti"),
    reason("roster.import_undo", "Membatalkan impor daftar: %(people)s orang"),
    reason("roster.export", "Mengunduh daftar peserta: %(rows)s baris"),
    reason("contact.note", "Mencatat sudah atau belum dihubungi"),
    reason("absence.note", "Mencatat keterangan tidak hadir"),
    reason("phone.reveal", "Membuka nomor HP"),
    reason("attendance.void", "Membatalkan kehadiran"),
    reason("scan.decide", "Memutuskan di meja"),
    reason("scan.seal", "Menyegel %(count)s pindaian ke dalam jejak"),
    reason("case.settle", "Menutup perkara tanpa mencatat kehadiran"),
    reason("receipt.lost", "Keputusan dari perangkat tidak dapat dipulihkan"),
    reason("rehearsal.wipe", "Menghapus catatan gladi: %(marks)s"),
    reason("badge.print", "Mencetak %(cards)s kartu: %(title)s"),
    reason("badge.reissue", "Menerbitkan kartu baru; kartu lama tidak berlaku"),
    reason("list.print", "Mencetak daftar meja: %(rows)s nama"),
    reason("badge.show", "Menampilkan kartu di layar meja, untuk dipotret pemegangnya"),
    reason("badge.send", "Menyiapkan pengiriman kartu: %(rows)s orang"),
    reason("badge.sent", "Menandai kartu sudah dikirim"),
    reason("badge.unsent", "Menandai kartu belum dikirim"),
    reason("badge.handover", "Mencetak tanda terima kartu: %(rows)s desa"),
    reason("signed_list.print", "Mencetak daftar hadir untuk ditandatangani"),
    reason("signed_list.count", "Mencatat jumlah tanda tangan"),
    reason("signed_list.match", "Mencetak perbandingan tanda tangan: %(rows)s halaman"),
    reason("transport.rates", "Mengubah tarif uang transport"),
    reason("attendance.print", "Mencetak daftar hadir: %(rows)s baris"),
    reason("transport.print", "Mencetak daftar uang transport: %(rows)s orang"),
    reason("invitation.print", "Mencetak daftar undangan: %(rows)s nama"),
    reason("narrative.print", "Mengunduh laporan kegiatan"),
    reason("transport.check", "Mencetak lembar pemeriksaan uang transport: %(rows)s orang"),
    reason("recap.print", "Mencetak rekap: %(rows)s baris"),
    reason("bundle.make", "Membuat berkas SPJ: %(rows)s baris"),
    reason("bundle.take", "Mengunduh berkas SPJ: %(rows)s baris"),
    reason("certificate.rule", "Mengubah syarat sertifikat"),
    reason("certificate.issue", "Menerbitkan sertifikat"),
    reason("certificate.print", "Mencetak sertifikat: %(rows)s orang"),
    reason("event.make", "Membuat acara"),
    reason("event.change", "Mengubah acara"),
    reason("wave.add", "Menambahkan gelombang %(number)s"),
    reason("wave.change", "Mengubah gelombang"),
    reason("wave.close", "Menutup gelombang %(number)s"),
    reason("wave.reopen", "Membuka lagi gelombang %(number)s"),
    reason("wave.remove", "Menghapus gelombang %(number)s"),
    reason("agenda.add", "Menambahkan agenda"),
    reason("agenda.change", "Mengubah agenda"),
    reason("agenda.remove", "Menghapus agenda"),
    reason("checkpoint.add", "Menambahkan titik absensi %(name)s"),
    reason("checkpoint.change", "Mengubah titik absensi"),
    reason("checkpoint.open", "Membuka titik absensi"),
    reason("checkpoint.remove", "Menghapus titik absensi %(name)s"),
    reason("invitation.change", "Mengubah jumlah diundang"),
    reason("district.add", "Menambahkan kecamatan %(name)s"),
    reason("district.change", "Mengubah kecamatan"),
    reason("district.remove", "Menghapus kecamatan %(name)s"),
    reason("village.add", "Menambahkan desa %(name)s"),
    reason("village.change", "Mengubah desa"),
    reason("village.remove", "Menghapus desa %(name)s"),
    reason("places.import", "Mengimpor wilayah: %(changed)s berubah"),
    reason("user.add", "Menambahkan pengguna %(name)s"),
    reason("user.password", "Mengganti kata sandi %(name)s"),
    reason("user.pin", "Mengganti PIN %(name)s"),
    reason("user.role", "Mengubah peran %(name)s"),
    reason("user.disable", "Menonaktifkan pengguna %(name)s"),
    reason("user.enable", "Mengaktifkan lagi pengguna %(name)s"),
    reason("user.sign_in", "Masuk dengan kata sandi"),
    reason("user.sign_in_by_link", "Masuk dengan tautan sekali pakai"),
    reason("user.sign_out", "Keluar"),
    reason("device.add", "Menambahkan perangkat %(label)s"),
    reason("device.change", "Mengubah perangkat"),
    reason("device.token", "Membuat kunci program untuk %(label)s"),
    reason("device.pair", "Peramban menjadi perangkat ini"),
    reason("device.leave", "Perangkat keluar"),
    reason("device.revoke", "Mencabut perangkat %(label)s"),
    reason("device.clock", "Selisih jam perangkat diukur"),
    reason("link.issue", "Membuat tautan sekali pakai untuk %(to)s"),
    reason("setting.change", "Mengubah pengaturan “%(key)s”"),
    reason("letterhead.change", "Mengubah kop surat"),
    reason("signatories.change", "Mengubah penanda tangan dokumen"),
    reason("address.try", "Alamat di kode QR dibuka dari perangkat kedua: %(address)s"),
    reason("logo.change", "Mengubah logo kop surat"),
    reason("backup.make", "Membuat cadangan"),
    reason("backup.drill", "Menguji cadangan"),
    reason("backup.download", "Mengunduh cadangan"),
    reason("backup.folder", "Mengubah folder cadangan"),
    reason("backup.passphrase", "Mengubah kata sandi cadangan"),
    reason("backup.restore", "Memulihkan cadangan"),
    reason("privacy.erase", "Memusnahkan data pribadi: %(phones)s nomor HP, %(people)s nama, %(lines)s baris jejak"),
    reason("privacy.report", "Membuka laporan data pribadi seseorang"),
    reason("trail.check", "Memeriksa keutuhan jejak"),
    reason("trail.export", "Mengunduh jejak: %(rows)s baris"),
)
ACTS = {act.code: act.sentence for act in _ACTS}
_GAP = re.compile(r"%\((\w+)\)s")
_UNKNOWN = reason("other", "Tindakan lain (%(action)s)")

_FIELDS = (
    reason("name", "Nama"),
    reason("kind", "Jenis"),
    reason("seat", "Kursi RT"),
    reason("rw", "RW"),
    reason("wave_id", "Gelombang"),
    reason("phone", "No. HP"),
    reason("gender", "L/P"),
    reason("note", "Catatan"),
    reason("organiser", "Penyelenggara"),
    reason("timezone", "Zona waktu"),
    reason("number", "Nomor"),
    reason("date", "Tanggal"),
    reason("venue", "Tempat"),
    reason("starts_at", "Mulai"),
    reason("ends_at", "Selesai"),
    reason("material", "Materi"),
    reason("speaker", "Narasumber"),
    reason("opens_at", "Dibuka"),
    reason("closes_at", "Ditutup"),
    reason("code", "Kode"),
    reason("role", "Peran"),
    reason("label", "Nama perangkat"),
    reason("checkpoints", "Titik absensi"),
    reason("checkpoint", "Titik absensi"),
    reason("verdict", "Putusan"),
    reason("value", "Nilai"),
    reason("lines", "Kop surat"),
    reason("address", "Alamat, telepon, email"),
    reason("place", "Tempat penandatanganan"),
    reason("invited", "Diundang"),
    reason("rt", "Ketua RT"),
    reason("tamu", "Tamu"),
    reason("panitia", "Panitia"),
    reason("narasumber", "Narasumber"),
    reason("points", "Kehadiran yang dihitung"),
    reason("least", "Paling sedikit hadir di berapa titik"),
    reason("substitutes", "Kehadiran wakil ikut dihitung untuk ketua RT"),
    reason("template", "Pola nomor"),
    reason("unit", "Isi {unit}"),
    reason("decided_at", "Diputuskan"),
    reason("handed_in", "Diserahkan oleh"),
    reason("contacted", "Dihubungi"),
    reason("clean", "Hasil"),
    reason("sheets", "Berkas"),
    reason("form", "Bentuk berkas"),
)
FIELDS = {field.code: field.sentence for field in _FIELDS}


def act_sentence(action: str, values: Mapping[str, Any]) -> Reason:
    """Return the sentence of an act with its gaps filled; "…" stands where the values were erased."""
    sentence = ACTS.get(action)
    if sentence is None:
        return Reason(_UNKNOWN.code, _UNKNOWN.sentence, {"action": action})
    return Reason(action, sentence, {gap: values.get(gap, "…") for gap in _GAP.findall(sentence)})


def differences(action: str, values: Mapping[str, Any]) -> list[tuple[str, Any, Any]]:
    """Return (field, before, after) of what a line changed, or of what was added or told: then nothing is before."""
    before, after = values.get("before"), values.get("after")
    if isinstance(before, Mapping) or isinstance(after, Mapping):
        before, after = before or {}, after or {}
    elif "before" in values and "after" in values:
        return [] if action == "logo.change" else [("value", before, after)]  # digests of pictures say nothing
    else:
        sentence = ACTS.get(action, "")
        facts = {name: value for name, value in values.items() if f"%({name})s" not in sentence}
        before, after = {}, facts
    return [
        (name, before.get(name), after.get(name))
        for name in FIELDS
        if (before.get(name) or None) != (after.get(name) or None)
    ]


def group_starts(group: str) -> tuple[str, ...]:
    """Return what the acts of ``group`` begin with; none for an unknown one."""
    return GROUPS[group][1] if group in GROUPS else ()
