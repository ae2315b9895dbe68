import socket

import pytest

from rampart.webhook import UndeliveredError, post
from tests.receiver import receiver


def test_a_notice_arrives_as_json_under_its_id() -> None:
    with receiver() as other:
        post(other.url, "id-1", b'{"a":1}', 5)
    assert (other.effects, other.types) == ({"id-1": b'{"a":1}'}, {"application/json"})


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (500, "127.0.0.1 answered 500 Internal Server Error"),
        (302, "127.0.0.1 answered 302 Found"),  # followed, it would arrive as a GET without the body
        (410, "127.0.0.1 answered 410 Gone"),
        (599, "127.0.0.1 answered 599"),
    ],
)
def test_any_other_answer_is_no_delivery_and_is_said_in_our_words(status: int, said: str) -> None:
    with receiver(lambda _: status) as other, pytest.raises(UndeliveredError) as refused:
        post(other.url, "id-1", b"{}", 5)
    assert str(refused.value) == said


def test_an_answer_that_is_lost_is_no_delivery_although_the_notice_arrived() -> None:
    with receiver(lambda _: 0) as other, pytest.raises(UndeliveredError, match="gave no answer"):
        post(other.url, "id-1", b"{}", 5)
    assert other.seen["id-1"] == 1


def test_a_receiver_that_is_silent_or_absent_is_given_up_in_time_and_no_secret_is_told() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/hook?token=secret"
        with pytest.raises(UndeliveredError, match=r"no answer within 0\.2 s \(TimeoutError\)") as slow:
            post(url, "id-1", b"{}", 0.2)
    with pytest.raises(UndeliveredError, match="ConnectionRefusedError") as absent:
        post(url, "id-1", b"{}", 5)
    assert "secret" not in f"{slow.value}{absent.value}"


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://example.org/x", "hook", "http://", "http://[bad"]
)
def test_only_http_addresses_are_posted_to(url: str) -> None:
    with pytest.raises(UndeliveredError, match="RAMPART_NOTIFY_URL is no http"):
        post(url, "id-1", b"{}", 5)
