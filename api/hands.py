"""Which hand does which job."""

from collections.abc import Mapping

from agent.replying import Model
from api import calcom_jobs, callsavvy, sending
from api.deps import House
from api.turns import turn
from api.webhook_sending import webhook_hand
from api.worker import Hand
from storage.tables import Job


def hands(model: Model | None) -> Mapping[str, Hand]:
    """The hand for every topic of `storage.tables.Job`; without a model the script answers."""

    async def answer_with_model(house: House, job: Job) -> None:
        await turn(house, job, model)

    return {
        "turn": answer_with_model,
        "send": sending.send,
        "remind": sending.remind,
        "alert": sending.alert,
        "expire": sending.expire,
        "opening": sending.opening,
        "digest": sending.digest,
        "silence": sending.silence,
        "webhook": webhook_hand(),
        "unanswered": callsavvy.unanswered,
        "outside": calcom_jobs.settle,
        "outside_pull": calcom_jobs.pull,
    }
