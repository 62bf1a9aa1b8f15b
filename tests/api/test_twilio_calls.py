"""Missed calls at Twilio's door: what is answered, what is written, and who gets a text (U-01)."""

from datetime import timedelta

import pytest

from storage.tables import Call, Job, Lead, Message, Org, ProviderEvent, Task
from tests.fakes import LUIS, SARAH, SHOP, VOICEMAIL, Shop
from tools.rules import sms

pytestmark = pytest.mark.anyio
VOICE = "/api/twilio/voice"


async def texts(shop: Shop) -> list[Message]:
    return await shop.rows(Message, direction="out", kind="text_back")


async def ring(shop: Shop, to: str = SHOP, **fields: str) -> str:
    given = {"CallSid": "CA1", "From": SARAH, "To": to, "CallStatus": "ringing"}
    return (await shop.post(f"{VOICE}/inbound", **{**given, **fields})).text


async def test_a_call_rings_the_shop_first_and_comes_back_to_us(shop: Shop) -> None:
    answer = await ring(shop)
    assert '<Dial action="https://ringback.test/api/twilio/voice/dial-complete"' in answer
    assert 'answerOnBridge="true"' in answer
    assert 'timeout="20"' in answer
    assert "<Number>+15125550113</Number>" in answer


async def test_a_call_to_the_voicemail_line_takes_a_message(shop: Shop) -> None:
    answer = await ring(shop, to=VOICEMAIL)
    assert "<Dial" not in answer
    assert '<Record action="https://ringback.test/api/twilio/voice/voicemail"' in answer


async def test_a_shop_without_a_phone_to_ring_takes_a_message(shop: Shop) -> None:
    await shop.change(Org, forward_to=None)
    assert "<Record" in await ring(shop)


async def test_a_missed_call_is_texted_back_at_once(shop: Shop) -> None:
    answer = await shop.miss("CA1")
    await shop.worker.drain()
    [text] = await texts(shop)
    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (200, "text/xml")
    assert (text.state, text.to_phone, text.from_phone) == ("sent", SARAH, SHOP)
    assert text.provider_id is not None
    assert text.provider_id.startswith("SB")


async def test_the_first_text_says_who_writes_and_how_to_stop_it(shop: Shop) -> None:
    await shop.miss("CA1")
    [text] = await texts(shop)
    assert all(word in text.body for word in ("Bluebird", "assistant", "STOP"))
    assert sms.fits(text.body)


async def test_a_missed_call_makes_a_lead_of_its_own_source(shop: Shop) -> None:
    await shop.miss("CA1")
    [lead] = await shop.rows(Lead)
    [call] = await shop.rows(Call)
    assert (lead.source, lead.status) == ("MISSED_CALL", "new")
    assert (call.missed, call.textback, call.lead_id) == (True, "queued", lead.id)


async def test_the_same_post_again_changes_nothing(shop: Shop) -> None:
    first = await shop.miss("CA1")
    again = await shop.miss("CA1")
    assert again.text == first.text
    assert len(await texts(shop)) == 1
    assert [event.copies for event in await shop.rows(ProviderEvent)] == [1]


async def test_the_status_of_the_same_call_brings_no_second_text(shop: Shop) -> None:
    await shop.miss("CA1")
    await shop.post(f"{VOICE}/status", CallSid="CA1", From=SARAH, To=SHOP, CallStatus="no-answer")
    assert len(await texts(shop)) == 1


async def test_a_second_call_a_minute_later_waits_out_the_cooldown(shop: Shop) -> None:
    await shop.miss("CA1")
    shop.clock.advance(timedelta(minutes=1))
    await shop.miss("CA2")
    assert [call.skip_reason for call in await shop.rows(Call)] == [None, "cooldown"]
    assert len(await texts(shop)) == 1


async def test_after_the_cooldown_they_are_texted_again(shop: Shop) -> None:
    await shop.miss("CA1")
    await shop.pass_time(minutes=61)
    await shop.miss("CA2")
    assert len(await texts(shop)) == 2


@pytest.mark.parametrize("status", ["no-answer", "busy", "failed", "canceled"])
async def test_every_way_of_not_being_taken_is_missed(shop: Shop, status: str) -> None:
    await shop.miss("CA1", DialCallStatus=status)
    assert [call.missed for call in await shop.rows(Call)] == [True]


