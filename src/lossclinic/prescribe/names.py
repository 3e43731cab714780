"""How a script spells Keras, NumPy and other names, and which imports it lacks."""

from __future__ import annotations

import libcst as cst

from lossclinic.prescribe.locate import Script, dotted
from lossclinic.prescribe.pen import Pen

ROOTS = ("keras", "tensorflow.keras", "tf_keras")


class Names:
    """The imports of a script."""

    def __init__(self, script: Script) -> None:
        """Read every import statement of the script.

        Args:
            script: the parsed script.
        """
        self.bound: dict[str, str] = {}
        self.package = "keras"
        self.last_import: cst.CSTNode | None = None
        for node in script.all((cst.Import, cst.ImportFrom)):
            for full, local in _bindings(node):
                if not script.assignments(local):
                    self.bound.setdefault(_normal(full), local)
                if "keras" in full.split("."):
                    self.package = full.split("keras")[0] + "keras"
        for statement in script.module.body:
            if isinstance(statement, cst.SimpleStatementLine):
                only = statement.body[0] if statement.body else None
                if isinstance(only, (cst.Import, cst.ImportFrom)) or (_is_docstring(only) and not self.last_import):
                    self.last_import = statement

    def keras(self, pen: Pen, module: str, name: str) -> str:
        """The script's spelling of `keras.<module>.<name>`; asks the pen for an import where there is none.

        Args:
            pen: takes the import.
            module: "layers", "optimizers", …; "" for names of the package itself.
            name: "Dense", "Adam", …
        """
        path = [part for part in module.split(".") if part and part != "keras"]
        full = ".".join(["keras", *path, name])
        for cut in range(len(path) + 2, 0, -1):
            head = ".".join(full.split(".")[:cut])
            if head in self.bound:
                return ".".join([self.bound[head], *full.split(".")[cut:]])
        if "tensorflow" in self.bound:
            return f"{self.bound['tensorflow']}.{full}"
        pen.need(f"from {'.'.join([self.package, *path])} import {name}")
        return name

    def numpy(self, pen: Pen) -> str:
        """The script's name for NumPy; asks for the import where there is none."""
        if "numpy" not in self.bound:
            pen.need("import numpy as np")
        return self.bound.get("numpy", "np")

    def package_of(self, pen: Pen, package: str) -> str:
        """The script's name for a whole package; asks for the import where there is none."""
        if package not in self.bound:
            pen.need(f"import {package}")
        return self.bound.get(package, package)

    def other(self, pen: Pen, module: str, name: str) -> str:
        """The script's spelling of `module.name` of another package."""
        if f"{module}.{name}" in self.bound:
            return self.bound[f"{module}.{name}"]
        pen.need(f"from {module} import {name}")
        return name


def _is_docstring(node: cst.CSTNode | None) -> bool:
    return isinstance(node, cst.Expr) and isinstance(node.value, (cst.SimpleString, cst.ConcatenatedString))


def _normal(full: str) -> str:
    """`tensorflow.keras.layers` → `keras.layers`, so that both worlds read the same."""
    for root in ("tensorflow.keras", "tf_keras", "keras.api"):
        if full == root or full.startswith(root + "."):
            return "keras" + full[len(root) :]
    return full


def _bindings(node: cst.Import | cst.ImportFrom) -> list[tuple[str, str]]:
    """(full name, local name) of everything an import statement binds."""
    if isinstance(node.names, cst.ImportStar):
        return []
    prefix = ""
    if isinstance(node, cst.ImportFrom):
        if node.module is None or node.relative:
            return []
        prefix = dotted(node.module) + "."
    found: list[tuple[str, str]] = []
    for alias in node.names:
        full = prefix + dotted(alias.name)
        if alias.asname is not None:
            found.append((full, dotted(alias.asname.name)))
        elif prefix:
            found.append((full, dotted(alias.name)))
        else:
            # `import a.b` binds `a`; `a.b` is then spelled in full.
            found += [(full, full), (full.split(".")[0], full.split(".")[0])]
    return found
