"""What somebody of the office does with a thread: have it, answer it, hand it back, note, assign, finish."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from api.console import pages
from api.console.door import StaffCaller, router, signed_in
from api.pages import form_text
from storage.context import Context
from storage.tables import Conversation
from tools import conversations, desk, handoff, sight, staff
from tools.messages import LONGEST
from tools.problems import not_found
from tools.rules import speech

Caller = Annotated[StaffCaller, Depends(signed_in)]
KEPT_BACK = {
    "outbound_disabled": "Kept here but not sent: sending is switched off for this business.",
    "landline": "Kept here but not sent: this number is a landline. Call instead.",
    "no_number": "Kept here but not sent: the business has no number of its own yet.",
}


@router.post("/conversations/{conversation_id}/reply")
async def reply(request: Request, conversation_id: str, caller: Caller) -> Response:
    """Text the customer as oneself; the form's `once` makes a double click one text."""
    form = await request.form()
    body, once = form_text(form, "body", LONGEST) or "", form_text(form, "once", 40) or ""

    def say(ctx: Context, thread: Conversation) -> tuple[str, str]:
        sent = desk.reply(ctx, thread, caller.staff, body, once)
        if sent.state == "skipped":
            return KEPT_BACK.get(sent.reason or "", "Kept here but not sent."), "bad"
        morning = desk.leaves_at(ctx, sent)
        if morning is not None:
            clock = speech.clock(morning.astimezone(ctx.org.zone))
            return f"It is quiet hours there: your answer leaves at {clock}.", "good"
        return "Sent. The assistant is silent here until you hand the thread back.", "good"

    note, tone = await act(caller, conversation_id, say)
    return back(request, conversation_id, note, tone=tone)


@router.post("/conversations/{conversation_id}/take-over")
async def take_over(request: Request, conversation_id: str, caller: Caller) -> Response:
    """Have the thread; the assistant is silent from now on."""
    await act(caller, conversation_id, lambda ctx, thread: conversations.take_over(ctx, thread, caller.staff))
    return back(request, conversation_id, "You have this thread. The assistant is silent until you hand it back.")


@router.post("/conversations/{conversation_id}/resume")
async def resume(request: Request, conversation_id: str, caller: Caller) -> Response:
    """Hand the thread back to the assistant."""
    await act(caller, conversation_id, conversations.resume)
    return back(request, conversation_id, "The assistant has this thread again; it answers the next text.")


@router.post("/conversations/{conversation_id}/read")
async def mark_read(request: Request, conversation_id: str, caller: Caller) -> Response:
    """Say that it was read."""
    await act(caller, conversation_id, conversations.mark_read)
    return back(request, conversation_id, "Marked read.")


@router.post("/conversations/{conversation_id}/close")
async def close(request: Request, conversation_id: str, caller: Caller) -> Response:
    """End the thread; the customer's next text opens a new one."""
    await act(caller, conversation_id, conversations.close)
    return back(request, conversation_id, "The thread is closed.")


@router.post("/conversations/{conversation_id}/notes")
async def note(request: Request, conversation_id: str, caller: Caller) -> Response:
    """Write something for the office's own eyes."""
    form = await request.form()
    body, once = form_text(form, "note", desk.NOTE_LONGEST) or "", form_text(form, "once", 40) or ""
    await act(caller, conversation_id, lambda ctx, thread: desk.write_note(ctx, thread, body, once))
    return back(request, conversation_id, "Noted.")


@router.post("/conversations/{conversation_id}/assign")
async def assign(request: Request, conversation_id: str, caller: Caller) -> Response:
    """Make it a colleague's, or nobody's; whoever gives a thread away may not see it any more."""
    wanted = form_text(await request.form(), "staff")

    def give(ctx: Context, thread: Conversation) -> bool:
        conversations.assign(ctx, thread, staff.get(ctx, wanted) if wanted else None)
        ctx.session.flush()
        return sight.sees(ctx, caller.staff, thread)

    still_seen = await act(caller, conversation_id, give)
    if not still_seen:
        return pages.back_to(request, "/console", "Assigned.")
    return back(request, conversation_id, "Assigned.")


@router.post("/conversations/{conversation_id}/tasks/{task_id}/finish")
async def finish(request: Request, conversation_id: str, task_id: str, caller: Caller) -> Response:
    """A task is done; nobody else is woken about it."""

    def done(ctx: Context, thread: Conversation) -> None:
        task = handoff.task_named(ctx, task_id)
        handoff.finish(ctx, task) if task.conversation_id == thread.id else not_found("task")

    await act(caller, conversation_id, done)
    return back(request, conversation_id, "Done.")


async def act(caller: StaffCaller, conversation_id: str, deed: Callable[[Context, Conversation], Any]) -> Any:
    """Do something with a thread this person may see, in one transaction."""
    return await caller.write(lambda ctx: deed(ctx, sight.thread(ctx, caller.staff, conversation_id)))


def back(request: Request, conversation_id: str, note: str, tone: str = "good") -> Response:
    """To the thread's page again."""
    return pages.back_to(request, f"/console/conversations/{conversation_id}", note, tone=tone)
