"""Write docs/spiral.png, the figure of README.md: a picture that notebook 00 stores.

It is that of the cell with the tag "readme".
"""

import base64
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.notebooks import NOTEBOOKS, ROOT, read

FIGURE = ROOT / "docs" / "spiral.png"


def tagged_picture(path):
    """Return the stored picture of the cell with the tag "readme", as bytes of a PNG."""
    (cell,) = [c for c in read(path).cells if "readme" in c.metadata.get("tags", [])]
    (output,) = cell.outputs
    return base64.b64decode(output.data["image/png"])


if __name__ == "__main__":
    FIGURE.write_bytes(tagged_picture(NOTEBOOKS / "00_start_here.ipynb"))
