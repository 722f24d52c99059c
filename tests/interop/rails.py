"""Programs of others look at a payment file.

xsd VERSION FILE   the file against the ISO schema of that version, which sepaxml ships
ach FILE           the file as achkit reads it
csv FILE           the rows as Python reads them
Prints JSON: for xsd and ach a list of what is wrong, for csv the rows.
"""

import csv
import json
import sys
from pathlib import Path


def xsd(version, path):
    import sepaxml
    import xmlschema

    schema = Path(sepaxml.__file__).parent / "schemas" / f"{version}.xsd"
    return [f"{error.path}: {error.reason}" for error in xmlschema.XMLSchema(schema).iter_errors(path)]


def ach(path):
    from achkit.validate import validate

    said = validate(Path(path).read_text("ascii"))
    return [f"{error['code']} {error['message']}" for error in said["errors"]]


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.reader(file, strict=True))


print(json.dumps({"xsd": xsd, "ach": ach, "csv": rows}[sys.argv[1]](*sys.argv[2:])))
