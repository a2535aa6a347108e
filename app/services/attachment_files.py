"""What may be attached, and as what it is kept: pictures become plain JPEG, PDFs stay as they are.

A picture is opened by what it holds, never by the ending of its name, turned upright as the camera says, made smaller
and written anew from its pixels alone, so that no place, camera or comment (EXIF, XMP) goes with it. Everything that
cannot be read whole is refused in a sentence; nothing is kept of it.
"""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageOps

from app.domain.message import Message, msg
from app.errors import EnvironmentFailure, UserError
from app.services.attachment_views import JPEG, PDF

MOST_KEPT = 5 * 1024 * 1024
"""Bytes of one attachment."""
MOST_READ = 60 * 1024 * 1024
"""Bytes of a file that is looked at: above what cameras of telephones write, below what would fill the memory."""
MOST_PIXELS = 89_000_000
"""Above this a picture is refused before it is unpacked: a few kilobytes can unpack to gigabytes."""
LONGER_SIDE = 2400
"""Pixels; a slip of paper photographed whole stays readable."""

FORMATS = ("JPEG", "PNG", "BMP", "TIFF", "WEBP")
_QUALITIES = (85, 75, 65, 55)
_SMALLER = 0.8
_PDF_HEAD, _PDF_FOOT, _PDF_LOOKS = b"%PDF-", b"%%EOF", 1024
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    EOFError,
    MemoryError,
    struct.error,
    zlib.error,
)
"""What Pillow raises for damaged pictures of the various formats."""

_SAFE = msg("没有存入任何东西，档案没有变。")


@dataclass(frozen=True)
class Prepared:
    """An attachment as it is kept."""

    media_type: str
    data: bytes

    @property
    def sha256(self) -> str:
        """The sum by which a later check knows it again."""
        return hashlib.sha256(self.data).hexdigest()


def read_file(path: Path) -> bytes:
    """The bytes of a file. Raises UserError for one that is not there, empty or too large, EnvironmentFailure else."""
    try:
        if not path.is_file():
            raise _refused(msg("没有找到文件“{name}”，可能已移走，或者它是一个文件夹。请重新选择。", name=path.name))
        if path.stat().st_size > MOST_READ:
            raise _too_large_to_read()
        return path.read_bytes()
    except OSError as error:
        sentence = msg("读不了文件“{name}”。请检查U盘是否插好，或换一个文件再试。", name=path.name)
        raise EnvironmentFailure(msg("{happened}{safe}", happened=sentence, safe=_SAFE), str(error)) from error


def prepared(data: bytes) -> Prepared:
    """`data` as it is kept, at most MOST_KEPT bytes. Raises UserError with what is wrong."""
    if not data:
        raise _refused(msg("这个文件是空的（0 字节）。请重新拍照或扫描。"))
    if len(data) > MOST_READ:
        raise _too_large_to_read()
    if _PDF_HEAD in data[:_PDF_LOOKS]:
        return Prepared(PDF, _whole_pdf(data))
    return Prepared(JPEG, _jpeg(_upright(data)))


def _whole_pdf(data: bytes) -> bytes:
    if _PDF_FOOT not in data[-_PDF_LOOKS:]:
        raise _refused(msg("这份 PDF 不完整，可能没有传完。请重新取得这份文件。"))
    if len(data) > MOST_KEPT:
        size = f"{len(data) / 1024 / 1024:.1f}"
        raise _refused(
            msg("这份 PDF 有 {size} MB，最多 5 MB。请只留需要的几页，或改成拍照。", size=size)
        )
    return data


def _upright(data: bytes) -> Image.Image:
    """The picture as it is looked at, scaled, in grey or in colours, without anything but its pixels."""
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                raise _too_many_pixels()
            if opened.format == "TIFF" and getattr(opened, "n_frames", 1) > 1:
                raise _refused(msg("这个 TIFF 文件有好几页，只能放一页的图片。请存成 PDF 再添加。"))
            # Before anything else unpacks it: a JPEG is then unpacked at a fraction of its size.
            opened.thumbnail((LONGER_SIDE, LONGER_SIDE), Image.Resampling.LANCZOS, reducing_gap=2.0)
            opened.load()
            return _plain(ImageOps.exif_transpose(opened) or opened)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _too_many_pixels() from error
    except Image.UnidentifiedImageError as error:
        kinds = "JPEG、PNG、BMP、TIFF、WebP、PDF"
        raise _refused(
            msg("这个文件不是认得的图片，也不是 PDF。可以添加：{kinds}。手机上的 HEIC 照片请先存成 JPEG。", kinds=kinds)
        ) from error
    except UserError:
        raise
    except _BROKEN as error:
        raise _refused(msg("这张图片已损坏或没有传完，打不开。请重新拍照或重新传一次。")) from error


def _plain(image: Image.Image) -> Image.Image:
    """The pixels on white paper, grey or in colours, in a new picture that carries nothing else."""
    if image.mode.startswith("I;16"):
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode in ("1", "L"):
        image = image.convert("L")
    elif image.has_transparency_data:
        image = image.convert("RGBA")
    else:
        image = image.convert("RGB")
    paper = Image.new("L" if image.mode == "L" else "RGB", image.size, "white")
    paper.paste(image, mask=image if image.mode == "RGBA" else None)
    return paper


def _jpeg(image: Image.Image) -> bytes:
    """The picture as JPEG of at most MOST_KEPT bytes: coarser first, then smaller."""
    while True:
        for quality in _QUALITIES:
            written = io.BytesIO()
            image.save(written, "JPEG", quality=quality, optimize=True)
            if written.tell() <= MOST_KEPT:
                return written.getvalue()
        width, height = image.size
        smaller = (max(1, int(width * _SMALLER)), max(1, int(height * _SMALLER)))
        image = image.resize(smaller, Image.Resampling.LANCZOS)


def _refused(happened: Message) -> UserError:
    return UserError(msg("{happened}{safe}", happened=happened, safe=_SAFE))


def _too_large_to_read() -> UserError:
    most = MOST_READ // 1024 // 1024
    return _refused(msg("文件太大，最多能处理 {most} MB。请用普通清晰度重拍，或只扫描需要的一页。", most=most))


def _too_many_pixels() -> UserError:
    return _refused(msg("这张图片的像素太多，电脑打不开。请用普通清晰度重拍。"))
