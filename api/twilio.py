"""Twilio's door: calls and texts come in signed, leave rows, and are answered at once.

The only import of the `twilio` package, for its TwiML; texts go out by `api.carrier`.
"""

from fastapi import APIRouter, Request, Response
from twilio.twiml.voice_response import Connect, Dial, Gather, VoiceResponse

from api.line import LOCALES, greeting
from api.twilio_posts import EMPTY, Post, read_post
from storage.context import Context
from storage.tables import Call, Message
from tools import calls, inbound, leads, receipts, talking, textback
from tools.rules import phones

router = APIRouter(prefix="/api/twilio", include_in_schema=False)

RECORD_SECONDS = 120
SCREEN_SECONDS = 8
TALKS = ("assistant", "forward_then_assistant")  # what `Org.answer_first` says besides "forward"


def twiml(answer: VoiceResponse | None = None) -> Response:
    """A TwiML answer; nothing said when there is none."""
    return Response(EMPTY if answer is None else answer.to_xml(), media_type="text/xml")


def test_call(business: str) -> str:
    """The TwiML of the call an owner has placed to their own phone from the set-up page."""
    answer = VoiceResponse()
    answer.pause(length=1)
    answer.say(
        f"This is the test call of {business}, placed by Ringback. Calls from your number work."
        " Now call this number back and let it ring out, and you will get the text your customers get. Goodbye."
    )
    return str(answer)


@router.post("/voice/inbound")
async def voice_inbound(request: Request) -> Response:
    """Someone rings a tracked number: ring the shop first, or take a message."""
    post = await read_post(request)
    if isinstance(post, Response):
        return post
    sid = post.fields.get("CallSid", "")
    if sid:
        await post.once(f"{sid}:inbound", "voice.inbound", lambda ctx: _call(ctx, post), channel="voice")
    forward_to = post.point.forward_to or post.org.forward_to
    answer = VoiceResponse()
    assistant = post.point.answers == "forward" and post.org.answer_first in TALKS
    if assistant and (forward_to is None or post.org.answer_first == "assistant"):
        return twiml(await _put_on_the_assistant(post, answer))
    if post.point.answers != "forward" or forward_to is None:
        return twiml(_take_message(post, answer, f"You've reached {post.org.name}."))
    dial = _dial(post)
    screen = (
        {"url": post.url("/voice/screen", call=sid, to=post.point.phone or "")} if post.org.screen_forwarded else {}
    )
    dial.number(forward_to, **screen)
    answer.append(dial)
    return twiml(answer)


@router.post("/voice/screen")
async def voice_screen(request: Request) -> Response:
    """The shop picked up: only a person presses 1. Runs on the shop's leg, so the call and number come in the URL."""
    post = await read_post(request, ours="to")
    if isinstance(post, Response):
        return post
    sid, digits = post.fields.get("call", ""), post.fields.get("Digits")
    answer = VoiceResponse()
    if digits is None:
        again = post.url("/voice/screen", call=sid, to=post.point.phone or "")
        gather = Gather(num_digits=1, timeout=SCREEN_SECONDS, action=again, method="POST")
        gather.say(f"A call for {post.org.name}. Press 1 to take it.")
        answer.append(gather)
        answer.hangup()
    elif digits != "1":
        answer.hangup()
    elif sid:
        caller = post.fields.get("From", "")

        def accept(ctx: Context) -> None:
            calls.accepted(ctx, calls.rang(ctx, sid, caller, post.point.phone or ""))

        await post.once(f"{sid}:screen:1", "voice.screen", accept, channel="voice")
    return twiml(answer)


