"""Event notifications as stores send them → the contract weeks they are about."""

import json
from typing import Any
from urllib.parse import quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rampart.delivery.hints import HintError, Touched, touched, weeks_touched

KEY = "drop/north/week-01/rows ä+1.jsonl"


def record(key: str = KEY, name: str = "ObjectCreated:Put", bucket: str = "b") -> dict[str, Any]:
    return {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "eventName": name,
        "s3": {
            "bucket": {"name": bucket, "arn": "arn:…"},
            "object": {"key": quote_plus(key, "/"), "size": 3},
        },
    }


def filer(kind: str, key: str, **message: Any) -> dict[str, Any]:
    """As the filer's webhook of SeaweedFS 4.48 sends it."""
    return {"event_type": kind, "key": key, "message": {"signatures": [1], **message}}


EVENT = {"Records": [record()]}
SNS = {"Type": "Notification", "MessageId": "1", "Message": json.dumps(EVENT)}
TEST = {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b"}


@pytest.mark.parametrize(
    "message",
    [
        EVENT,
        {"EventName": "s3:ObjectCreated:Put", "Key": "b/x", "Records": [record(name="s3:ObjectCreated:Put")]},
        SNS,
        {"MessageId": "1", "ReceiptHandle": "r", "Body": json.dumps(EVENT)},
        {"Messages": [{"MessageId": "1", "Body": json.dumps(SNS)}]},
        {"Records": [{"messageId": "1", "eventSource": "aws:sqs", "body": json.dumps(EVENT)}]},
        {"Records": [record(), record(), record("old", "ObjectRemoved:Delete")]},
        filer("create", f"/buckets/b/{KEY}", new_parent_path="/buckets/b/drop", new_entry={"name": "x"}),
        filer("update", f"/buckets/b/{KEY}"),
        filer(
            "rename",
            "/buckets/b/tmp",
            new_parent_path="/buckets/b/drop/north/week-01",
            new_entry={"name": "rows ä+1.jsonl"},
        ),
    ],
)
def test_every_form_tells_the_object_that_was_written(message: dict[str, Any]) -> None:
    assert touched(json.dumps(message)) == (Touched("b", KEY),)


@pytest.mark.parametrize(
    "message",
    [
        TEST,
        {"Message": json.dumps(TEST)},
        {"Records": []},
        {"Records": [record(name="ObjectRemoved:Delete"), record(name="ObjectTagging:Put")]},
        filer("delete", f"/buckets/b/{KEY}"),
        filer("create", "/topics/x"),
        filer("create", "/buckets/b"),
    ],
)
def test_tests_removals_and_what_is_no_object_touch_nothing(message: dict[str, Any]) -> None:
    assert touched(json.dumps(message)) == ()


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("", "event.json: this is not JSON"),
        ("[]", "this is no event notification; it holds list"),
        ('{"a": 1, "b": 2}', "this is no event notification; it holds 'a', 'b'. Fix: pass the message as"),
        ('{"Records": 1}', "expected a list of records"),
        ('{"Records": [1]}', "expected a record to be an object"),
        ('{"Records": [{"eventName": "ObjectCreated:Put", "s3": {}}]}', "a record names no s3.bucket.name"),
        ('{"Message": 1}', "a message within the message is no text"),
        ('{"Message": "hello"}', "this is not JSON"),
        ('{"key": "x", "event_type": "create"}', "the event's key is no path of a filer"),
        ("[" * 100_000, "this is not JSON"),
        (" " * ((1 << 20) + 1), "the message has 1,048,577 characters"),
    ],
)
def test_what_is_none_is_refused_in_a_sentence(message: str, said: str) -> None:
    with pytest.raises(HintError) as caught:
        touched(message, "event.json")
    assert said in str(caught.value)
    assert caught.value.fix


def test_envelopes_within_each_other_are_limited() -> None:
    message = json.dumps(EVENT)
    for _ in range(10):
        message = json.dumps({"Message": message})
    with pytest.raises(HintError, match="this is no event notification"):
        touched(message)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["Records", "s3", "key", "Message", "event_type", "message", "Event", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_whatever_the_json_it_is_told_or_refused(value: Any) -> None:
    try:
        touched(json.dumps(value))
    except HintError as error:
        assert error.fix


INBOXES = {"north/week-01": ("dc-north", 1), "north/week-02": ("dc-north", 2), "south/w/1": ("dc-south", 1)}


def test_objects_name_the_weeks_in_whose_folders_they_lie() -> None:
    keys = ("drop/north/week-02/a", "drop/north/week-02/deep/b", "drop/south/w/1/c", "drop/north/week-03/d")
    objects = [Touched("b", key) for key in (*keys, "north/week-01/elsewhere", "drop/north/week-01")]
    assert weeks_touched(objects, "b", "/drop/", INBOXES) == (("dc-north", 2), ("dc-south", 1))
    assert weeks_touched(objects, "other", "drop", INBOXES) == ()
    assert weeks_touched([Touched("b", "north/week-01/x")], "b", "", INBOXES) == (("dc-north", 1),)
