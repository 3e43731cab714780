"""Archives are fetched by their clients, checked before they are opened, and only read."""

from __future__ import annotations

import hashlib
import io
import subprocess
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from planted.archives import Archive, Unavailable

TEXT = b"a,b\n1,2\n"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LOSSCLINIC_CACHE", str(tmp_path))
    (tmp_path / "data").mkdir()
    return tmp_path / "data"


def wheel(path: Path) -> str:
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("toy/rows.csv", TEXT)
    return hashlib.sha256(path.read_bytes()).hexdigest()


def tarball(path: Path) -> str:
    with tarfile.open(path, "w:gz") as file:
        folder, member = tarfile.TarInfo("package/empty"), tarfile.TarInfo("package/rows.csv")
        folder.type, member.size = tarfile.DIRTYPE, len(TEXT)
        file.addfile(folder)
        file.addfile(member, io.BytesIO(TEXT))
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_file_is_read_out_of_a_wheel_and_out_of_a_tarball(cache: Path) -> None:
    python = Archive("pip", "toy", "1.0", wheel(cache / "toy-1.0.whl"))
    script = Archive("npm", "toy", "1.0", tarball(cache / "toy-1.0.tgz"))
    assert python.read("toy/rows.csv") == TEXT
    assert script.read("package/rows.csv") == TEXT
    for archive, member in ((python, "toy/other.csv"), (script, "package/other.csv"), (script, "package/empty")):
        with pytest.raises(Unavailable, match=f"has no file {member}"):
            archive.read(member)


def test_what_is_not_the_pinned_archive_is_never_opened(cache: Path) -> None:
    came = wheel(cache / "toy-1.0.whl")
    with pytest.raises(Unavailable, match=f"{came}, expected {'0' * 64}"):
        Archive("pip", "toy", "1.0", "0" * 64).read("toy/rows.csv")


def client(monkeypatch: pytest.MonkeyPatch, code: int, error: str = "") -> list[list[str]]:
    """Let the client write a wheel where it was called, or fail; returns the commands that it was given."""
    commands: list[list[str]] = []

    def called(command: list[str], cwd: str, **_: object) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        if not code:
            wheel(Path(cwd) / "toy-1.0-cp311-any.whl")
        return subprocess.CompletedProcess(command, code, "", error)

    monkeypatch.setattr(subprocess, "run", called)
    return commands


def test_it_is_fetched_once_and_never_built(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commands = client(monkeypatch, 0)
    archive = Archive("pip", "toy", "1.0", wheel(cache.parent / "same.whl"))
    assert archive.read("toy/rows.csv") == archive.read("toy/rows.csv") == TEXT
    assert len(commands) == 1
    assert commands[0][-1] == "toy==1.0"
    assert {"--no-deps", "--only-binary"} <= set(commands[0])
    assert [path.name for path in cache.iterdir()] == ["toy-1.0.whl"]


def test_another_archive_than_the_pinned_one_is_not_kept(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client(monkeypatch, 0)
    with pytest.raises(Unavailable, match="expected 000"):
        Archive("pip", "toy", "1.0", "0" * 64).read("toy/rows.csv")
    assert not list(cache.iterdir())


def test_what_cannot_be_had_says_why(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    client(monkeypatch, 1, "warning\nERROR: No matching distribution found for toy==1.0\n")
    archive = Archive("pip", "toy", "1.0", "0" * 64)
    with pytest.raises(Unavailable, match=r"toy 1\.0 \(pip\) could not be fetched: ERROR: No matching distribution"):
        archive.read("toy/rows.csv")
    monkeypatch.undo()
    monkeypatch.setenv("LOSSCLINIC_CACHE", str(cache.parent))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Unavailable, match="is npm installed"):
        replace(archive, client="npm").read("package/rows.csv")
