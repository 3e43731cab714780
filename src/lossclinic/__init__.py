"""lossclinic finds out why a loss is not getting better, repairs it, and proves the repair.

>>> import lossclinic
>>> report = lossclinic.run(model, x, y, validation_split=0.2, epochs=50, budget="2m")  # doctest: +SKIP
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from lossclinic.core.version import VERSION

if TYPE_CHECKING:
    from lossclinic.core.case import Case as Case
    from lossclinic.core.catalogue import causes as causes
    from lossclinic.core.catalogue import remedies as remedies
    from lossclinic.core.errors import LossclinicError as LossclinicError
    from lossclinic.core.finding import Finding as Finding
    from lossclinic.core.recipe import Recipe as Recipe
    from lossclinic.core.report import Report as Report
    from lossclinic.core.task import Task as Task
    from lossclinic.observation import check as check
    from lossclinic.session import run_model as run
    from lossclinic.session import run_script as run_script
    from lossclinic.watch.callback import Watch as Watch

__version__ = VERSION
__all__ = [
    "Case",
    "Finding",
    "LossclinicError",
    "Recipe",
    "Report",
    "Task",
    "Watch",
    "causes",
    "check",
    "remedies",
    "run",
    "run_script",
]
# Where each name lives. It is imported when it is first asked for, so that `import lossclinic` is quick.
_HOMES = {
    "run": "lossclinic.session:run_model",
    "run_script": "lossclinic.session:run_script",
    "Watch": "lossclinic.watch.callback:Watch",
    "check": "lossclinic.observation:check",
    "causes": "lossclinic.core.catalogue:causes",
    "remedies": "lossclinic.core.catalogue:remedies",
    "Report": "lossclinic.core.report:Report",
    "Finding": "lossclinic.core.finding:Finding",
    "Case": "lossclinic.core.case:Case",
    "Recipe": "lossclinic.core.recipe:Recipe",
    "Task": "lossclinic.core.task:Task",
    "LossclinicError": "lossclinic.core.errors:LossclinicError",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'lossclinic' has no attribute '{name}'; it has {', '.join(_HOMES)}")
    module, attribute = _HOMES[name].split(":")
    value = getattr(importlib.import_module(module), attribute)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*_HOMES, "__version__"]
