"""What several proofs share."""

from collections.abc import Iterator

import pytest

from tests.prove.faults.nursery import Nursery


@pytest.fixture(scope="session")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    """A warm process that forks houses to be killed; one for each test process."""
    with Nursery(tmp_path_factory.mktemp("nursery") / "stderr") as warm:
        yield warm
