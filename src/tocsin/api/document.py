"""Complete the OpenAPI document: what holds for every operation, its possible answers, and an example of each.

The examples are those of `examples`, which a test runs for real.
"""

from __future__ import annotations

from typing import Any

from tocsin.api import examples, once, problems
from tocsin.api.callers import CsrfFailedError
from tocsin.api.tokens import TokenRefusedError
from tocsin.desk.writer import KeyReusedError, StaleVersionError
from tocsin.errors import TooManyError, UnavailableError, UnreadableError
from tocsin.store.queries import IncidentNotFoundError

ABOUT = """\
Everything a person can do in Tocsin, for programs.

**Signing in.** Send `Authorization: Bearer toc_…` with a personal token. A signed-in browser may use its session; its
changes need the header `X-CSRFToken`.

**Once.** Every POST takes an `Idempotency-Key`. The same key and request again has no second effect and gets the same
answer; with another request it is refused (409). A request that was refused may be sent again with its key.

**Versions.** An incident's `ETag` is its version. Send it as `If-Match` with a command to be refused (412) when somebody
else was first. It is never required: without it a command is decided on the incident as it is by then.

**Errors** are problem documents (RFC 9457). Their `type` never changes; `detail` says what to do. The list is at
[/api/v1/problems/](/api/v1/problems/).

**Times** are RFC 3339 in UTC; requests may use any offset. **Pages** have a `next` cursor, to be sent as `cursor`.
"""
Node = dict[str, Any]
_METHODS = ("get", "post", "put", "patch", "delete")
_KEY: Node = {
    "in": "header",
    "name": once.HEADER,
    "required": False,
    "description": "The same key and request again has no second effect. A random UUID does well.",
    "schema": {"type": "string", "pattern": once.PATTERN, "minLength": 1, "maxLength": 200},
}
_IF_MATCH: Node = {
    "in": "header",
    "name": "If-Match",
    "required": False,
    "description": "The version's tag that the command must meet, as the ETag said it.",
    "schema": {"type": "string"},
    "example": '"7"',
}
_IF_NONE_MATCH: Node = {
    "in": "header",
    "name": "If-None-Match",
    "required": False,
    "description": "The version's tag that the caller has already.",
    "schema": {"type": "string"},
    "example": '"7"',
}
_ETAG: Node = {"ETag": {"description": "The incident's version.", "schema": {"type": "string"}}}


def complete(schema: Any) -> Any:
    """Add to `schema`, in place, what holds for every operation, and return it."""
    components = schema["components"].setdefault("schemas", {})
    components["Problem"] = _problem_schema()
    schema["components"]["responses"] = {name: _response(kind) for name, kind in _ANSWERS.items()}
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            if method in _METHODS:
                _complete_operation(path, method, operation)
    return schema


_ANSWERS: dict[str, Any] = {
    "Malformed": problems.MalformedError,
    "NotSignedIn": TokenRefusedError,
    "Forbidden": CsrfFailedError,
    "NotFound": IncidentNotFoundError,
    "Refused": KeyReusedError,
    "Outdated": StaleVersionError,
    "TooLarge": problems.TooLargeError,
    "Unreadable": UnreadableError,
    "TooMany": TooManyError,
    "Unavailable": UnavailableError,
}


def _complete_operation(path: str, method: str, operation: Node) -> None:
    operation["parameters"] = [*operation.get("parameters", []), *_headers(path, method)]
    success = next(answer for status, answer in operation["responses"].items() if int(status) < 300)
    success["description"] = "Done." if method != "get" else "Found."
    if path.startswith("/api/v1/incidents/{ref}") and (method == "post" or path.endswith("{ref}")):
        success["headers"] = _ETAG
    if path.endswith("/source"):
        success["content"] = {"text/plain": {"schema": {"type": "string"}}}
    if path == "/api/v1/incidents/{ref}" and method == "get":
        operation["responses"][304] = {"description": "The caller has this version already.", "headers": _ETAG}
    for name in _answers(path, method):
        status = problems.status_of(_ANSWERS[name])
        operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}
    operation["responses"] = {str(status): answer for status, answer in operation["responses"].items()}
    _add_examples(operation, success)


def _headers(path: str, method: str) -> list[Node]:
    if method == "post":
        return [_KEY, _IF_MATCH] if path.startswith("/api/v1/incidents/{ref}/") else [_KEY]
    return [_IF_NONE_MATCH] if path == "/api/v1/incidents/{ref}" else []


def _answers(path: str, method: str) -> list[str]:
    names = ["NotSignedIn", "Forbidden", "Unreadable", "TooMany", "Unavailable", "Malformed"]
    if "{" in path or "me" in path:
        names.append("NotFound")
    if method != "get":
        names += ["NotFound", "Refused", "TooLarge"]
    if method == "post" and path.startswith("/api/v1/incidents/{ref}/"):
        names.append("Outdated")
    return names


def _response(kind: Any) -> Node:
    return {
        "description": kind().message,
        "content": {
            problems.MEDIA_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "example": problems.example(kind),
            }
        },
    }


def _problem_schema() -> Node:
    found = problems.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    fault = found.pop("$defs")["Fault"]
    found["properties"]["errors"]["items"] = fault
    return found


def _add_examples(operation: Node, success: Node) -> None:
    example = examples.EXAMPLES.get(operation["operationId"])
    if example is None:
        return
    for parameter in operation["parameters"]:
        if parameter["name"] in example.parameters:
            parameter["example"] = example.parameters[parameter["name"]]
    for content in operation.get("requestBody", {}).get("content", {}).values():
        content["example"] = example.body
    for content in success.get("content", {}).values():
        content["example"] = example.answer
