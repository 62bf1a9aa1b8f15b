"""A hook of schemathesis: it may revoke any credential but the one it asks with. Loaded in its process alone."""

import os
from typing import Any

import schemathesis

OWN = os.environ.get("FUZZER_CREDENTIAL")


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Ask for nobody's credential instead of our own."""
    if OWN is not None and case.path_parameters.get("credential_id") == OWN:
        case.path_parameters["credential_id"] = "nobody"
