"""The library's interpreter, with one word of the dialect read lazily."""

from typing import Any

import jmespath
from jmespath import visitor

from contracts.language.functions import Words, truthy


class Interpreter(visitor.TreeInterpreter):
    """JMESPath's interpreter, but `if()` reads only the branch it takes: the other may not fit the row."""

    def __init__(self, words: Words) -> None:
        super().__init__(jmespath.Options(custom_functions=words))

    def visit_function_expression(self, node: Any, value: Any) -> Any:
        """The value of a call."""
        if node["value"] != "if":
            return super().visit_function_expression(node, value)
        test, then, otherwise = node["children"]
        return self.visit(then if truthy(self.visit(test, value)) else otherwise, value)
