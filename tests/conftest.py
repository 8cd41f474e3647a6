"""What tests of several rooms need."""

import os
from collections.abc import Generator

import pytest

pytest_plugins = [
    "tests.fixtures.booths",
    "tests.fixtures.broker",
    "tests.fixtures.bundles",
    "tests.fixtures.catalogues",
    "tests.fixtures.disk",
    "tests.fixtures.kept_log",
    "tests.fixtures.networks",
    "tests.fixtures.postgres",
    "tests.fixtures.ray_cluster",
    "tests.fixtures.runs",
    "tests.fixtures.threads",
]

SKIPS_FORBIDDEN = bool(os.environ.get("SCUFF_FORBID_SKIPS"))
"""Set where everything that a test needs is installed, so that a skipped test is one that nobody runs."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fail a test that is skipped where that is forbidden."""
    report = yield
    _forbid_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Fail a file that is skipped where that is forbidden."""
    report = yield
    _forbid_skip(report)
    return report


def _forbid_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if SKIPS_FORBIDDEN and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, and SCUFF_FORBID_SKIPS is set: {report.longrepr}"
