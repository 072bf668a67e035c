"""``make audit``: pip-audit on the locked requirements, less the findings that requirements/audit.toml lists with a reason.

Exit 1: a finding that is not listed, an entry without a reason, an entry that fits no finding any more. Where the
vulnerability service is not reached the last line begins with NOT AUDITED, and the exit is 0: a machine without it can
say nothing either way.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements" / "airflow.txt"      # every other lock is a part of it
OFFLINE = ("ConnectionError", "Timeout", "ServiceError")


def audit() -> dict:
    """pip-audit's report in its JSON form; without dependencies where the service was not reached. Exits where it failed."""
    command = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes", "--progress-spinner=off", "--format=json"]
    done = subprocess.run([*command, "--requirement", str(LOCK)], capture_output=True, text=True, check=False)
    if done.stdout.startswith("{"):
        return json.loads(done.stdout)
    last = (done.stderr.strip().splitlines() or ["no word"])[-1]
    if any(name in last for name in OFFLINE):
        return {"dependencies": []}
    sys.exit(f"pip-audit failed: {last}")


def troubles(report: dict, known: dict[str, dict[str, str]]) -> list[str]:
    """What keeps the audit from passing, a line each. ``known``: package -> id of a finding -> why it is let be."""
    found = {
        (package["name"], finding["id"], *finding.get("aliases", ()))
        for package in report["dependencies"] for finding in package.get("vulns", ())
    }
    listed = {(package, entry): reason for package, entries in known.items() for entry, reason in entries.items()}
    unknown = [ids for ids in found if not any((ids[0], each) in listed for each in ids[1:])]
    unreached = {package["name"] for package in report["dependencies"] if "skip_reason" in package}
    past = [
        (package, entry) for package, entry in listed
        if package not in unreached and not any(ids[0] == package and entry in ids[1:] for ids in found)
    ]
    return sorted(
        [f"{ids[0]}: {' '.join(ids[1:])} is not listed in requirements/audit.toml; update, or list it with a reason" for ids in unknown]
        + [f"{package}: {entry} is listed without a reason" for (package, entry), reason in listed.items() if not reason.strip()]
        + [f"{package}: {entry} is listed and found no more; delete the entry" for package, entry in (past if report["dependencies"] else [])]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--report", type=Path, help="judge this report instead of asking pip-audit")
    parser.add_argument("--known", type=Path, default=ROOT / "requirements" / "audit.toml")
    options = parser.parse_args()
    report = json.loads(options.report.read_text(encoding="utf-8")) if options.report else audit()
    packages = report["dependencies"]
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    if wrong := troubles(report, tomllib.loads(options.known.read_text(encoding="utf-8"))):
        sys.exit("\n".join(wrong))
    if len(skipped) == len(packages):
        print("NOT AUDITED: the vulnerability service was not reached from here")
    elif skipped:
        print(f"NOT AUDITED: {', '.join(skipped)}; the other {len(packages) - len(skipped)} packages have no finding that is not listed")
    else:
        print(f"audited: {len(packages)} packages, no finding that is not listed")


if __name__ == "__main__":
    main()
