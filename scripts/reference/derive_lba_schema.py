"""Derive the shape of API Apprentissage's offers from its published package, for the contract tests.

Run by hand: `python -m scripts.reference.derive_lba_schema`. Needs npm and node, which nothing else does.
Types, required fields, enumerations and patterns are kept; the documentation’s texts are not.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

PACKAGE, VERSION = "api-alternance-sdk", "2.17.0"
TARGET = Path(__file__).resolve().parents[2] / "tests/adapters/platforms/data/api_apprentissage_schema.json"
_SCRIPT = """
const folder = process.argv[1];
const kept = {};
for (const file of ["job.model.openapi.js", "job.publishing.model.openapi.js"]) {
  const found = await import(`${folder}/${file}`);
  for (const model of Object.values(found)) if (model && model.name) kept[model.name] = model.schema;
}
const texts = ["description", "examples", "title"];
console.log(JSON.stringify(kept, (name, value) =>
  texts.includes(name) && (typeof value === "string" || Array.isArray(value)) ? undefined : value));
"""


def main() -> int:
    """Write the derived file."""
    with tempfile.TemporaryDirectory() as folder:
        install = ["npm", "install", "--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts"]
        subprocess.run([*install, f"{PACKAGE}@{VERSION}"], check=True, stdout=subprocess.DEVNULL)
        models = f"{folder}/node_modules/{PACKAGE}/dist/src/models/job"
        node = ["node", "--input-type=module", "-e", _SCRIPT, models]
        found = subprocess.run(node, check=True, capture_output=True, text=True).stdout
    schemas = json.loads(found)
    kept = {name: schemas[name] for name in ("JobOfferWrite", "JobOfferRead", "JobOfferPublishing")}
    content = {"source": f"{PACKAGE} {VERSION}", "licence": "MIT", "read_on": "2026-11-23", "schemas": kept}
    TARGET.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
