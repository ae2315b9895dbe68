import hashlib

import pytest

from rampart.delivery.errors import DeliveryError, WorkOrderError
from rampart.delivery.work_orders import (
    WorkItem,
    WorkMessage,
    WorkResponse,
    issued,
    read_work_order,
    work_order_key,
    write_work_order,
)

LINE = (
    b'{"item":"w1-1","prompt":[{"role":"user","content":"Hi"}],'
    b'"responses":[{"checkpoint_id":"p7","content":"Hello"},{"checkpoint_id":"p8","content":"H\\u00e9"}]}'
)


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _item(name: str, *contents: str) -> WorkItem:
    responses = tuple(WorkResponse("p7", content) for content in contents)
    return WorkItem(name, (WorkMessage("user", "Hi"),), responses)


def test_a_work_order_knows_what_went_out_and_from_which_checkpoint() -> None:
    order = read_work_order(LINE + b"\n", "w.jsonl")
    assert order.items == {"w1-1": frozenset({("p7", _sha("Hello")), ("p8", _sha("Hé"))})}
    assert order.digest == hashlib.sha256(LINE + b"\n").hexdigest()
    assert issued(order) == {("w1-1", "p7", _sha("Hello")), ("w1-1", "p8", _sha("Hé"))}


def test_what_is_written_reads_back() -> None:
    order = read_work_order(write_work_order([_item("a", "x", "y\u2028\n"), _item("b", "z")]), "w")
    assert issued(order) == {("a", "p7", _sha("x")), ("a", "p7", _sha("y\u2028\n")), ("b", "p7", _sha("z"))}


def test_equal_work_gives_equal_bytes_in_any_order() -> None:
    items = [_item("b", "z"), _item("a", "x")]
    assert write_work_order(items) == write_work_order(reversed(items))
    assert write_work_order(items).splitlines()[0].startswith(b'{"item":"a","prompt":')


def test_blank_lines_and_windows_line_ends_are_read_over() -> None:
    data = LINE + b"\r\n\n" + LINE.replace(b"w1-1", b"w1-2") + b"\r\n"
    assert set(read_work_order(data, "w").items) == {"w1-1", "w1-2"}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"{", "truncated"),
        (b"[]", "Expected 'object', got 'array'"),
        (LINE.replace(b'"w1-1"', b"7"), r"Expected 'str', got 'int' - at '\$\.item'"),
        (LINE.replace(b'"w1-1"', b'""'), r"length >= 1 - at '\$\.item'"),
        (LINE.replace(b'"user"', b'"boss"'), r"Invalid enum value 'boss' - at '\$\.prompt\[0\]\.role'"),
        (LINE.replace(b"checkpoint_id", b"checkpoint"), r"at '\$\.responses\[0\]'"),
        (LINE.replace(b'"prompt"', b'"gold":1,"prompt"'), "unknown field 'gold'"),
        (b'{"item":"a","prompt":[],"responses":[]}', r"length >= 1 - at '\$\.prompt'"),
        (LINE.replace(b"Hello", b"\xff"), "can't decode byte 0xff"),
        (LINE.replace(b"Hello", b"\\ud800"), "surrogate|truncated|malformed"),
        (LINE, "the item 'w1-1' was already on an earlier line"),
    ],
)
def test_a_line_that_is_no_item_is_named_by_its_number(line: bytes, said: str) -> None:
    with pytest.raises(WorkOrderError, match=said) as caught:
        read_work_order(LINE + b"\n\n" + line + b"\n", "w.jsonl")
    assert str(caught.value).startswith("w.jsonl line 3: ")
    assert caught.value.fix


def test_an_empty_work_order_is_an_error() -> None:
    with pytest.raises(WorkOrderError, match="holds no item"):
        read_work_order(b"\n", "w")


def test_the_writer_refuses_what_the_reader_would() -> None:
    with pytest.raises(WorkOrderError, match="was already on an earlier line"):
        write_work_order([_item("a", "x"), _item("a", "y")])
    with pytest.raises(WorkOrderError):
        write_work_order([_item("a")])


def test_the_items_cannot_be_changed_afterwards() -> None:
    order = read_work_order(LINE, "w")
    with pytest.raises(TypeError):
        order.items["new"] = frozenset()  # type: ignore[index]


def test_a_work_order_has_its_place() -> None:
    assert work_order_key("chat-rm", 3) == "work-orders/chat-rm/week-03.jsonl"
    with pytest.raises(DeliveryError):
        work_order_key("../x", 3)
