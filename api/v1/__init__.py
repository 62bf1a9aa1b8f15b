"""The public v1 door: one file per noun, collected here."""

from fastapi import APIRouter

from api.v1 import bookings, messages, scheduling, scheduling_slots

router = APIRouter()
for noun in (bookings, scheduling_slots, scheduling, messages):
    router.include_router(noun.router)
