"""``make licences``: the licence of every locked package, and whether requirements/licences.toml allows it.

A package states an SPDX expression (PEP 639) or Trove classifiers; several classifiers are taken as all of them applying.
Exit 1: a licence that is not allowed and not excepted by name with a reason, or an exception that is needed no more.
"""

from __future__ import annotations

import re
import sys
import tomllib
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from license_expression import AND, OR, LicenseSymbol, get_spdx_licensing

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements" / "airflow.txt"      # every other lock is a part of it
SPDX = get_spdx_licensing()


@dataclass(frozen=True)
class Terms:
    allowed: frozenset[str]
    classifiers: dict[str, str]
    exceptions: dict[str, dict[str, str]]     # package -> licence -> why it may have it

    @classmethod
    def read(cls, path: Path) -> Terms:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        return cls(frozenset(content["allowed"]), content["classifiers"], content["exceptions"])

    def licence(self, package: Distribution) -> str:
        """The SPDX expression, ``unknown`` where the package states none that can be read."""
        if stated := package.metadata.get("License-Expression"):
            return stated
        marks = [each.split(" :: ")[-1] for each in package.metadata.get_all("Classifier", []) if each.startswith("License :: OSI Approved ::")]
        if marks:
            stated = " AND ".join(self.classifiers.get(mark, "unknown") for mark in marks)
            return "unknown" if "unknown" in stated else stated
        words = (package.metadata.get("License") or "unknown").strip()
        return self.classifiers.get(words, "unknown" if SPDX.validate(words).errors else words)

    def allows(self, licence: str) -> bool:
        """Whether every part of an AND, and one of an OR, is allowed."""
        return licence != "unknown" and self._holds(SPDX.parse(licence))

    def _holds(self, term: AND | OR | LicenseSymbol) -> bool:
        if isinstance(term, AND):
            return all(map(self._holds, term.args))
        if isinstance(term, OR):
            return any(map(self._holds, term.args))
        return str(term) in self.allowed


def packages() -> list[Distribution]:
    """The locked packages as they are installed here; one that this platform does not need is left out."""
    found = []
    for name in re.findall(r"^([A-Za-z0-9._-]+)==", LOCK.read_text(encoding="utf-8"), re.MULTILINE):
        try:
            found.append(distribution(name))
        except PackageNotFoundError:
            continue
    return found


def main() -> None:
    terms = Terms.read(ROOT / "requirements" / "licences.toml")
    wrong: list[str] = []
    needed: set[str] = set()
    for package in packages():
        name, licence = package.name.lower(), terms.licence(package)
        if not terms.allows(licence):
            needed.add(name)
            if not terms.exceptions.get(name, {}).get(licence, "").strip():
                wrong.append(f"{name}: {licence} is neither allowed nor excepted with a reason in requirements/licences.toml")
        print(f"{name:32} {package.version:16} {licence}{'  excepted' if name in needed else ''}")
    wrong += [f"{name}: the exception is needed no more; delete it" for name in sorted(set(terms.exceptions) - needed)]
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
