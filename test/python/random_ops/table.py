"""The ops that the importer claims, from its own table (`tw-import --ops`)."""

import subprocess

SIGNED = ["i8", "i16", "i32", "i64"]
UNSIGNED = ["u8", "u16", "u32", "u64"]
FLOATS = ["f16", "bf16", "f32", "f64"]
GROUPS = {
    "all": ["bool", *SIGNED, *UNSIGNED, *FLOATS],
    "numbers": [*SIGNED, *UNSIGNED, *FLOATS],
    "integers": [*SIGNED, *UNSIGNED],
    "signed integers": SIGNED,
    "unsigned integers": UNSIGNED,
    "floats": FLOATS,
}


def claimed(program):
    """{(domain, op): element types of its first input}, as `program` prints them."""
    text = subprocess.run([program, "--ops"], capture_output=True, text=True, check=True).stdout
    ops, domain = {}, ""
    for line in text.splitlines():
        if line.startswith("## "):
            domain = line[3:] if "." in line else ""
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) != 6 or cells[1] == "Op" or not cells[1].strip("-"):
            continue
        types = []
        for name in cells[3].split(", "):
            types += GROUPS.get(name, [name])
        ops[domain, cells[1]] = types
    return ops
