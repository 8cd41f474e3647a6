from scuff.serving.metrics import Metrics


def test_parts_errors_and_times() -> None:
    clock = iter([100.0, 107.5])
    metrics = Metrics(lambda: next(clock))
    metrics.finished("not-inspected", "lost", 0.4)
    metrics.publish_seconds.labels("mqtt").observe(0.5)
    metrics.well.labels("left").set(False)
    text = metrics.text().decode()
    for line in (
        'scuff_parts_total{outcome="not-inspected"} 1.0',
        'scuff_errors_total{code="lost"} 1.0',
        'scuff_part_seconds_bucket{le="0.3"} 0.0',
        'scuff_part_seconds_bucket{le="0.5"} 1.0',
        'scuff_publish_seconds_count{port="mqtt"} 1.0',
        'scuff_well{device="left"} 0.0',
        "scuff_last_part_age_seconds 7.5",
    ):
        assert line in text.splitlines()


def test_a_part_that_was_inspected_is_no_error() -> None:
    metrics = Metrics()
    metrics.finished("pass", "", 0.1)
    assert "scuff_errors_total{" not in metrics.text().decode()
