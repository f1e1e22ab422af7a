"""Answers to the exercises of notebook 04: right ones in other forms, and wrong ones."""

ADVOCATE = """
def advocate(ours, theirs, n=10):
    return {}
"""
HEAPS = """
low, high = np.sort(z)[[{split}, {split} + 1]]
x, y = [-1, low, high, 1], {values}
def apart(z):
    return {apart}
def together(v):
    return {together}
changed = {changed}
"""
NOISE = """
half = X[::2]
net = recipes.spiral_unroller(random_state=0).set_params(epochs=600)
quiet = []
for _ in net.fit_steps(half):
    quiet.append({quiet})
recorded = net.history_["loss"]
noise_share = {share}
silent = {silent}
"""
FOLDED = """
a = (z - z.min()) / np.ptp(z)
back = np.arange(500) % 2 == {back}
folded = {folded}
def unfold(v):
    v = np.asarray(v)
    return {unfold}
"""


def heaps(
    split="250",
    values="[-1, -0.5, 0.5, 1]",
    apart="np.interp(z, x, y)",
    together="np.interp(v, y, x)",
    changed="('Data by code', 'Codes')",
):
    return HEAPS.format(
        split=split, values=values, apart=apart, together=together, changed=changed
    )


def noise(
    quiet="net.loss_and_grad(net.theta_, half)[0]",
    share="1 - np.divide(quiet[:-1], recorded[1:])",
    silent="0.4",
):
    return NOISE.format(quiet=quiet, share=share, silent=silent)


def folded(
    back="0", folded="np.where(back, 2 - a, a)", unfold="z.min() + np.ptp(z) * (1 - abs(1 - v))"
):
    return FOLDED.format(back=back, folded=folded, unfold=unfold)


ANSWERS = {
    1: {
        "right": [
            "in_grey = ('YlGnBu', 'Greys', 'cividis')",
            "in_grey = {'cividis', 'Greys', 'YlGnBu'}",
            "in_grey = np.array(['Greys', 'YlGnBu', 'cividis'])",
        ],
        "wrong": [
            ("in_grey = ['cividis', 'YlGnBu']", "the lightness of Greys runs one way"),
            ("in_grey = ['cividis', 'Greys', 'YlGnBu', 'terrain']", "of terrain turns round"),
            ("in_grey = []", "the lightness of cividis runs one way"),
            ("in_grey = ['viridis', 'Greys']", "has a name that is not among"),
            ("in_grey = 'Greys'", "not a list of names"),
            ("in_grey = ['cividis', 'Greys', 'YlGnBu', 'coolwarm']", "of coolwarm turns round"),
        ],
    },
    2: {
        "right": [
            ADVOCATE.format("np.argsort(theirs - ours)[:n]"),
            ADVOCATE.format("sorted(range(len(ours)), key=lambda i: theirs[i] - ours[i])[:n]"),
            ADVOCATE.format("np.argpartition(theirs - ours, n)[:n].astype(float).tolist()"),
        ],
        "wrong": [
            (ADVOCATE.format("np.argsort(ours)[-n:]"), "these are the net's ten worst"),
            (ADVOCATE.format("np.argsort(theirs)[:n]"), "is not the answer"),
            (ADVOCATE.format("np.argsort(ours - theirs)[:n]"), "is not the answer"),
            (ADVOCATE.format("np.argsort(ours / theirs)[-n:]"), "is not the answer"),
            (ADVOCATE.format("np.sort(ours - theirs)[-n:]"), "are not numbers of digits"),
            (ADVOCATE.format("np.argsort(ours - theirs)[-n - 1:]"), "has the shape (11,)"),
            (ADVOCATE.format("[0] * n"), "has the same digit twice"),
            (ADVOCATE.format("np.argsort(ours - theirs)[-10:]"), "hidden"),
        ],
    },
    3: {
        "right": [
            heaps(),
            heaps(split="200", changed="['codes', 'data by code']"),
            heaps(values="[0, 1, 5, 6]"),
        ],
        "wrong": [
            (heaps(apart="3 * z", together="v / 3"), "the widest gap is"),
            (heaps(split="20"), "with 21 samples below"),
            (heaps(together="v"), "together does not undo apart"),
            (
                heaps(apart="np.where(z < 0, z - 1, z)", together="np.where(v < 0, v + 1, v)"),
                "does not climb all over",
            ),
            (heaps(values="[1, 0.5, -0.5, -1]", together="v"), "does not climb everywhere"),
            (heaps(changed="'Codes'"), "not a list of names"),
            (heaps(changed="['Codes']"), "is not the answer"),
            (
                heaps(changed="['Codes', 'Data by code', 'What the decoder draws']"),
                "is not the answer",
            ),
        ],
    },
    4: {
        "right": [
            noise(),
            noise(
                share="[(r - q) / r for q, r in zip(quiet, recorded[1:])]",
                silent="np.float32(0.4)",
            ),
            noise(
                quiet="float(net.loss_and_grad(net.theta_.copy(), half)[0])", silent="[0.41]"
            ),
        ],
        "wrong": [
            (noise(share="1 - np.divide(quiet, recorded)[1:]"), "its share is not 0"),
            (
                noise(share="np.divide(recorded[1:], quiet[:-1]) - 1"),
                "which part of which loss",
            ),
            (noise(share="recorded[1:] - quiet[:-1]"), "which part of which loss"),
            (noise(share="np.zeros(599)"), "which part of which loss"),
            (noise(quiet="net.history_['loss'][-1]"), "not what is recorded next"),
            (noise(silent="0.6"), "your share is 0 from 0.40 of the epochs on"),
            (noise(silent="1"), "your share is 0 from"),
            (noise(share="1 - np.divide(quiet, recorded)"), "has the shape (600,)"),
        ],
    },
    5: {
        "right": [
            folded(),
            folded(
                folded="np.where(back, 10 - 5 * a, 5 * a)",
                unfold="z.min() + np.ptp(z) * (1 - abs(1 - v / 5))",
            ),
            folded(unfold="np.interp(v, [0, 1, 2], [z.min(), z.max(), z.min()])"),
        ],
        "wrong": [
            (folded(folded="a"), "the order of the new codes is"),
            (folded(folded="np.zeros(500)"), "all codes in `folded` are the same"),
            (
                folded(
                    folded="np.where(back, 2 + a, a)",
                    unfold="z.min() + np.ptp(z) * np.where(v > 1, v - 2, v)",
                ),
                "the longest step between",
            ),
            (folded(unfold="v"), "not each point keeps its reconstruction"),
            (folded(folded="np.where(a > 0.5, 2 - a, a)"), "the longest step between"),
            (folded(folded="back"), "not made of numbers"),
        ],
    },
}
