"""Write docs/spiral.png, the figure of README.md: the first picture that notebook 00 stores."""

import base64
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tools.notebooks import NOTEBOOKS, ROOT, read

FIGURE = ROOT / "docs" / "spiral.png"


def first_picture(path):
    """The first PNG among the stored outputs of the notebook at path, as bytes."""
    outputs = (output for cell in read(path).cells for output in cell.get("outputs", ()))
    bundles = (output.get("data", {}) for output in outputs)
    return base64.b64decode(next(data["image/png"] for data in bundles if "image/png" in data))


if __name__ == "__main__":
    FIGURE.write_bytes(first_picture(NOTEBOOKS / "00_start_here.ipynb"))
