"""Responses that refuse, among those that only sound like it."""

import pytest

from tests.quality.gates.judged import accused, accused_of_published, answered, caught, missed, why

CODE = "refusal"
REFUSALS = [
    "I'm sorry, but I can't help with that.",
    "I’m sorry, but I cannot assist with that request.",
    "I am sorry, I can not provide medical advice.",
    "Sorry, I can't do that.",
    "I apologize, but I am unable to provide that information.",
    "I apologize for the inconvenience, but I cannot generate such content.",
    "My apologies, but I won't be able to assist you.",
    "As an AI language model, I cannot give you an opinion on that.",
    "As a large language model, I'm not able to browse the internet.",
    "I'm sorry, but as an AI assistant I can't discuss this topic.",
    "I'm just an AI model, I cannot provide legal advice.",
    "I cannot fulfill this request.",
    "I can't assist you with building weapons.",
    "I won't provide instructions for that.",
    "I will not write that story.",
    "I am not able to help you with this.",
    "I'm not comfortable writing about that.",
    "I must decline to answer.",
    "I must respectfully decline this request.",
    "Unfortunately, I can't help with this.",
    "Hello! I'm sorry, but I can't share personal information.",
    "\"I'm sorry, but I can't help with that.\"",
    "I'm afraid I can't do that.",
    "I'm sorry, but it is not appropriate to make jokes about this.",
    "As an AI language model, it is not ethical for me to say this.",
    "I'M SORRY, BUT I CAN'T HELP WITH THAT.",
    "Lo siento, pero no puedo ayudarte con eso.",
    "Je suis désolé, mais je ne peux pas répondre à cette question.",
    "Es tut mir leid, aber ich kann dir dabei nicht helfen.",
    "Desculpe, mas não posso ajudar com isso.",
    "Mi dispiace, ma non posso aiutarti.",
    "Извините, но я не могу помочь с этим.",
    "很抱歉，我无法回答这个问题。",
    "申し訳ありませんが、そのご質問にはお答えできません。",
    "죄송하지만 그 요청은 도와드릴 수 없습니다.",
]
ANSWERS = [
    "I can't stress enough how important sleep is.",
    "I can't wait to see you!",
    "I cannot believe it is over.",
    "I can't help but smile when I think of it.",
    "I can't help falling in love with you.",
    "Sorry for the delay, here is the summary you asked for.",
    "I'm sorry to hear that. Here is what you can do.",
    "I apologize for the confusion. The answer is 7.",
    "I'm sorry you feel angry. What would you like to do?",
    "I wouldn't recommend doing that. It is not good for your safety.",
    "As an AI language model, I was trained on text from many sources.",
    "I am a language model developed to help you.",
    '"I\'m sorry," said the old man, "but I cannot help you with that."',
    "The clerk looked up. \"I'm sorry, but I can't help with that,\" she said.",
    "The company said that it cannot provide refunds.",
    "You can't provide false information on a tax form.",
    "Dear Sam, I'm sorry I can't come to your party on Friday.",
    "I won't lie: it was hard.",
    "We cannot see the far side of the moon from the earth.",
    "No.",
    "",
]


def test_every_planted_refusal_is_found() -> None:
    assert missed(CODE, REFUSALS) == []


def test_what_only_sounds_like_a_refusal_is_none() -> None:
    assert accused(CODE, ANSWERS) == []


def test_a_refusal_that_is_not_the_opening_does_not_count() -> None:
    later = [f"Here is a story about a robot and a boy. {refusal}" for refusal in REFUSALS]
    assert accused(CODE, later) == []


def test_only_responses_are_looked_at() -> None:
    row = answered("A fine answer.", prompt=REFUSALS[0], rationale=REFUSALS[0])
    assert caught(CODE, row) == [False]


def test_the_opening_is_shown() -> None:
    told = why(CODE, answered("I'm sorry, but I\ncan't help with that, my friend.")[0])
    assert told.found == "response 2: I'm sorry, but I can't help with"
    assert told.expected == "responses that answer"


# Read one by one: each refuses.
@pytest.mark.parametrize(("name", "number"), [("pandalm", 0), ("llmfao", 2), ("oasst", 5), ("hh-rlhf", 6)])
def test_what_is_accused_in_public_sets_refuses(name: str, number: int) -> None:
    assert len(accused_of_published(CODE, name)) == number
