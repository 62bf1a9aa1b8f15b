"""60 requests a minute and 10,000 a day for each credential (TP-A9)."""

from api.limits import PER_DAY, PER_MINUTE, RateLimits


def test_the_limits_are_those_of_the_contract() -> None:
    assert (PER_MINUTE, PER_DAY) == (60, 10_000)


def test_the_sixty_first_request_of_a_minute_is_too_many() -> None:
    limits = RateLimits()
    told = [limits.count("acme").exceeded for _ in range(61)]
    assert told == [False] * 60 + [True]


def test_one_credential_does_not_use_up_anothers_share() -> None:
    limits = RateLimits(per_minute=1)
    limits.count("acme")
    assert not limits.count("retell").exceeded


def test_what_remains_is_told_in_the_headers() -> None:
    limits = RateLimits()
    limits.count("acme")
    headers = limits.count("acme").headers()
    assert headers["RateLimit-Policy"] == '"default";q=60;w=60'
    assert headers["RateLimit"].startswith('"default";r=58;t=')


def test_when_the_day_is_used_up_the_answer_speaks_of_the_day() -> None:
    limits = RateLimits(per_minute=10, per_day=2)
    limits.count("acme")
    limits.count("acme")
    rate = limits.count("acme")
    assert (rate.exceeded, rate.quota, rate.window, rate.remaining) == (True, 2, 86_400, 0)


def test_the_wait_is_at_least_a_second_and_at_most_the_window() -> None:
    limits = RateLimits(per_minute=1)
    limits.count("acme")
    assert 1 <= limits.count("acme").reset <= 60
