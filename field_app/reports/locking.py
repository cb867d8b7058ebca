"""Locks a file under a password: PDF 2.0 with AES-256 (ISO 32000-2, R6), the rest as an AES zip.

The zip is WinZip's AE-2 with AES-256, which 7-Zip, WinZip and macOS's Archive programs open. The
libraries are loaded with the first file that is taken out: every start would wait for them.
"""

import io

PDF_WAY = "AES-256"


def locked_pdf(data: bytes, password: str) -> bytes:
    """Return a PDF that only the password opens."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    writer.encrypt(password, algorithm=PDF_WAY)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def locked_zip(data: bytes, name: str, password: str) -> bytes:
    """Return a zip with one file of this name, which only the password opens."""
    import pyzipper

    out = io.BytesIO()
    with pyzipper.AESZipFile(
        out, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
    ) as archive:
        archive.setpassword(password.encode())
        archive.setencryption(pyzipper.WZ_AES, nbits=256)
        archive.writestr(name, data)
    return out.getvalue()
