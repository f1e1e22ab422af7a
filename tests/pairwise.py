"""Test cases in which every pair of values occurs, fewer than the full product has."""

from itertools import combinations, product


def pairwise(*axes):
    """Some of the cases in product(*axes), in which every pair of values occurs together.

    They suffice where an error needs at most two of the choices together.
    """
    cases, chosen = list(product(*axes)), []

    def pairs(case):
        return set(combinations(enumerate(case), 2))

    missing = set().union(*map(pairs, cases))
    while missing:
        chosen.append(max(cases, key=lambda case: len(missing & pairs(case))))
        missing -= pairs(chosen[-1])
    return chosen