async def test_a_bridged_call_is_not_missed(shop: Shop) -> None:
    answer = await shop.miss("CA1", DialCallStatus="completed", DialBridged="true")
    await shop.post(f"{VOICE}/status", CallSid="CA1", From=SARAH, To=SHOP, CallStatus="completed", CallDuration="64")
    [call] = await shop.rows(Call)
    assert (call.missed, call.answered_by, call.seconds) == (False, "person", 64)
    assert "<Record" not in answer.text
    assert await texts(shop) == []


async def test_completed_without_a_bridge_is_missed(shop: Shop) -> None:
    await shop.miss("CA1", DialCallStatus="completed", DialBridged="false")
    assert len(await texts(shop)) == 1


async def test_a_caller_who_hangs_up_while_it_rings_is_texted_back(shop: Shop) -> None:
    await ring(shop)
    await shop.post(f"{VOICE}/status", CallSid="CA1", From=SARAH, To=SHOP, CallStatus="canceled")
    await shop.worker.drain()
    assert [text.state for text in await texts(shop)] == ["sent"]


async def test_an_ended_call_nobody_was_seen_on_is_texted_back_seconds_later(shop: Shop) -> None:
    await ring(shop)
    await shop.post(f"{VOICE}/status", CallSid="CA1", From=SARAH, To=SHOP, CallStatus="completed")
    await shop.worker.drain()
    assert [text.state for text in await texts(shop)] == ["queued"]
    await shop.pass_time(seconds=5)
    assert [text.state for text in await texts(shop)] == ["sent"]


async def test_the_end_told_before_the_talk_sends_no_text(shop: Shop) -> None:
    await ring(shop)
    await shop.post(f"{VOICE}/status", CallSid="CA1", From=SARAH, To=SHOP, CallStatus="completed")
    await shop.miss("CA1", DialCallStatus="completed", DialBridged="true")
    await shop.pass_time(seconds=10)
    assert [(text.state, text.reason) for text in await texts(shop)] == [("skipped", "answered")]


async def test_a_leg_we_dialled_ourselves_is_no_missed_call(shop: Shop) -> None:
    await shop.post(f"{VOICE}/status", CallSid="CA2", ParentCallSid="CA1", From=SARAH, To=SHOP, CallStatus="no-answer")
    assert await shop.rows(Call) == []


async def test_a_screened_call_asks_for_a_press_of_1(shop: Shop) -> None:
    await shop.change(Org, screen_forwarded=True)
    screen = "https://ringback.test/api/twilio/voice/screen?call=CA1&amp;to=%2B15125550100"
    assert f'<Number url="{screen}">' in await ring(shop)
    answer = await shop.post(f"{VOICE}/screen?call=CA1&to=%2B15125550100", CallSid="CA9", From=SARAH)
    assert '<Gather action="https://ringback.test/api/twilio/voice/screen' in answer.text
    assert "Press 1" in answer.text


async def test_a_screened_call_taken_by_a_cell_phones_voicemail_is_missed(shop: Shop) -> None:
    await shop.change(Org, screen_forwarded=True)
    await ring(shop)
    await shop.miss("CA1", DialCallStatus="completed", DialBridged="true")
    assert len(await texts(shop)) == 1


async def test_a_screened_call_taken_with_a_1_is_not_missed(shop: Shop) -> None:
    await shop.change(Org, screen_forwarded=True)
    await ring(shop)
    answer = await shop.post(f"{VOICE}/screen?call=CA1&to=%2B15125550100", CallSid="CA9", From=SARAH, Digits="1")
    await shop.miss("CA1", DialCallStatus="completed", DialBridged="true")
    assert "Hangup" not in answer.text
    assert await texts(shop) == []


async def test_a_voicemail_is_texted_back_about_what_it_says(shop: Shop) -> None:
    await ring(shop, to=VOICEMAIL)
    await shop.post(
        f"{VOICE}/voicemail",
        CallSid="CA1",
        From=SARAH,
        To=VOICEMAIL,
        RecordingUrl="https://api.twilio.com/r/RE1",
        RecordingDuration="12",
        TranscriptionText="Hi, our water heater is leaking a little.",
    )
    [text], [call] = await texts(shop), await shop.rows(Call)
    assert "voicemail about the water heater" in text.body
    assert (call.answered_by, call.recording_url, call.missed) == ("voicemail", "https://api.twilio.com/r/RE1", True)


