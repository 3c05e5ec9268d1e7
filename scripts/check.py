"""`make check`: read the code again with every tool, and say which one objects."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
CHECKS = {
    "ruff, le style et les fautes courantes": ["ruff", "check", "--quiet", "."],
    "mypy, les types": ["mypy", "--no-error-summary"],
    "import-linter, les couches": ["lint-imports"],
    "djlint, les gabarits": ["djlint", "templates", "--lint", "--quiet"],
}


def main() -> int:
    """0 when every tool is content; all of them speak, even after the first objection."""
    failed = []
    for title, command in CHECKS.items():
        # By the interpreter: the first line of these scripts breaks when the folder is moved.
        tool = [sys.executable, str(BIN / command[0]), *command[1:]]
        if command[0] == "ruff":
            tool = [str(BIN / command[0]), *command[1:]]
        done = subprocess.run(tool, cwd=ROOT, capture_output=True, text=True, check=False)
        sys.stdout.write(f"{'bien ' if done.returncode == 0 else 'NON  '} {title}\n")
        if done.returncode:
            failed.append(title)
            sys.stdout.write(f"{done.stdout}{done.stderr}\n")
        sys.stdout.flush()
    sys.stdout.write(f"{len(failed)} outil(s) à satisfaire\n" if failed else "Tout est bien.\n")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
