"""htmx from its own package, served by us: nothing comes from elsewhere and nothing is copied into ours."""

import gzip
from functools import cache
from importlib.resources import files

from fastapi import Request, Response

from api.console.door import router

FOREVER = "public, max-age=31536000, immutable"  # its address carries its version


@router.get("/assets/htmx-{version}.js")
async def htmx(request: Request, version: str) -> Response:
    """The library, packed where the browser takes it so."""
    packed, plain = library()
    headers = {"Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, headers={**headers, "Content-Encoding": "gzip"}, media_type="text/javascript")
    return Response(plain, headers=headers, media_type="text/javascript")


@cache
def library() -> tuple[bytes, bytes]:
    """The library's bytes, packed and plain."""
    plain = (files("js_lib_htmx") / "static" / "htmx" / "htmx.min.js").read_bytes()
    return gzip.compress(plain, 9, mtime=0), plain