async def test_a_transcript_that_comes_later_is_kept_and_texts_nobody_twice(shop: Shop) -> None:
    at = {"CallSid": "CA1", "From": SARAH, "To": VOICEMAIL}
    await shop.post(f"{VOICE}/voicemail", **at, RecordingUrl="https://x.test/RE1", RecordingSid="RE1")
    await shop.worker.drain()
    await shop.post(f"{VOICE}/voicemail", **at, RecordingSid="RE1", TranscriptionText="Call me back please.")
    await shop.worker.drain()
    assert [call.transcript for call in await shop.rows(Call)] == ["Call me back please."]
    assert len(await texts(shop)) == 1


async def test_danger_in_a_voicemail_wakes_whoever_is_on_call(shop: Shop) -> None:
    await shop.post(
        f"{VOICE}/voicemail", CallSid="CA1", From=SARAH, To=VOICEMAIL, TranscriptionText="I smell gas in the basement"
    )
    await shop.worker.drain()
    assert [message.to_phone for message in await shop.rows(Message, kind="alert")] == [LUIS]
    assert [task.kind for task in await shop.rows(Task)] == ["emergency"]


@pytest.mark.parametrize("caller", ["anonymous", "+266696687", "Restricted", ""])
async def test_a_withheld_number_is_written_down_and_not_texted(shop: Shop, caller: str) -> None:
    answer = await shop.miss("CA1", sender=caller)
    [call] = await shop.rows(Call)
    assert (call.from_phone, call.caller_kind, call.skip_reason) == (None, "anonymous", "anonymous")
    assert "text" not in answer.text.split("<Say>")[1]


@pytest.mark.parametrize("caller", [VOICEMAIL, "+15125550113"], ids=["tracked number", "the shop's own phone"])
async def test_our_own_numbers_are_not_texted(shop: Shop, caller: str) -> None:
    await shop.miss("CA1", sender=caller)
    assert [call.skip_reason for call in await shop.rows(Call)] == ["own_number"]


async def test_a_technician_who_rings_is_not_texted(shop: Shop) -> None:
    await shop.miss("CA1", sender=LUIS)
    assert [call.skip_reason for call in await shop.rows(Call)] == ["protected"]


async def test_a_number_that_is_not_ours_is_answered_and_left_alone(shop: Shop) -> None:
    answer = await ring(shop, to="+15125559999")
    assert answer == '<?xml version="1.0" encoding="UTF-8"?><Response/>'
    assert await shop.rows(Call) == []


@pytest.mark.parametrize("path", ["inbound", "dial-complete", "voicemail", "status", "screen?to=%2B15125550100"])
@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({}, id="empty"),
        pytest.param({"To": SHOP}, id="no call id"),
        pytest.param({"To": SHOP, "CallSid": "CA1"}, id="only the call id"),
        pytest.param(
            {"To": SHOP, "CallSid": "CA\x00🙂", "From": "72\x00", "CallStatus": "\x00", "DialCallStatus": "💥"},
            id="nonsense",
        ),
        pytest.param({"To": SHOP, "CallSid": "CA1", "CallStatus": "completed", "CallDuration": "9" * 50}, id="endless"),
    ],
)
async def test_odd_posts_are_answered_with_twiml(shop: Shop, path: str, fields: dict[str, str]) -> None:
    answer = await shop.post(f"{VOICE}/{path}", **fields)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/xml")


async def test_a_megabyte_is_refused(shop: Shop) -> None:
    answer = await shop.post(f"{VOICE}/inbound", To=SHOP, CallSid="CA1", Junk="x" * 1_000_000)
    assert answer.status_code == 413


async def test_the_text_and_its_job_stand_in_the_same_commit_as_the_call(shop: Shop) -> None:
    await shop.miss("CA1")
    [text], [job] = await texts(shop), await shop.rows(Job, topic="send")
    assert (job.topic, job.subject_id, job.due_at) == ("send", text.id, shop.clock.now())
