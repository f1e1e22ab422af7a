"""Check lines: the claims of a notebook, each with its measured value and its bound."""

from ..checks import rounded


class Checks:
    """The Check lines of one notebook: each a claim, a measured value, and its bound.

    >>> check = Checks()
    >>> check("PCA's error, per pixel", 0.02423, below=0.03, fact=4, source="REFERENCE")
    ok    PCA's error, per pixel: 0.0242, below 0.03  [fact 4; REFERENCE]
    """

    def __init__(self):
        self.lines = []

    def __call__(
        self, claim, value, *, above=None, below=None, digits=3, fact=None, source=None
    ):
        """Print a line, with the number of its `fact` and a `source` to read, and remember it.

        digits : how many significant ones of the value are printed; two where the third is not
        the same on every machine. AssertionError unless `value` is within its bounds.
        """
        if above is None and below is None:
            raise ValueError(
                f"the check {claim!r} has no bound, so it cannot fail: "
                "give above=..., below=... or both"
            )
        value = float(value)
        bounds = " and ".join(
            f"{word} {bound:g}"
            for word, bound in (("above", above), ("below", below))
            if bound is not None
        )
        holds = (above is None or value > above) and (below is None or value < below)
        if not holds:
            raise AssertionError(f"{claim}: measured {value!r}, which is not {bounds}")
        # A value that is only rounding error has no digit that two machines share.
        tiny = below is not None and 0 < below <= 1e-6
        shown = "rounding error" if tiny else rounded(value, digits)
        notes = "; ".join(
            note for note in (f"fact {fact}" if fact else "", source or "") if note
        )
        line = f"ok    {claim}: {shown}, {bounds}" + (f"  [{notes}]" if notes else "")
        self.lines.append(line)
        print(line)

    def summary(self):
        """Print all lines again: what this notebook measured."""
        print(f"{len(self.lines)} claims measured, all within their bounds")
        print("\n".join(self.lines))
