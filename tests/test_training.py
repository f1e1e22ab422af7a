"""An ensemble of M models trains as they do one by one, and PyTorch gets the same results."""

from functools import partial

import numpy as np
import pytest

from aehelpers import Autoencoder
from aehelpers.checks import check_gradient
from aehelpers.layers import Chain, Dense, GaussianNoise, Identity, Sigmoid, Tanh
from aehelpers.losses import bernoulli_of_logit, sparsity_kl, squared_error
from aehelpers.optimizers import OPTIMIZERS, SCHEDULES, SGD, Adam
from aehelpers.training import Generators, Objective, loss_and_grad, minibatches, train

RATES = {"sgd": [0.1, 0.3, 0.7], "momentum": [0.03, 0.1, 0.2], "adam": [0.003, 0.01, 0.05]}


def network(noise=0.2):
    return Chain(Dense(4, 5), Tanh(), Dense(5, 2), GaussianNoise(noise), Dense(2, 4), Sigmoid())


def follow(net, loss=squared_error):
    """An objective that stays the same during the training."""
    return lambda progress: partial(loss_and_grad, net, loss)


def run(net, theta, X, optimizer, rng, batch_size=7, epochs=5, schedule="cosine"):
    """Train a copy of theta; return it and the losses (epochs, ...)."""
    theta = theta.copy()
    losses = list(
        train(follow(net), theta, X, optimizer, epochs, batch_size, rng, SCHEDULES[schedule])
    )
    return theta, np.array(losses)


@pytest.mark.parametrize("axes", [(), (3,)], ids=str)
def test_an_objective_returns_loss_and_grad_wherever_theta_moves(axes, rng):
    net, x = network(), rng.random((20, 4))
    objective, theta = Objective(net, squared_error), rng.standard_normal((*axes, net.size))
    other = rng.standard_normal(theta.shape)
    for moves in range(4):
        now = other if moves == 2 else theta  # another array, then the first again
        plain = loss_and_grad(net, squared_error, now, x, np.random.default_rng(moves))
        for fast, expected in zip(
            objective(now, x, np.random.default_rng(moves)), plain, strict=True
        ):
            np.testing.assert_array_equal(fast, expected)
        theta += 0.1 * rng.standard_normal(theta.shape)


@pytest.mark.parametrize("own_data", [False, True])
@pytest.mark.parametrize("batch_size", [7, None])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_ensemble_trains_as_its_models_do_alone(name, batch_size, own_data, rng):
    net, rates = network(), np.array(RATES[name])
    X = rng.random((3, 20, 4)) if own_data else rng.random((20, 4))
    theta = np.stack([net.init(np.random.default_rng(seed)) for seed in range(3)])
    together, losses = run(
        net,
        theta,
        X,
        OPTIMIZERS[name](rates[:, None]),
        Generators(np.random.default_rng(seed) for seed in (5, 6, 7)),
        batch_size,
    )
    for m in range(3):
        alone, loss = run(
            net,
            theta[m],
            X[m] if own_data else X,
            OPTIMIZERS[name](rates[m]),
            np.random.default_rng(5 + m),
            batch_size,
        )
        np.testing.assert_allclose(together[m], alone, rtol=0, atol=1e-10)
        np.testing.assert_allclose(losses[:, m], loss, rtol=0, atol=1e-10)
        assert abs(alone - theta[m]).max() > 1e-3  # the training changed theta


