"""Train natively: hand the model that a script has made to the engine, in the script's own process."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Mapping
from multiprocessing.connection import Client
from typing import Any, NoReturn


def serve_and_exit(model: Any, spec: Mapping[str, Any], again: Callable[[Any], Any]) -> NoReturn:
    """Serve requests until the other side hangs up, then end the process at once.

    Calls `lossclinic.engine.live.serve(model=…, case_folder=…, connection=…, again=…)`.

    Args:
        model: the model on which the script has just called fit.
        spec: holds "address" (of a `multiprocessing.connection.Listener`), "authkey" (hexadecimal) and "case_folder".
        again: makes a fresh model as the script made this one.
    """
    live = importlib.import_module("lossclinic.engine.live")
    code = 0
    try:
        address = spec["address"]
        where = tuple(address) if isinstance(address, list) else address
        with Client(where, authkey=bytes.fromhex(spec["authkey"])) as connection:
            live.serve(model=model, case_folder=spec["case_folder"], connection=connection, again=again)
    except (EOFError, ConnectionError):
        pass
    except Exception as error:
        print(f"lossclinic: native training failed ({type(error).__name__}: {error}).", file=sys.stderr)
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    # The script must not go on behind our back, whatever it catches.
    os._exit(code)
