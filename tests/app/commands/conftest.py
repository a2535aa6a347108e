"""A sample clinic for the tests of commands: made by the command itself once a process, and copied for each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from app.cli import main
from tests.desks import stretch_little

PASSPHRASE = "示例用的一句长长的密码"


@pytest.fixture(scope="session")
def made_sample(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """made_sample(residents): the folder of a sample clinic of one year; nobody writes into it."""

    @cache
    def made(residents: int) -> Path:
        folder = tmp_path_factory.mktemp("sample") / "desk"
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("CUNYI_PASSPHRASE", PASSPHRASE)
            assert main(["sample", "--residents", str(residents), "--years", "1", "--data", str(folder)]) == 0
        stretch_little(folder, PASSPHRASE)
        return folder

    return made


@pytest.fixture
def copied_sample(
    made_sample: Callable[[int], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[int], Path]:
    """copied_sample(residents): a sample clinic of the test's own; what opens it is in the environment."""

    def copied(residents: int) -> Path:
        monkeypatch.setenv("CUNYI_PASSPHRASE", PASSPHRASE)
        return shutil.copytree(made_sample(residents), tmp_path / "desk")

    return copied