@router.post("/voice/dial-complete")
async def voice_dial_complete(request: Request) -> Response:
    """The shop's phone was rung: taken, or missed and texted back; then a message may be left."""
    post = await read_post(request)
    if isinstance(post, Response):
        return post
    sid, status = post.fields.get("CallSid", ""), post.fields.get("DialCallStatus", "").lower()
    if not sid or not status:
        return twiml()
    bridged = {"true": True, "false": False}.get(post.fields.get("DialBridged", "").lower())
    still_there = post.fields.get("CallStatus", "").lower() not in calls.FINAL
    assistant_next = post.org.answer_first == "forward_then_assistant" and still_there

    def ended(ctx: Context) -> None:
        calls.dial_ended(ctx, _call(ctx, post), status, bridged=bridged, assistant_next=assistant_next)

    await post.once(f"{sid}:dial-complete:{status}", "voice.dial_complete", ended, channel="voice")
    call = await post.house.read(post.org, lambda ctx: calls.find(ctx, sid), channel="voice")
    answer = VoiceResponse()
    not_taken = call is not None and call.details.get("taken") is False
    if call is not None and not_taken and call.answered_by == "assistant":
        answer.say(f"Sorry, nobody could pick up just now. {post.org.name} will call you back. Goodbye.")
        answer.hangup()
        return twiml(answer)
    if not_taken and assistant_next:
        return twiml(await _put_on_the_assistant(post, answer))
    if call is None or not call.missed:
        answer.hangup()
        return twiml(answer)
    texted = " We just sent you a text." if call.textback == "queued" else ""
    return twiml(_take_message(post, answer, f"Sorry we missed you.{texted}"))


@router.post("/voice/assistant-done")
async def voice_assistant_done(request: Request) -> Response:
    """The assistant's part is over: on to a person, or the end; a call nobody was on at all was missed."""
    post = await read_post(request)
    if isinstance(post, Response):
        return post
    sid, answer = post.fields.get("CallSid", ""), VoiceResponse()
    if not sid:
        return twiml()
    wanted = "live-agent" in post.fields.get("HandoffData", "")
    to_person = await post.house.read(post.org, lambda ctx: _person(ctx, post), channel="voice") if wanted else None

    def done(ctx: Context) -> None:
        call = _call(ctx, post)
        if call.answered_by is None:
            textback.missed(ctx, call)
        elif to_person is not None:
            talking.put_through(ctx, call)

    key = f"{sid}:assistant-done:{post.fields.get('SessionId', '')}"
    await post.once(key, "voice.assistant_done", done, channel="voice")
    call = await post.house.read(post.org, lambda ctx: calls.find(ctx, sid), channel="voice")
    if call is not None and call.answered_by is None:
        return twiml(_take_message(post, answer, f"You've reached {post.org.name}."))
    if to_person is not None:
        dial = _dial(post)
        dial.number(to_person)
        answer.append(dial)
    else:
        answer.hangup()
    return twiml(answer)


@router.post("/voice/voicemail")
async def voice_voicemail(request: Request) -> Response:
    """A message was left, or, in a second post, written down."""
    post = await read_post(request)
    if isinstance(post, Response):
        return post
    sid, transcript = post.fields.get("CallSid", ""), post.fields.get("TranscriptionText") or None
    if sid:

        def left(ctx: Context) -> None:
            calls.left_voicemail(
                ctx,
                _call(ctx, post),
                recording_url=post.fields.get("RecordingUrl") or None,
                seconds=post.number("RecordingDuration"),
                transcript=transcript,
            )

        kind = "transcript" if transcript else "voicemail"
        await post.once(f"{sid}:{kind}:{post.fields.get('RecordingSid', '')}", f"voice.{kind}", left, channel="voice")
    answer = VoiceResponse()
    answer.say("Thank you. Goodbye.")
    answer.hangup()
    return twiml(answer)


@router.post("/voice/status")
async def voice_status(request: Request) -> Response:
    """The caller's leg changed state; legs we dialled ourselves carry a parent and say nothing here."""
    post = await read_post(request)
    if isinstance(post, Response):
        return post
    sid, status = post.fields.get("CallSid", ""), post.fields.get("CallStatus", "").lower()
    if sid and status and not post.fields.get("ParentCallSid"):
        seconds = post.number("CallDuration")
        await post.once(
            f"{sid}:status:{status}",
            "voice.status",
            lambda ctx: calls.ended(ctx, _call(ctx, post), status, seconds),
            channel="voice",
        )
    return twiml()


