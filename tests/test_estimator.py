"""Every class of the family follows the conventions of scikit-learn."""

import copy
import pickle

import numpy as np
import pytest
from family import FAMILY, SEEDS, make, plain
from sklearn import exceptions
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from aehelpers import Autoencoder, ConvolutionalAutoencoder, VariationalAutoencoder
from aehelpers.estimator import NotFittedError, check_width, generator
from aehelpers.metrics import PCA

USES = {
    "transform": {},
    "inverse_transform": {},
    "reconstruct": {},
    "score": {},
    "posterior": {},
    "kl": {},
    "log_likelihood": {"Z": np.zeros((30, 2))},
    "elbo": {},
    "importance_bound": {},
}


# ---- parameters ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", sorted({kind for kind, _ in FAMILY.values()}, key=str))
def test_init_only_stores_its_arguments(kind):
    names = ["image_shape"] if kind is ConvolutionalAutoencoder else []
    names += kind(*names).get_params()
    settings = {name: object() for name in names}  # fit checks them, __init__ does not
    model = kind(**settings)
    assert vars(model) == settings
    assert model.get_params() == settings


def test_the_first_arguments_may_be_positional():
    assert Autoencoder(3, (8,), "relu").get_params() == (
        Autoencoder(latent_dim=3, hidden=(8,), activation="relu").get_params()
    )
    pictures = ConvolutionalAutoencoder((8, 8), (4,), 3)
    assert (pictures.image_shape, pictures.channels, pictures.latent_dim) == ((8, 8), (4,), 3)


def test_params_are_set_and_read_by_name():
    model = Autoencoder(latent_dim=3)
    assert model.set_params(hidden=(8,), epochs=7) is model
    assert (model.get_params()["hidden"], model.epochs, model.latent_dim) == ((8,), 7, 3)
    with pytest.raises(
        ValueError, match="Autoencoder has no parameter 'width'.*It has latent_dim"
    ):
        model.set_params(epochs=9, width=3)
    assert model.epochs == 7  # all or nothing


@pytest.mark.parametrize("kind", [Autoencoder, VariationalAutoencoder, PCA])
def test_a_misspelt_parameter_is_answered_with_the_nearest_one(kind):
    name = "n_component" if kind is PCA else "learning_rat"
    message = f"{kind.__name__} has no parameter '{name}', did you mean '{name}[es]'"
    with pytest.raises(TypeError, match=message):
        kind(**{name: 3})
    with pytest.raises(ValueError, match=message):
        kind(2).set_params(**{name: 3})


def test_repr_shows_the_arguments_that_are_not_the_default():
    assert repr(Autoencoder(3, epochs=7)) == "Autoencoder(latent_dim=3, epochs=7)"
    assert repr(ConvolutionalAutoencoder((8, 8))) == (
        "ConvolutionalAutoencoder(image_shape=(8, 8))"
    )
    assert repr(VariationalAutoencoder(beta=1.0, variance=0.1)) == (
        "VariationalAutoencoder(variance=0.1)"
    )


# ---- pipelines and searches ----------------------------------------------------------------


@pytest.mark.parametrize("member", FAMILY)
def test_clone_is_unfitted_and_equal(member, X):
    model = make(member).fit(X)
    twin = clone(model)
    assert type(twin) is type(model) and twin.get_params() == model.get_params()
    assert not hasattr(twin, "theta_")
    np.testing.assert_array_equal(twin.fit(X).theta_, model.theta_)


@pytest.mark.parametrize("member", FAMILY)
def test_every_member_works_in_a_pipeline_and_a_grid_search(member, X):
    """The scaler clips, because a sample of an unseen fold may lie outside [0, 1]."""
    scaler = MinMaxScaler(clip=True)
    whole = make_pipeline(scaler, make(member))
    codes = whole.fit(X).transform(X)
    assert codes.shape == (30, 2) and whole.inverse_transform(codes).shape == X.shape
    name = type(make(member)).__name__.lower()
    search = GridSearchCV(whole, {f"{name}__latent_dim": [1, 3]}, cv=3).fit(X)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert repr(whole).startswith("Pipeline")


