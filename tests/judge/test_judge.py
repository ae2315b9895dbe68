"""A judge is asked in both orders, about each pair once, and says what is wrong with its endpoint."""

import json

import httpx
import polars as pl
import pytest

from rampart.judge.asking import Choice, judged
from rampart.judge.endpoint import JudgeError, endpoint


def frame(*pairs: tuple[str | None, str | None]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "record_id": [f"r{number}" for number in range(len(pairs))],
            "prompt": "p",
            "first": [first for first, _ in pairs],
            "second": [second for _, second in pairs],
            "first_position": 0,
            "second_position": 1,
        }
    )


def longer(_: str, first: str, second: str) -> Choice:
    return "tie" if len(first) == len(second) else "first" if len(first) > len(second) else "second"


def test_a_preference_that_stays_with_the_response_counts() -> None:
    told = judged(frame(("long", "x"), ("x", "long"), ("x", "y")), longer)
    assert told["judge"].to_list() == [1.0, 0.0, 0.5]
    assert told["record_id"].to_list() == ["r0", "r1", "r2"]


def test_a_preference_that_stays_with_the_place_is_a_tie() -> None:
    told = judged(frame(("long", "x")), lambda *_: "first")
    assert told["judge"].to_list() == [0.5]


def test_a_pair_that_recurs_is_asked_about_once_and_a_missing_text_never() -> None:
    asked = []

    def counting(prompt: str, first: str, second: str) -> Choice:
        asked.append((first, second))
        return longer(prompt, first, second)

    told = judged(frame(("long", "x"), ("long", "x"), (None, "x")), counting)
    assert asked == [("long", "x"), ("x", "long")]
    assert told["judge"].to_list() == [1.0, 1.0, None]


def test_an_answer_that_is_not_understood_is_no_label() -> None:
    assert judged(frame(("long", "x")), lambda *_: None)["judge"].to_list() == [None]


def replying(reply: httpx.Response, seen: list[httpx.Request] | None = None) -> httpx.Client:
    def handle(request: httpx.Request) -> httpx.Response:
        if seen is not None:
            seen.append(request)
        return reply

    return httpx.Client(transport=httpx.MockTransport(handle))


def said(content: object) -> httpx.Response:
    return httpx.Response(200, json={"choices": [{"message": {"content": content}}]})


@pytest.mark.parametrize(
    ("content", "choice"),
    [
        ("A", "first"),
        (" b.", "second"),
        ("TIE", "tie"),
        ("**A** is better", "first"),
        ("Both", None),
        ("", None),
    ],
)
def test_one_word_is_read_from_the_endpoints_answer(content: str, choice: Choice | None) -> None:
    seen: list[httpx.Request] = []
    ask = endpoint("http://judge.example/v1/", "small", "secret", replying(said(content), seen))
    assert ask("p", 'first "quoted"', "second") == choice
    (request,) = seen
    assert str(request.url) == "http://judge.example/v1/chat/completions"
    assert request.headers["authorization"] == "Bearer secret"
    body = json.loads(request.content)
    assert (body["model"], body["temperature"]) == ("small", 0)
    assert json.loads(body["messages"][1]["content"])["answer A"] == 'first "quoted"'


def test_a_server_of_ones_own_needs_no_key() -> None:
    seen: list[httpx.Request] = []
    endpoint("http://judge.example/v1", "small", client=replying(said("A"), seen))("p", "x", "y")
    assert "authorization" not in seen[0].headers


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (httpx.Response(429, text="slow down"), "answered 429: slow down"),
        (httpx.Response(200, text="<html>"), "did not answer as chat completions do"),
        (httpx.Response(200, json={"choices": []}), "did not answer as chat completions do"),
    ],
)
def test_an_endpoint_that_cannot_be_asked_says_which_and_why(reply: httpx.Response, problem: str) -> None:
    ask = endpoint("http://judge.example/v1", "small", client=replying(reply))
    with pytest.raises(JudgeError, match=f"http://judge.example/v1/chat/completions {problem}"):
        ask("p", "x", "y")


def test_an_endpoint_that_is_not_there_says_so() -> None:
    def refuse(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    ask = endpoint(
        "http://judge.example/v1", "small", client=httpx.Client(transport=httpx.MockTransport(refuse))
    )
    with pytest.raises(JudgeError, match="could not be asked: refused"):
        ask("p", "x", "y")