@router.post("/sms/inbound")
async def sms_inbound(request: Request) -> Response:
    """A text came in: its row, its consequences and its queued turn in one commit; the answer goes out by REST."""
    post = await read_post(request)
    if isinstance(post, Response):
        return post
    fields = post.fields
    sid = fields.get("MessageSid") or fields.get("SmsSid") or ""
    if not sid:
        return twiml()
    channel = "whatsapp" if fields.get("From", "").startswith("whatsapp:") else "sms"
    media = [
        {"url": fields[f"MediaUrl{n}"], "type": fields.get(f"MediaContentType{n}", "")}
        for n in range(min(post.number("NumMedia") or 0, 10))
        if f"MediaUrl{n}" in fields
    ]
    text = inbound.Text(
        provider_id=sid,
        sender=fields.get("From", ""),
        to=post.point.phone or "",
        body=fields.get("Body", ""),
        channel=channel,
        media=media,
        carrier_says=fields.get("OptOutType"),
    )
    await post.once(sid, "sms.inbound", lambda ctx: inbound.receive(ctx, text), channel=channel)
    return twiml()


@router.post("/sms/status")
async def sms_status(request: Request) -> Response:
    """What became of a text of ours: twice, late or out of order, it only ever moves forward."""
    post = await read_post(request, ours="From")
    if isinstance(post, Response):
        return post
    fields = post.fields
    sid = fields.get("MessageSid") or fields.get("SmsSid") or ""
    word = (fields.get("MessageStatus") or fields.get("SmsStatus") or "").lower()
    if sid and word:

        def receipt(ctx: Context) -> None:
            message: Message | None = receipts.find(ctx, fields.get("message"), sid)
            if message is not None:
                receipts.told(ctx, message, word, sid, fields.get("ErrorCode"))

        await post.once(f"{sid}:{word}", "sms.status", receipt, channel="sms")
    return Response(status_code=204)


def _call(ctx: Context, post: Post) -> Call:
    return calls.rang(ctx, post.fields["CallSid"], post.fields.get("From", ""), post.point.phone or "")


def _person(ctx: Context, post: Post) -> str | None:
    call = calls.find(ctx, post.fields["CallSid"])
    return talking.transfer_number(ctx, call) if call is not None else ctx.org.transfer_number


def _dial(post: Post) -> Dial:
    return Dial(
        action=post.url("/voice/dial-complete"),
        method="POST",
        timeout=post.org.forward_seconds,
        answer_on_bridge=True,  # otherwise Twilio answers first, and every call looks completed
    )


async def _put_on_the_assistant(post: Post, answer: VoiceResponse) -> VoiceResponse:
    caller = phones.e164(post.fields.get("From", ""), post.org.region)
    known = await post.house.read(post.org, lambda ctx: leads.by_phone(ctx, caller) if caller else None)
    language = known.language if known is not None else "en"
    connect = Connect(action=post.url("/voice/assistant-done"), method="POST")
    voice = connect.conversation_relay(
        url=f"{post.house.settings.public_url.replace('http', 'ws', 1)}/api/twilio/relay",
        welcome_greeting=greeting(post.org, language),
        language=LOCALES[language],
        interruptible="any",
        dtmf_detection=True,
        application_reconnect=True,
    )
    for code in LOCALES.values():
        voice.language(code=code)
    answer.append(connect)
    return answer


def _take_message(post: Post, answer: VoiceResponse, greeting: str) -> VoiceResponse:
    answer.say(f"{greeting} Please leave a message after the tone.")
    answer.record(
        action=post.url("/voice/voicemail"),
        method="POST",
        max_length=RECORD_SECONDS,
        play_beep=True,
        transcribe=True,
        transcribe_callback=post.url("/voice/voicemail"),
    )
    answer.hangup()
    return answer
