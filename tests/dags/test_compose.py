"""The commands and health checks of docker-compose.yml, natively: no engine here, so no image is tried."""

from __future__ import annotations

import pytest

from tests.dags.compose import PARTS, start_natively


@pytest.mark.airflow
@pytest.mark.scheduler
def test_every_service_comes_up_and_says_so() -> None:
    pytest.importorskip("airflow", reason="needs the airflow extra: make airflow-test")
    assert set(start_natively()) == {"migrate", *PARTS}
