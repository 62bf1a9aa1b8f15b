"""The people of the office, signed in: each with a browser of their own."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx2

from api.console.door import COOKIE, real_now
from api.console.sign_in import hasher
from storage.context import SYSTEM, Context
from storage.seed import demo_id
from storage.tables import Org, Staff
from tests.api.doors import second_business
from tests.fakes import Shop
from tools import staff_sessions

PASSWORD = "nine blue herons"


@dataclass(frozen=True, slots=True)
class Desk:
    """Somebody of the office at their browser; `get` and `post` are what it sends, redirects not followed."""

    shop: Shop
    client: httpx2.AsyncClient
    staff_id: str
    session_id: str

    async def get(self, path: str, **params: str) -> str:
        """The HTML of a page that must open."""
        answer = await self.client.get(path, params=params or None)
        assert answer.status_code == 200, (answer.status_code, answer.text[-500:])
        return answer.text

    async def post(self, path: str, **form: Any) -> httpx2.Response:
        """Send a form, as the page itself would."""
        return await self.client.post(path, data=form, headers={"Sec-Fetch-Site": "same-origin"})

    async def also_works_for_cardinal(self) -> None:
        """The same address and password open a second business too."""
        org = await second_business(self.shop)
        await hired(self.shop, "mia@bluebird.example", "Mia", "owner", org=org)

    async def neighbour(self) -> "Desk":
        """Rosa, who owns the other business, at her own browser."""
        org = await second_business(self.shop)
        return await desk_of(self.shop, "rosa@cardinal.example", "Rosa", "owner", org=org)


async def hired(shop: Shop, email: str, name: str, role: str, org: Org | None = None) -> Staff:
    """A member of staff with the password of all of them, found or made."""
    business = org or shop.org

    def unit(ctx: Context) -> Staff:
        staff_id = demo_id(f"{business.slug} {email}")
        found = ctx.session.get(Staff, staff_id)
        if found is None:
            found = Staff(
                id=staff_id,
                org_id=business.id,
                email=email,
                name=name,
                role=role,
                password_hash=password_hash(),
                created_at=ctx.now,
            )
            ctx.session.add(found)
        return found

    return await shop.house.write(business, unit, actor=SYSTEM)


async def desk_of(shop: Shop, email: str, name: str = "Mia", role: str = "owner", org: Org | None = None) -> Desk:
    """Somebody signed in at a browser of their own; the password is not asked, which would cost a tenth of a second."""
    staff = await hired(shop, email, name, role, org)
    row, token = await shop.house.write(
        org or shop.org, lambda ctx: staff_sessions.start(ctx, staff, at=real_now(), device="Firefox"), actor=SYSTEM
    )
    client = httpx2.AsyncClient(transport=shop.client._transport, base_url="https://inner.test")
    client.cookies.set(COOKIE, token)
    return Desk(shop, client, staff.id, row.id)


@cache
def password_hash() -> str:
    """Hashed once for all of them."""
    return hasher().hash(PASSWORD)
