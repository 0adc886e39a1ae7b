"""Terminal commands to sign in and out, to say who one is, and for one's tokens."""

from __future__ import annotations

import os
import platform
import re
import sys
from typing import Annotated, Any

import typer

from tocsin.cli import asking, credentials, shown
from tocsin.cli.asking import AsJson, Server
from tocsin.cli.client import Client, connect
from tocsin.cli.credentials import TOKEN_VARIABLE, Credentials
from tocsin.errors import NotSignedInError

PANEL = "Your account"
_LINK = re.compile(r"^(https?://[^/\s]+)/sign-in/([^/\s]+)/?$")


def register(app: typer.Typer) -> None:
    """Add this module's commands to the program."""
    for command in (login, logout, whoami):
        app.command(rich_help_panel=PANEL)(command)
    token = typer.Typer(no_args_is_help=True, help="List, make and revoke your tokens.")
    token.command("list")(list_tokens)
    token.command("make")(make_token)
    token.command("revoke")(revoke_token)
    app.add_typer(token, name="token", rich_help_panel=PANEL)


def login(
    address: Annotated[str, typer.Argument(help="the server's address, or a one-time sign-in link")],
    is_insecure: Annotated[bool, typer.Option("--insecure", help="send the token over plain http")] = False,
    as_json: AsJson = False,
) -> None:
    """Sign this terminal in. The token is asked for, read from TOCSIN_TOKEN or standard input, or made from a link."""
    link = _LINK.match(address.strip())
    server = credentials.normalised(link.group(1) if link else address)
    if credentials.is_open_to_others(server) and not is_insecure:
        raise typer.BadParameter(
            "others could read the token on its way; use https://, or --insecure", param_hint="URL"
        )
    token = _from_link(server, link.group(2)) if link else _given_token(server)
    with Client(Credentials(server, token)) as client:
        me = client.get("/me")
    path = credentials.keep(server, token)
    if as_json:
        shown.as_json({**me, "server": server})
    else:
        typer.echo(f"Signed in to {server} as {me['name']} ({me['access']}). The token is kept in {path}.")


def logout(
    server: Server = "",
    keep_token: Annotated[bool, typer.Option("--keep-token", help="only forget it here")] = False,
) -> None:
    """Sign this terminal out: revoke its token and forget it."""
    used = credentials.find(server)
    if not keep_token:
        try:
            with Client(used) as client:
                client.post("/tokens/current/revoke")
        except NotSignedInError:
            typer.echo("The token was no longer good.", err=True)
    credentials.forget(used.server)
    typer.echo(f"Signed out of {used.server}.")


def whoami(as_json: AsJson = False, server: Server = "") -> None:
    """Say who this terminal is signed in as, and where."""
    with connect(server) as client:
        me = client.get("/me")
        if as_json:
            shown.as_json({**me, "server": client.server})
            return
        typer.echo(f"{me['name']} <{me['email']}>, {me['access']}, at {client.server}; the token may: {me['scope']}")


def list_tokens(as_json: AsJson = False, server: Server = "") -> None:
    """List your tokens."""
    with connect(server) as client:
        found = client.get("/tokens")
    if as_json:
        shown.as_json(found)
        return
    for token in found["tokens"]:
        typer.echo(_token_line(token))


def make_token(
    name: Annotated[str, typer.Argument(help="what it is for")],
    scope: Annotated[str, typer.Option(help="read, write or admin")] = "write",
    expires: Annotated[str | None, typer.Option(help="until when: 2027-01-01T00:00:00Z")] = None,
    as_json: AsJson = False,
    server: Server = "",
) -> None:
    """Make a token. It is shown once, on standard output."""
    with connect(server) as client:
        made = client.post("/tokens", {"name": name, "scope": scope, "expires_at": expires})
    if as_json:
        shown.as_json(made)
        return
    typer.echo("Keep this token safe; it is not shown again.", err=True)
    typer.echo(made["secret"])


def revoke_token(number: int, as_json: AsJson = False, server: Server = "") -> None:
    """Revoke one of your tokens, by its number in the list."""
    with connect(server) as client:
        revoked = client.post(f"/tokens/{number}/revoke")
    if as_json:
        shown.as_json(revoked)
    else:
        typer.echo(_token_line(revoked))


def _from_link(server: str, secret: str) -> str:
    with Client(Credentials(server, "")) as client:
        made = client.post("/tokens/from-link", {"secret": secret, "name": f"terminal on {platform.node()}"[:120]})
    return str(made["secret"])


def _given_token(server: str) -> str:
    if given := os.environ.get(TOKEN_VARIABLE, "").strip():
        return given
    if not asking.is_asked():
        given = sys.stdin.readline().strip()
        if not given:
            raise typer.BadParameter(f"set {TOKEN_VARIABLE}, or send the token on standard input", param_hint="TOKEN")
        return given
    typer.echo(f"Make a token at {server}/people/me/ and paste it here. It is not shown.", err=True)
    return str(typer.prompt("Token", hide_input=True, err=True)).strip()


def _token_line(token: dict[str, Any]) -> str:
    used = f"used {token['last_used_at'][:16]}" if token["last_used_at"] else "never used"
    until = f", until {token['expires_at'][:16]}" if token["expires_at"] else ""
    revoked = ", revoked" if token["revoked_at"] else ""
    return f"{token['number']:>4}  {token['scope']:<6} …{token['hint']}  {token['name']} ({used}{until}{revoked})"