def test_a_grid_search_finds_the_better_arguments(X):
    search = GridSearchCV(plain(), {"latent_dim": [1, 3], "learning_rate": [1e-5, 0.05]}, cv=3)
    search.fit(X)
    assert search.best_params_ == {"latent_dim": 3, "learning_rate": 0.05}
    assert search.best_estimator_.transform(X).shape == (30, 3)
    assert cross_val_score(plain(), X, cv=3).max() < 0


def test_a_code_can_be_the_input_of_a_classifier_in_a_pipeline(X):
    y = X[:, 0] > 0.5
    middle = make_pipeline(StandardScaler(), plain(epochs=60), LogisticRegression())
    assert middle.fit(X, y).score(X, y) > 0.6
    assert cross_val_score(middle, X, y, cv=3).shape == (3,)


# ---- copies --------------------------------------------------------------------------------


def assert_independent(model, twin, X):
    assert repr(model) == repr(twin)
    np.testing.assert_array_equal(model.theta_, twin.theta_)
    np.testing.assert_array_equal(model.reconstruct(X), twin.reconstruct(X))
    np.testing.assert_array_equal(model.history_["loss"], twin.history_["loss"])
    theta = model.theta_.copy()
    twin.partial_fit(X)
    np.testing.assert_array_equal(model.theta_, theta)
    np.testing.assert_array_equal(model.partial_fit(X).theta_, twin.theta_)
    assert (model.theta_ != theta).any()


COPIES = [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))]


@pytest.mark.parametrize("how", COPIES, ids=["deepcopy", "pickle"])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_copy_is_independent_for_every_random_state(seed, how, X):
    model = plain(hidden=(3,), random_state=SEEDS[seed](), standardize=True).fit(X)
    assert_independent(model, how(model), X)


@pytest.mark.parametrize("how", COPIES, ids=["deepcopy", "pickle"])
@pytest.mark.parametrize("member", FAMILY)
def test_a_copy_of_every_member_is_independent(member, how, X):
    model = make(member).fit(X)
    assert_independent(model, how(model), X)


# ---- before fit ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "member, use",
    [(member, use) for member in FAMILY for use in USES if hasattr(make(member), use)],
)
def test_an_unfitted_estimator_asks_for_fit(member, use, X):
    model = make(member)
    message = f"this {type(model).__name__} has learnt nothing yet: call fit"
    with pytest.raises(NotFittedError, match=message):
        getattr(model, use)(X, **USES[use])
    for name in ("weights_", "history_", "variance_"):
        assert not hasattr(model, name)
    if use == "elbo":
        with pytest.raises(NotFittedError, match=message):
            model.sample(3)


def test_not_fitted_error_has_the_bases_of_that_of_scikit_learn():
    assert NotFittedError.__bases__ == exceptions.NotFittedError.__bases__


# ---- random states ------------------------------------------------------------------------


def test_generator_accepts_what_random_state_may_be():
    for same in (np.random.default_rng(0), np.random.RandomState(0)):
        assert generator(same) is same
    for seed in (7, np.int64(7)):
        assert generator(seed).random() == np.random.default_rng(7).random()
    assert generator(None).random() != generator(None).random()
    for wrong in ("7", 7.0, True, np.random):
        with pytest.raises(
            TypeError, match="must be None, an int, a Generator or a RandomState"
        ):
            generator(wrong)


def test_a_width_is_that_of_the_last_axis():
    with pytest.raises(ValueError, match="X has 4 features, but Net is expecting 3 features"):
        check_width(np.zeros((2, 5, 4)), 3, "Net")
    check_width(np.zeros((2, 5, 3)), 3, "Net")
