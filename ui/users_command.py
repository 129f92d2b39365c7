"""`dateline users`: who may come in from elsewhere. This module does not know how anyone is let in."""

from __future__ import annotations

import argparse

from ui.settings import Settings
from ui.users import Users

DONE = 0


def add_parser(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser], shared: list[argparse.ArgumentParser]
) -> None:
    """Add the command to the command line."""
    users = verbs.add_parser("users", parents=shared, help="who may come in from other machines")
    actions = users.add_subparsers(title="actions", dest="action", required=True, metavar="ACTION")
    add = actions.add_parser("add", parents=shared, help="let someone in; prints the access token")
    add.add_argument("name", metavar="NAME")
    add.add_argument("--may-upload", action="store_true", help="may add and delete articles, too")
    add.set_defaults(run=add_user)
    remove = actions.add_parser("remove", parents=shared, help="let someone in no more, at once")
    remove.add_argument("name", metavar="NAME")
    remove.set_defaults(run=remove_user)
    actions.add_parser("list", parents=shared, help="name everyone").set_defaults(run=list_users)


def add_user(arguments: argparse.Namespace, settings: Settings) -> int:
    """`dateline users add NAME`."""
    token = Users(settings.home).add(arguments.name, may_upload=arguments.may_upload)
    print(f"The access token of {arguments.name}, shown this once:\n{token}")
    return DONE


def remove_user(arguments: argparse.Namespace, settings: Settings) -> int:
    """`dateline users remove NAME`."""
    Users(settings.home).remove(arguments.name)
    print(f"{arguments.name} may come in no more")
    return DONE


def list_users(arguments: argparse.Namespace, settings: Settings) -> int:
    """`dateline users list`."""
    for user in Users(settings.home).all():
        print(f"{user.name}{'  may upload' if user.may_upload else ''}")
    return DONE
