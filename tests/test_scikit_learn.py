"""Every estimator works as a tool for scikit-learn's estimators expects."""

import joblib
import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.base import clone
from sklearn.compose import ColumnTransformer
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import check_estimator

from aehelpers import (
    Autoencoder,
    ConvolutionalAutoencoder,
    DenoisingAutoencoder,
    SparseAutoencoder,
    VariationalAutoencoder,
    metrics,
)

sklearn_version = tuple(int(part) for part in sklearn.__version__.split(".")[:2])
QUICK = {"latent_dim": 1, "epochs": 2, "batch_size": None, "random_state": 0}


class Strips(ConvolutionalAutoencoder):
    """A ConvolutionalAutoencoder for the data of check_estimator, which are no images.

    It takes every sample as an image that is one pixel high.
    """

    def network(self, n_features):
        params = self.get_params() | {"image_shape": (1, n_features)}
        return ConvolutionalAutoencoder(**params).network(n_features)


ESTIMATORS = {
    "Autoencoder": Autoencoder(**QUICK),
    "float32": Autoencoder(dtype="float32", **QUICK),
    "SparseAutoencoder": SparseAutoencoder(**QUICK),
    "DenoisingAutoencoder": DenoisingAutoencoder(**QUICK),
    "ConvolutionalAutoencoder": Strips((1, 1), (2,), kernel_size=1, stride=1, **QUICK),
    "VariationalAutoencoder": VariationalAutoencoder(**QUICK),
    "PCA": metrics.PCA(n_components=1),
}
# What is expected to fail, and why.
REASONS = {
    "check_n_features_in_after_fitting": "partial_fit cannot begin with standardize=True: one "
    "piece of the data does not tell the mean and the deviation of all"
}


def failures(estimator):
    """{name of a check that failed: its message}; at least 40 have to pass."""
    results = check_estimator(estimator, on_skip=None, on_fail=None)
    assert sum(result["status"] == "passed" for result in results) >= 40
    return {
        result["check_name"]: str(result["exception"])
        for result in results
        if result["status"] not in ("passed", "skipped")
    }


@pytest.mark.skipif(sklearn_version < (1, 6), reason="check_estimator cannot list before 1.6")
@pytest.mark.filterwarnings("ignore:Estimator .* does not inherit from `sklearn.base")
@pytest.mark.parametrize("name", ESTIMATORS)
def test_check_estimator_finds_nothing(name):
    assert failures(ESTIMATORS[name]) == {}


@pytest.mark.skipif(sklearn_version < (1, 6), reason="check_estimator cannot list before 1.6")
@pytest.mark.filterwarnings("ignore:Estimator .* does not inherit from `sklearn.base")
def test_what_check_estimator_finds_has_a_reason():
    found = failures(Autoencoder(standardize=True, **QUICK))
    assert set(found) == set(REASONS)
    for message in found.values():
        assert (
            "needs the mean and deviation of all data, and partial_fit sees a piece" in message
        )


# ---- frames --------------------------------------------------------------------------------

FRAME = pd.DataFrame(
    np.random.default_rng(0).random((30, 3)),
    columns=["a", "b", "c"],
    index=np.random.default_rng(1).permutation(30),
)


@pytest.mark.parametrize("name", ["Autoencoder", "VariationalAutoencoder", "PCA"])
def test_output_is_a_frame_where_one_is_asked_for(name):
    model = clone(ESTIMATORS[name])
    prefix = type(model).__name__.lower()
    assert isinstance(model.fit(FRAME).transform(FRAME), np.ndarray)
    assert model.set_output(transform="pandas") is model
    for Z in (model.transform(FRAME), model.fit_transform(FRAME)):
        assert list(Z.columns) == [f"{prefix}0"] == list(model.get_feature_names_out())
        assert Z.index.equals(FRAME.index)
    assert isinstance(model.reconstruct(FRAME), np.ndarray) and model.score(FRAME) < 0
    assert isinstance(clone(model).fit_transform(FRAME), pd.DataFrame)  # a clone keeps it
    assert isinstance(model.set_output(transform="default").transform(FRAME), np.ndarray)
    assert isinstance(model.set_output().transform(FRAME), np.ndarray)  # None changes nothing
    model.fit(FRAME.to_numpy()).set_output(transform="pandas")
    assert list(model.transform(FRAME.to_numpy()).index) == list(range(30))
    with pytest.raises(ValueError, match="must be one of 'default', 'pandas', got 'x'"):
        model.set_output(transform="x")


