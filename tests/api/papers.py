"""Reads PDFs with other people's programs: poppler's text and picture, zbar's codes."""

import re
import subprocess
import unicodedata


def text_of(pdf):
    """The words of all pages, with usual spaces for unbreakable ones."""
    done = subprocess.run(["pdftotext", "-q", "-layout", "-", "-"], input=pdf, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    text = unicodedata.normalize("NFC", done.stdout.decode())
    return re.sub("[\u00a0\u202f]", " ", text)


def pages_of(pdf, folder):
    """The pages as grey pictures, as a printer of 150 dots an inch would put them on paper."""
    (folder / "paper.pdf").write_bytes(pdf)
    done = subprocess.run(["pdftoppm", "-q", "-gray", "-r", "150", str(folder / "paper.pdf"), str(folder / "page")],
                          capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return sorted(folder.glob("page-*.pgm"))


def codes_of(pdf, folder):
    """What a scanner reads on each page."""
    found = []
    for page in pages_of(pdf, folder):
        done = subprocess.run(["zbarimg", "--quiet", "--raw", "--nodbus", str(page)], capture_output=True, text=True,
                              timeout=60)
        found.append(set(done.stdout.split()))
        page.unlink()
    return found


def is_pdf(answer, name=None):
    assert answer.status == 200, answer
    assert answer.headers["Content-Type"] == "application/pdf", answer.headers
    assert answer.headers["Cache-Control"] == "no-store", answer.headers
    assert answer.headers["Content-Disposition"].startswith("inline; filename="), answer.headers
    if name:
        assert name in answer.headers["Content-Disposition"], answer.headers
    assert answer.body.startswith(b"%PDF-"), answer.body[:20]
    return answer.body
