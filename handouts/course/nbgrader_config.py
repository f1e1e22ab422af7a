"""How nbgrader hands out and grades this course; written once, yours to change."""

import sys
from pathlib import Path

from nbconvert.preprocessors import ClearMetadataPreprocessor, CSSHTMLHeaderPreprocessor
from nbgrader import preprocessors as usual

sys.path.insert(0, str(Path(__file__).resolve().parent))
from submissions import (  # noqa: E402
    ClearAnswers,
    FeedbackPage,
    ReadSubmission,
    RunCells,
    TidyCells,
)

c = get_config()  # noqa: F821 (nbgrader defines it)

c.CourseDirectory.course_id = "autoencoders"
c.ClearAnswers.text_stub = "*Write your answer here.*"
c.GenerateAssignment.preprocessors = [
    usual.LockCells,
    ClearAnswers,
    usual.ClearOutput,
    usual.CheckCellMetadata,
    usual.ComputeChecksums,
    usual.SaveCells,
    usual.ClearHiddenTests,
    usual.ComputeChecksums,
    usual.CheckCellMetadata,
]

# Seconds that a kernel may take to start, and a cell to run, on a busy machine, too.
c.Execute.startup_timeout = 600
c.Execute.timeout = 180
# Seconds to wait, after a cell was interrupted, for it to stop.
c.Execute.iopub_timeout = 30
c.Execute.shutdown_kernel = "immediate"
c.Execute.extra_arguments = ["--IPKernelApp.log_level=ERROR"]

c.Autograde.exporter_class = ReadSubmission
c.Autograde.sanitize_preprocessors = [
    usual.ClearOutput,
    TidyCells,
    usual.OverwriteKernelspec,
    usual.OverwriteCells,
    usual.CheckCellMetadata,
]
c.Autograde.autograde_preprocessors = [
    RunCells,
    usual.IgnorePattern,
    ClearMetadataPreprocessor,
    usual.LimitOutput,
    usual.SaveAutoGrades,
    usual.AssignLatePenalties,
    usual.CheckCellMetadata,
]
c.GenerateFeedback.preprocessors = [FeedbackPage, CSSHTMLHeaderPreprocessor]