def test_scikit_learns_own_setting_of_the_output_counts():
    model = clone(ESTIMATORS["Autoencoder"]).fit(FRAME)
    with sklearn.config_context(transform_output="pandas"):
        assert isinstance(model.transform(FRAME), pd.DataFrame)
    with (
        sklearn.config_context(transform_output="polars"),
        pytest.raises(ValueError, match="transform_output must be one of 'default', 'pandas'"),
    ):
        model.transform(FRAME)


def test_names_of_the_output_follow_those_of_the_input():
    model = clone(ESTIMATORS["PCA"]).fit(FRAME)
    assert list(model.get_feature_names_out(["a", "b", "c"])) == ["pca0"]
    with pytest.raises(ValueError, match="input_features is not equal to feature_names_in_"):
        model.get_feature_names_out(["b", "a", "c"])
    model.fit(FRAME.to_numpy())
    with pytest.raises(ValueError, match=r"length equal to number of features \(3\), got 2"):
        model.get_feature_names_out(["a", "b"])


def test_frames_pass_through_everything_that_puts_transformers_together():
    net, pca = (clone(ESTIMATORS[name]) for name in ("Autoencoder", "PCA"))
    both = FeatureUnion([("net", net), ("pca", pca)]).set_output(transform="pandas")
    assert list(both.fit_transform(FRAME).columns) == ["net__autoencoder0", "pca__pca0"]
    some = ColumnTransformer([("net", net, ["a", "b"])], remainder="passthrough")
    some.set_output(transform="pandas")
    assert list(some.fit_transform(FRAME).columns) == ["net__autoencoder0", "remainder__c"]
    pipe = make_pipeline(StandardScaler(), net).set_output(transform="pandas")
    assert list(pipe.fit_transform(FRAME).columns) == ["autoencoder0"]
    assert "Autoencoder" in pipe._repr_html_() if hasattr(pipe, "_repr_html_") else repr(pipe)


# ---- pipelines, searches, copies in other processes ----------------------------------------


def test_validation_in_a_pipeline_has_to_be_transformed_before():
    """As fit's docstring says: the steps before do not see what is passed by name."""
    scaler, net = StandardScaler(), Autoencoder(**QUICK)
    pipe, V = make_pipeline(scaler, net), FRAME[:9] * 100
    scaled = pipe[:-1].fit(FRAME).transform(V)
    pipe.fit(FRAME, autoencoder__validation=scaled)
    expected = clone(net).fit(scaler.transform(FRAME), validation=scaled).history_
    np.testing.assert_array_equal(net.history_["validation_loss"], expected["validation_loss"])
    again = clone(net)
    codes = again.fit_transform(FRAME, validation=V)
    np.testing.assert_array_equal(codes, again.transform(FRAME))
    assert len(again.history_["validation_loss"]) == 2


@pytest.mark.parametrize("name", ["Autoencoder", "PCA"])
def test_a_search_in_two_processes_finds_what_one_finds(name):
    parameter = "n_components" if name == "PCA" else "latent_dim"
    scores = [
        GridSearchCV(clone(ESTIMATORS[name]), {parameter: [1, 2]}, cv=2, n_jobs=n_jobs)
        .fit(FRAME)
        .cv_results_["mean_test_score"]
        for n_jobs in (None, 2)
    ]
    np.testing.assert_array_equal(*scores)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_joblib_keeps_a_fitted_estimator(name, tmp_path):
    model = clone(ESTIMATORS[name]).fit(FRAME)
    joblib.dump(model, tmp_path / "model")
    twin = joblib.load(tmp_path / "model")
    np.testing.assert_array_equal(twin.transform(FRAME), model.transform(FRAME))
    np.testing.assert_array_equal(twin.feature_names_in_, ["a", "b", "c"])
