"""/llms.txt: one page that tells an agent builder which tools and doors exist (CS-A13)."""

from fastapi import APIRouter, Request, Response

from api import actions
from api.deps import house_of

router = APIRouter(include_in_schema=False)

PAGE = """# Ringback

> Answers the calls a trades business misses: texts back, holds the conversation, and books into one calendar.

Every request carries one credential of the business: `Authorization: Bearer <secret>`, or `X-API-Key`, or the user name
of HTTP Basic. JSON doors fail with `application/problem+json`: `code`, `detail` (may be shown to a person) and `fix`
(what to change). Times with an offset are taken as they are, without one they are the business's local time.
Writes take an `Idempotency-Key`: the same request twice is done once.

## Actions

{actions}

## Voice tools (plain text to be spoken, always 200)

- POST {url}/api/v1/scheduling/voice/{{event_type}}/slots: open times, each tagged `[slot:"YYYY-MM-DD HH:MM"]`
- POST {url}/api/v1/scheduling/voice/{{event_type}}/book: book a tagged slot
- POST {url}/api/v1/scheduling/voice/reschedule-booking: move one of the caller's visits
- POST {url}/api/v1/scheduling/voice/cancel-booking: cancel one of the caller's visits
- POST {url}/api/v1/scheduling/voice/my-bookings, /context, /details, /area, /message, /send-link: know the caller, note
  what they say, whether the business comes there, take a message, text the booking page

Retell's envelope, Vapi's tool-calls, ElevenLabs' server tools and plain arguments are all taken.
`ringback tools export --format retell|vapi|elevenlabs|openai|mcp` writes the definitions.

An answer that does not begin with Booked!, Requested!, Rescheduled! or Cancelled! confirms nothing.

## MCP (streamable HTTP, stateless, the same tools and the same words)

- {url}/mcp: `Authorization: Bearer <secret>`; tools/list and tools/call, with initialize or without (2026-07-28)

## JSON

- [OpenAPI]({url}/api/v1/openapi.json): every JSON route with its bodies, answers and scopes
- {url}/api/v1/bookings: bookings, snake_case
- {url}/api/v1/scheduling-bookings: bookings with local dates and times, availability checks
- {url}/api/private/v1: bookings, open slots and summaries, camelCase
- {url}/api/v1/leads, /conversations, /messages, /calls, /services, /technicians, /availability, /blackouts, /me
"""


@router.get("/llms.txt")
async def llms(request: Request) -> Response:
    """The page, with this server's addresses. Open to everybody."""
    url = house_of(request).settings.public_url
    lines = [
        f"- {one['name']} ({one['tier']}): {one['summary']} {one['surface']}."
        + (f" Scope {one['scope']}." if one["scope"] else "")
        for one in actions.CATALOGUE["actions"]
    ]
    return Response(PAGE.format(url=url, actions="\n".join(lines)), media_type="text/plain; charset=utf-8")