@pytest.mark.parametrize("batch_size", [1, 3, 7, 20, 50])
def test_minibatches_contain_every_sample_once(batch_size, rng):
    X = np.arange(20.0)[:, None]
    pieces = list(minibatches(X, batch_size, rng))
    assert [len(piece) for piece in pieces[:-1]] == [batch_size] * ((20 - 1) // batch_size)
    everything = np.concatenate(pieces)
    np.testing.assert_array_equal(np.sort(everything, axis=0), X)
    assert (everything != X).any()


def test_the_full_batch_keeps_its_order_and_draws_nothing():
    X = np.arange(20.0)[:, None]
    (piece,) = minibatches(X, None, rng=None)
    assert piece is X


def test_models_with_their_own_data_can_share_an_order(rng):
    X, order = rng.random((3, 20, 4)), np.random.default_rng(0).permutation(20)
    pieces = list(minibatches(X, 7, np.random.default_rng(0)))
    np.testing.assert_array_equal(np.concatenate(pieces, axis=1), X[:, order])


def test_the_loss_of_an_epoch_is_the_mean_before_each_step(rng):
    net, X = network(noise=0), rng.random((10, 4))
    theta = net.init(rng)
    _, losses = run(net, theta, X, SGD(0.1), np.random.default_rng(0), 4, 1, "constant")
    order, expected = np.random.default_rng(0).permutation(10), 0
    for piece in (order[:4], order[4:8], order[8:]):
        loss, grad = loss_and_grad(net, squared_error, theta, X[piece])
        expected += loss * len(piece) / 10
        theta = theta - 0.1 * grad
    assert losses == pytest.approx([expected], rel=1e-14)


def test_objective_and_schedule_are_given_the_progress_of_the_run():
    told = []
    net, X = network(noise=0), np.ones((4, 4))

    def objective(progress):
        told.append(progress)
        return partial(loss_and_grad, net, squared_error)

    theta = net.init(np.random.default_rng(0))
    schedule = lambda progress: told.append(progress) or 1.0  # noqa: E731
    assert len(list(train(objective, theta, X, SGD(0.1), 4, schedule=schedule))) == 4
    assert told == [0, 0, 0.25, 0.25, 0.5, 0.5, 0.75, 0.75]


def test_one_model_that_diverges_raises_and_keeps_its_last_finite_theta(rng):
    net, X = Chain(Dense(4, 2), Dense(2, 4)), rng.random((10, 4))
    theta, history = net.init(rng), []
    with pytest.raises(FloatingPointError, match=r"diverged at epoch \d+.*below 1000") as error:
        for _ in train(follow(net), theta, X, SGD(1000.0), 50):
            history.append(theta.copy())
    assert history
    assert f"at epoch {len(history) + 1}:" in str(error.value)
    np.testing.assert_array_equal(theta, history[-1])
    assert np.isfinite(theta).all()


def test_a_run_that_explodes_to_finite_numbers_has_diverged(rng):
    """Pixels 0 to 255 kill all ReLUs at a rate of 0.01: what is left is finite and wrong."""
    X = rng.integers(0, 256, (500, 64)).astype("uint8")
    net = Autoencoder(8, (32,), "relu", optimizer="sgd", learning_rate=0.01, random_state=0)
    message = (
        "diverged at epoch 1: .* below 0.01, or inputs on a smaller scale.* as large as 255"
    )
    with pytest.raises(FloatingPointError, match=message):
        net.fit(X)
    assert np.abs(net.theta_).max() < 3  # still the weights that were drawn
    assert np.isfinite(net.score(X)) and net.score(X) > -(255**2)
    fine = net.set_params(epochs=3).fit(X / 255).history_["loss"]
    assert fine[-1] < fine[0]


@pytest.mark.parametrize("scale", [1e-9, 1.0, 1e9])
def test_bounds_do_not_stop_a_run_that_learns(scale, rng):
    """A bias has to become as large as the data, and Adam takes small data up to its rate."""
    net, X = Chain(Dense(1, 1)), scale * (1 + rng.random((50, 1)))
    for optimizer in (SGD(0.1 / scale**2 if scale > 1 else 0.1), Adam(0.1)):
        theta, losses = run(net, net.init(rng), X, optimizer, None, None, 50)
        assert np.isfinite(losses).all()


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_the_other_models_of_an_ensemble_train_on_after_one_diverges(schedule, rng):
    net, X = Chain(Dense(4, 2), Dense(2, 4)), rng.random((10, 4))
    start = net.init(rng)
    rates = np.array([0.1, 1000.0, 0.05])
    both, losses = run(
        net, np.stack([start] * 3), X, SGD(rates[:, None]), None, None, 60, schedule
    )
    assert np.isfinite(both).all()
    first = np.isinf(losses[:, 1]).argmax()
    assert 0 < first < 30 and np.isinf(losses[first:, 1]).all()  # its loss stays inf
    for m in (0, 2):
        alone, loss = run(net, start, X, SGD(rates[m]), None, None, 60, schedule)
        np.testing.assert_allclose(both[m], alone, rtol=0, atol=1e-10)
        np.testing.assert_allclose(losses[:, m], loss, rtol=0, atol=1e-10)


def test_a_diverged_model_keeps_its_theta():
    """Its loss is inf from then on, even if a later step would make it finite again."""
    theta, went = np.array([[1.0], [1.0]]), []

    def objective(progress):
        return lambda theta, x, rng: (
            np.where((theta[:, 0] > 10) & (progress < 0.5), np.inf, theta[:, 0] ** 2),
            np.where(theta > 10, 0, 1.0),
        )

    for loss in train(objective, theta, np.ones((1, 1)), SGD(np.array([[0.1], [-20.0]])), 8):
        went.append((theta[1, 0], loss[1]))
    thetas, losses = np.array(went).T
    assert losses[0] == 1 and np.isinf(losses[1:]).all()
    assert (thetas[1:] == thetas[0]).all()


def test_generators_draw_as_each_does_alone():
    many = Generators([np.random.default_rng(3), np.random.default_rng(4)])
    one, two = np.random.default_rng(3), np.random.default_rng(4)
    for _ in range(2):
        np.testing.assert_array_equal(
            many.standard_normal((2, 5, 3)),
            [one.standard_normal((5, 3)), two.standard_normal((5, 3))],
        )
        np.testing.assert_array_equal(
            many.permutation(6), [one.permutation(6), two.permutation(6)]
        )
        np.testing.assert_array_equal(
            many.random((2, 5, 3)), [one.random((5, 3)), two.random((5, 3))]
        )


@pytest.mark.parametrize("axes", [(), (3,), (2, 3)], ids=str)
def test_weight_decay_is_half_the_squares_of_the_weights(axes, rng):
    net, x = network(), rng.random((20, 4))
    theta, is_weight = rng.standard_normal((*axes, net.size)), rng.random(net.size) < 0.5
    loss, grad = Objective(net, squared_error, 0.3, is_weight)(theta, x)
    plain_loss, plain_grad = loss_and_grad(net, squared_error, theta, x)
    np.testing.assert_allclose(loss - plain_loss, 0.15 * theta**2 @ is_weight, rtol=1e-12)
    np.testing.assert_allclose(grad - plain_grad, 0.3 * is_weight * theta, atol=1e-13)
    check_gradient(lambda theta: Objective(net, squared_error, 0.3)(theta, x), theta)


@pytest.mark.parametrize("decay", [0.0, 0.3])
def test_the_value_of_an_objective_is_its_loss_without_noise(decay, rng):
    net, X = network(), rng.random((20, 4))
    theta = rng.standard_normal((3, net.size))
    objective = Objective(net, squared_error, decay)
    for rows in (1, 7, 20, 1024):
        for x in (X, rng.random((3, 20, 4))):  # shared, and one for each model
            np.testing.assert_allclose(
                objective.value(theta, x, most_rows=rows), objective(theta, x)[0], rtol=1e-13
            )


def test_without_decay_large_weights_cost_nothing(rng):
    """Their squares overflow in float32, and 0 times infinity would be no number."""
    net, X = Chain(Dense(4, 1), Tanh()), np.ones((5, 4), "float32")
    theta = np.full(net.size, 1e25, "float32")
    assert Objective(net, squared_error).value(theta, X) == 0


def test_a_loss_of_the_whole_of_X_is_not_taken_piece_by_piece(rng):
    net, X = Chain(Dense(4, 3), Sigmoid()), rng.random((20, 4))
    theta = net.init(rng)
    loss = lambda y, x: sparsity_kl(y)  # noqa: E731
    whole, _ = loss(net.forward(theta, X)[0], X)
    assert Objective(net, loss).value(theta, X, most_rows=7) == pytest.approx(whole, rel=1e-13)


# ---- PyTorch, the second oracle ------------------------------------------------------------


def torch_losses(torch):
    """Our losses, written with PyTorch: summed over features, averaged over samples."""
    return {
        squared_error: lambda y, x: (
            torch.nn.functional.mse_loss(y, x, reduction="sum") / (2 * len(x))
        ),
        bernoulli_of_logit: lambda y, x: (
            torch.nn.functional.binary_cross_entropy_with_logits(y, x, reduction="sum") / len(x)
        ),
    }


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize(
    "loss, last",
    [(squared_error, Sigmoid), (squared_error, Identity), (bernoulli_of_logit, Identity)],
)
def test_pytorch_gets_the_same_losses_and_weights(name, loss, last, rng, torch):
    """A net 6-8-2-8-6 sees the same minibatches for 30 epochs: the results agree to 1e-9."""
    widths, X = [6, 8, 2, 8, 6], rng.random((50, 6))
    dense = [Dense(n_in, n_out) for n_in, n_out in zip(widths[:-1], widths[1:], strict=True)]
    net = Chain(dense[0], Tanh(), dense[1], Sigmoid(), dense[2], Tanh(), dense[3], last())
    theta = net.init(rng)

    linear = [torch.nn.Linear(layer.n_in, layer.n_out, dtype=torch.float64) for layer in dense]
    with torch.no_grad():
        for layer, part, twin in zip(dense, net.unpack(theta)[::2], linear, strict=True):
            W, b = layer.unpack(part)
            twin.weight[:], twin.bias[:] = torch.tensor(W.T.copy()), torch.tensor(b[0])
    after = torch.nn.Sigmoid() if last is Sigmoid else torch.nn.Identity()
    twin_net = torch.nn.Sequential(
        linear[0], torch.nn.Tanh(), linear[1], torch.nn.Sigmoid(),
        linear[2], torch.nn.Tanh(), linear[3], after,
    )  # fmt: skip
    rate = RATES[name][1]
    twin_optimizer = {
        "sgd": partial(torch.optim.SGD, lr=rate),
        "momentum": partial(torch.optim.SGD, lr=rate, momentum=0.9),
        "adam": partial(torch.optim.Adam, lr=rate),
    }[name](twin_net.parameters())

    ours = list(
        train(
            follow(net, loss),
            theta,
            X,
            OPTIMIZERS[name](rate),
            30,
            16,
            np.random.default_rng(1),
        )
    )
    order, theirs = np.random.default_rng(1), []
    for _ in range(30):
        total = 0.0
        for x in minibatches(X, 16, order):
            x = torch.tensor(x)
            twin_optimizer.zero_grad()
            value = torch_losses(torch)[loss](twin_net(x), x)
            value.backward()
            twin_optimizer.step()
            total += value.item() * len(x) / len(X)
        theirs.append(total)

    assert ours[-1] < 0.95 * ours[0]
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-9)
    for layer, part, twin in zip(dense, net.unpack(theta)[::2], linear, strict=True):
        W, b = layer.unpack(part)
        np.testing.assert_allclose(W, twin.weight.detach().numpy().T, rtol=0, atol=1e-9)
        np.testing.assert_allclose(b[0], twin.bias.detach().numpy(), rtol=0, atol=1e-9)
