"""Attachments: pictures become small plain JPEG, hostile files are refused whole, and nothing lies on disk in the clear."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image
from sqlalchemy import select, update

from app.errors import CunyiError, EnvironmentFailure, UserError
from app.services.attachment_files import LONGER_SIDE, MOST_KEPT, MOST_READ, prepared
from app.services.attachments import Attachments
from app.services.integrity import Integrity
from app.services.problems import Refused
from app.services.record_folder import RecordFolder
from app.services.residents import Residents
from db.models import Attachment, AuditEntry, FormEntry, Revision
from tests.residents import register

ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def attachments(clinic_desk):
    return Attachments(clinic_desk)


@pytest.fixture
def person(clinic_desk):
    return register(clinic_desk).id


def picture(kind="JPEG", size=(80, 60), mode="RGB", colour="red", **how):
    """A picture of one colour as a file of a kind."""
    written = io.BytesIO()
    Image.new(mode, size, colour).save(written, kind, **how)
    return written.getvalue()


def camera_picture():
    """Lying on its side, as cameras write it, with the maker, the place and a comment."""
    image = Image.new("RGB", (400, 200), "white")
    image.paste("black", (0, 0, 200, 200))
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = 6, "SECRETPHONE"
    exif.get_ifd(GPS)[1] = "SECRETPLACE"
    written = io.BytesIO()
    image.save(written, "JPEG", exif=exif, comment=b"SECRETCOMMENT", quality=95)
    return written.getvalue()


def bomb():
    """A few kilobytes of PNG that say they are 40,000 by 40,000 pixels."""

    def chunk(name, content):
        body = name + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 9000)) + chunk(b"IEND", b"")


def many_pages():
    written = io.BytesIO()
    pages = [Image.new("L", (40, 40), shade) for shade in (0, 255)]
    pages[0].save(written, "TIFF", save_all=True, append_images=pages[1:])
    return written.getvalue()


# ---- what is kept


@pytest.mark.parametrize(
    ("kind", "mode", "colour"),
    [("JPEG", "RGB", "red"), ("JPEG", "L", 90), ("JPEG", "CMYK", (0, 255, 255, 0)), ("PNG", "RGB", "red"),
     ("PNG", "P", 3), ("PNG", "1", 1), ("PNG", "RGBA", (255, 0, 0, 255)), ("BMP", "RGB", "red"), ("TIFF", "RGB", "red"),
     ("WEBP", "RGB", "red"), ("PNG", "LA", (90, 255))],
)  # fmt: skip
def test_every_usual_picture_becomes_jpeg(kind, mode, colour):
    made = prepared(picture(kind, mode=mode, colour=colour))
    assert made.media_type == "image/jpeg"
    with Image.open(io.BytesIO(made.data)) as kept:
        assert (kept.format, kept.size) == ("JPEG", (80, 60))


def test_a_picture_of_16_bit_keeps_its_greys():
    with Image.open(io.BytesIO(prepared(picture("PNG", mode="I;16", colour=0x8000)).data)) as kept:
        assert kept.getpixel((5, 5)) == pytest.approx(128, abs=2)


def test_what_is_transparent_lies_on_white_paper():
    with Image.open(io.BytesIO(prepared(picture("PNG", mode="RGBA", colour=(0, 0, 0, 0))).data)) as kept:
        assert kept.getpixel((5, 5)) == pytest.approx((255, 255, 255), abs=2)


@pytest.mark.parametrize(
    ("size", "kept_size"),
    [((LONGER_SIDE, 1200), (LONGER_SIDE, 1200)), ((LONGER_SIDE + 1, 1200), (LONGER_SIDE, 1200)),
     ((4800, 2400), (2400, 1200)), ((1500, 6000), (600, 2400)), ((10, 10), (10, 10))],
)  # fmt: skip
def test_the_longer_side_is_at_most_2400(size, kept_size):
    with Image.open(io.BytesIO(prepared(picture(size=size)).data)) as kept:
        assert kept.size == pytest.approx(kept_size, abs=1)


def test_a_picture_stands_upright_and_tells_nothing_but_itself():
    made = prepared(camera_picture())
    assert b"SECRET" not in made.data
    with Image.open(io.BytesIO(made.data)) as kept:
        assert kept.size == (200, 400)
        assert not kept.getexif()
        assert kept.getpixel((100, 50)) == pytest.approx((0, 0, 0), abs=6)
        assert kept.getpixel((100, 350)) == pytest.approx((255, 255, 255), abs=6)


def test_even_noise_ends_below_5_mb():
    noise = Image.effect_noise((2400, 2400), 120).convert("RGB")
    written = io.BytesIO()
    noise.save(written, "PNG")
    assert len(prepared(written.getvalue()).data) <= MOST_KEPT


def test_a_pdf_is_kept_as_it_is():
    made = prepared(PDF)
    assert (made.media_type, made.data) == ("application/pdf", PDF)


def test_a_pdf_of_just_5_mb_is_taken_and_one_byte_more_is_not():
    padding = MOST_KEPT - len(PDF)
    whole = PDF[:9] + b"%" + b"x" * (padding - 2) + b"\n" + PDF[9:]
    assert len(prepared(whole).data) == MOST_KEPT
    with pytest.raises(UserError, match="5 MB"):
        prepared(whole[:9] + b"%\n" + whole[9:])


# ---- what is refused


HOSTILE = {
    "nothing": (b"", "空的"),
    "a text called jpg": (b"hello, I am no picture", "不是认得的图片"),
    "a program": (b"MZ" + b"\0" * 500, "不是认得的图片"),
    "a picture of another kind": (picture("GIF", mode="P", colour=1), "不是认得的图片"),
    "an svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "不是认得的图片"),
    "heic": (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 200, "HEIC"),
    "a head without a body": (picture()[:200], ""),
    "a picture cut in the middle": (picture(size=(900, 900), colour="blue")[:3000], "已损坏"),
    "a png cut in the middle": (picture("PNG", size=(300, 300))[:120], "已损坏"),
    "a bomb": (bomb(), "像素太多"),
    "several pages": (many_pages(), "好几页"),
    "a cut pdf": (PDF[:-8], "不完整"),
    "too much": (b"\xff\xd8" + b"\0" * MOST_READ, "最多能处理 60 MB"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_file_is_refused_in_a_sentence_and_leaves_nothing(clinic_desk, attachments, person, what):
    data, words = HOSTILE[what]
    with pytest.raises(UserError) as refused:
        attachments.add(person, data, "化验单")
    assert words in str(refused.value)
    assert "没有存入任何东西" in str(refused.value)
    assert attachments.of_resident(person, with_void=True) == ()
    with clinic_desk.sessions.reading() as session:
        assert session.scalars(select(Revision).where(Revision.entity == "attachment")).all() == []


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
@pytest.mark.parametrize("flipped", range(0, 600, 7))
def test_a_picture_with_one_damaged_byte_is_taken_or_refused_but_never_a_fault(flipped):
    data = bytearray(picture("TIFF" if flipped % 2 else "PNG", size=(24, 24)))
    data[flipped % len(data)] ^= 0xFF
    said = ""
    try:
        made = prepared(bytes(data)).data
    except CunyiError as refused:
        said, made = str(refused), b""
    assert made.startswith(b"\xff\xd8") != ("没有存入任何东西" in said)


def test_a_file_of_100_mb_is_not_even_read(attachments, person, tmp_path):
    large = tmp_path / "large.jpg"
    with large.open("wb") as written:
        written.truncate(100 * 1024 * 1024)
    with pytest.raises(UserError, match="60 MB"):
        attachments.add(person, large)


def test_a_file_that_is_gone_or_a_folder_is_refused(attachments, person, tmp_path):
    with pytest.raises(UserError, match=r"没有找到文件“slip\.jpg”"):
        attachments.add(person, tmp_path / "slip.jpg")
    with pytest.raises(UserError, match="没有找到文件"):
        attachments.add(person, tmp_path)


def test_the_ending_of_a_name_does_not_matter(attachments, person, tmp_path):
    file = tmp_path / "化验单.txt"
    file.write_bytes(picture("PNG"))
    added = attachments.add(person, file)
    assert (added.title, added.media_type, added.file_name) == ("化验单", "image/jpeg", "化验单.jpg")


# ---- keeping


def test_an_attachment_is_kept_with_who_and_when_and_shows_in_the_record(clinic_desk, attachments, person):
    data = picture(colour="green")
    added = attachments.add(person, data, "  血常规化验单 ")
    assert (added.title, added.author, added.state, added.revision) == ("血常规化验单", "王明", "kept", 1)
    assert attachments.of_resident(person) == (added,)
    assert attachments.get(added.id) == added
    with Image.open(io.BytesIO(attachments.content(added.id))) as kept:
        assert kept.size == (80, 60)
    (row,) = [row for row in RecordFolder(clinic_desk).timeline(person) if row.kind == "attachment"]
    assert (row.attachment_id, str(row.text), row.author) == (added.id, "血常规化验单", "王明")
    with clinic_desk.sessions.reading() as session:
        (revision,) = session.scalars(select(Revision).where(Revision.entity == "attachment"))
        assert revision.after["size"] == added.size
        assert "content" not in revision.after


def test_an_attachment_may_belong_to_a_sheet_of_the_same_resident_only(clinic_desk, attachments, person):
    other = register(clinic_desk, "赵二", "1961-05-17", 1, phone="13912340002").id
    with clinic_desk.sessions.reading() as session:
        sheets = {row.resident_id: row.id for row in session.scalars(select(FormEntry)) if row.form_code == "personal_info"}
    added = attachments.add(person, picture(), "化验单", form_entry_id=sheets[person])
    assert attachments.of_form(person, sheets[person]) == (added,)
    contents = RecordFolder(clinic_desk).contents(person)
    assert {sheet.entry_id: sheet.attachments for kind in contents.kinds for sheet in kind.sheets}[sheets[person]] == 1
    for wrong in (sheets[other], "nothing"):
        with pytest.raises(UserError, match="没有找到要附上的那张表"):
            attachments.add(person, picture(), "化验单", form_entry_id=wrong)
    assert attachments.of_resident(person) == (added,)


def test_nobody_gets_an_attachment_of_nobody(attachments):
    with pytest.raises(UserError, match="没有找到这位居民"):
        attachments.add("nobody", picture())
    for ask in (attachments.get, attachments.content):
        with pytest.raises(UserError, match="没有找到这份附件"):
            ask("nothing")
    with pytest.raises(UserError, match="没有找到这份附件"):
        attachments.void("nothing", "错")


def test_a_wrong_attachment_becomes_void_with_a_reason_and_is_kept(clinic_desk, attachments, person):
    added = attachments.add(person, picture(), "别人的化验单")
    with pytest.raises(Refused, match="原因"):
        attachments.void(added.id, "  ")
    void = attachments.void(added.id, "传错了人")
    assert (void.state, void.revision) == ("void", 2)
    assert attachments.of_resident(person) == ()
    assert attachments.of_resident(person, with_void=True) == (void,)
    assert attachments.content(added.id)
    with pytest.raises(UserError, match="已经作废"):
        attachments.void(added.id, "再一次")
    folder = RecordFolder(clinic_desk)
    assert [row.kind for row in folder.timeline(person)].count("attachment") == 0
    assert [row.state for row in folder.timeline(person, with_void=True) if row.kind == "attachment"] == ["void"]


def test_why_an_attachment_is_void_stands_among_the_corrections(clinic_desk, attachments, person):
    attachments.add(person, picture(), "化验单")
    wrong = attachments.add(person, picture(), "别人的化验单")
    attachments.void(wrong.id, "传错了人")
    (row,) = [row for row in Residents(clinic_desk).history(person) if not row.is_first]
    assert (row.reason, row.titles) == ("传错了人", ("附件：别人的化验单",))
    assert [(change.label, change.before, change.after) for change in row.changes] == [("状态", "有效", "作废")]


def test_a_long_title_is_cut_and_a_file_name_holds_nothing_that_a_disk_refuses(attachments, person):
    assert len(attachments.add(person, picture(), "长" * 150).title) == 100
    assert attachments.add(person, picture(), "心/电:图*?").file_name == "心 电 图.jpg"
    assert attachments.add(person, PDF, "...").file_name == "attachment.pdf"


def test_no_byte_of_an_attachment_lies_in_the_folder_in_the_clear(clinic_desk, attachments, person):
    added = attachments.add(person, PDF + b"% the resident has a secret\n%%EOF", "SECRETTITLE")
    data = attachments.content(added.id)
    files = [file for file in clinic_desk.folder.rglob("*") if file.is_file()]
    assert files
    for file in files:
        written = file.read_bytes()
        for clear in (data, b"the resident has a secret", b"%PDF-1.4", b"SECRETTITLE"):
            assert clear not in written, file.name


def test_saving_out_writes_the_file_and_is_noted(clinic_desk, attachments, person, tmp_path):
    added = attachments.add(person, PDF, "出院小结")
    attachments.save_out(added.id, tmp_path / "out.pdf")
    assert (tmp_path / "out.pdf").read_bytes() == PDF
    with clinic_desk.sessions.reading() as session:
        noted = session.scalars(select(AuditEntry).where(AuditEntry.action == "attachment.save_out")).one()
        assert noted.entity_id == added.id
    with pytest.raises(EnvironmentFailure):
        attachments.save_out(added.id, tmp_path / "no folder" / "out.pdf")


def test_an_altered_attachment_is_found_by_the_check(clinic_desk, attachments, person):
    added = attachments.add(person, PDF, "化验单")
    assert all(result.is_whole for result in Integrity(clinic_desk).check())
    with clinic_desk.sessions.writing() as session:
        session.execute(update(Attachment).where(Attachment.id == added.id).values(content=PDF.replace(b"1.4", b"1.5")))
    (broken,) = [result for result in Integrity(clinic_desk).check() if not result.is_whole]
    assert str(broken.name) == "附件的内容"
    assert "1 份附件" in str(broken.findings[0])


@pytest.mark.parametrize(("size", "words"), [(1, "1 KB"), (1024 * 300, "300 KB"), (1024 * 1024, "1.0 MB"), (1_500_000, "1.4 MB")])
def test_the_size_is_said_as_people_say_it(clinic_desk, attachments, person, size, words):
    added = attachments.add(person, PDF, "化验单")
    with clinic_desk.sessions.writing() as session:
        session.execute(update(Attachment).values(size=size))
    assert attachments.get(added.id).size_text == words
