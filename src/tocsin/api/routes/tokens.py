"""The caller's own tokens, who the caller is, and the one operation without a token: getting the first one."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import AliasChoices, Field, StringConstraints

from tocsin.api import answers, clock, once, tokens, words
from tocsin.api.asked import Asked
from tocsin.api.callers import caller_of, require_scope
from tocsin.api.models import Token
from tocsin.people import sign_in

router = Router(tags=["Tokens"])
Scope = Literal["read", "write", "admin"]
Number = Annotated[int, Field(ge=1, le=2**53)]


class TokenOut(Schema):
    """A token without its secret. `hint` is the end of the secret."""

    number: int = Field(validation_alias=AliasChoices("pk", "number"))
    name: str
    scope: Scope
    hint: str
    made_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class TokensOut(Schema):
    """The caller's tokens, newest first, revoked ones included."""

    tokens: list[TokenOut]


class TokenIn(Asked):
    """A token to make. Without `expires_at` it is good until it is revoked."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=words.CLEAN)]
    scope: Scope = "write"
    expires_at: words.Moment | None = None


class LinkIn(Asked):
    """The last part of a one-time sign-in link, and a name for the token."""

    secret: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[!-~]+$")]
    name: Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=words.CLEAN)] = "terminal"


class NewTokenOut(Schema):
    """A new token. `secret` is shown here and never again."""

    secret: str
    token: TokenOut


class MeOut(Schema):
    """Who the token or the session belongs to, and how far it reaches."""

    ref: str
    name: str
    email: str
    access: Literal["observer", "responder", "commander", "administrator"]
    scope: Scope
    version: str


@router.get("/me", response=MeOut, operation_id="show_me", summary="Say who I am")
def show_me(request: HttpRequest) -> MeOut:
    """Who the token belongs to, what it may do, and the server's version."""
    import tocsin

    caller = caller_of(request)
    person = caller.person
    return MeOut(
        ref=person.ref,
        name=str(person),
        email=person.email,
        access=person.access,
        scope=caller.scope,
        version=tocsin.__version__,
    )


@router.get("/tokens", response=TokensOut, operation_id="list_tokens", summary="List my tokens")
def list_tokens(request: HttpRequest) -> TokensOut:
    """Newest first; a secret is never shown again."""
    found = Token.objects.filter(person=caller_of(request).person)
    return TokensOut(tokens=[TokenOut.model_validate(token) for token in found])


@router.post("/tokens", response={201: NewTokenOut}, operation_id="make_token", summary="Make a token")
def make_token(request: HttpRequest, body: TokenIn) -> HttpResponse:
    """The answer holds the secret, once. It needs a signed-in browser or a token with the scope “admin”.

    The same Idempotency-Key gives the same secret again, without its being kept.
    """
    caller = caller_of(request)
    require_scope(caller, Token.Scope.ADMIN)
    wish = tokens.Wish(caller.person, body.name, body.scope, body.expires_at)
    secret = tokens.secret_for(once.key_of(request), caller.person.ref)
    return _new(*tokens.make(wish, clock.now(), secret))


@router.post(
    "/tokens/from-link",
    auth=None,
    response={201: NewTokenOut},
    operation_id="make_token_from_link",
    summary="Make a token from a one-time sign-in link",
)
def make_token_from_link(request: HttpRequest, body: LinkIn) -> HttpResponse:
    """Uses the link up. For terminals, where nobody has a browser to sign in with."""
    now = clock.now()
    secret = tokens.secret_for(once.key_of(request), f"link {body.secret}")
    made = Token.objects.filter(secret_hash=tokens.hash_of(secret)).first() if secret else None
    person = made.person if made else sign_in.redeem(body.secret, now)
    return _new(*tokens.make(tokens.Wish(person, body.name, Token.Scope.ADMIN), now, secret))


@router.post("/tokens/current/revoke", response=TokenOut, operation_id="revoke_this_token", summary="Revoke this token")
def revoke_this_token(request: HttpRequest) -> HttpResponse:
    """Signs the calling program out. *404* for a browser's session, which has no token."""
    caller = caller_of(request)
    if caller.token is None:
        raise tokens.TokenNotFoundError
    return revoke_token(request, caller.token.pk)


@router.post("/tokens/{number}/revoke", response=TokenOut, operation_id="revoke_token", summary="Revoke a token")
def revoke_token(request: HttpRequest, number: Number) -> HttpResponse:
    """It is refused from now on. Revoking it again changes nothing."""
    person = caller_of(request).person
    tokens.revoke(person, number, clock.now())
    return answers.made(TokenOut.model_validate(Token.objects.get(person=person, pk=number)))


def _new(token: Token, secret: str) -> HttpResponse:
    made = NewTokenOut(secret=secret, token=TokenOut.model_validate(token))
    response = answers.made(made, status=201, location="/api/v1/tokens")
    response["Cache-Control"] = "no-store"
    return response
