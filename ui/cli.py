"""The `dateline` command: flags, and which command runs.

Knows the shape of the command line and the exit statuses: 0 done, 1 it could not be done, 2 bad usage,
3 some files could not be read (or quotes do not stand), 130 interrupted. What the commands do is in
`ui/commands.py`.
"""

from __future__ import annotations

import argparse
import atexit
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from index.errors import DatelineError, UsageError
from ui import (
    ask_command,
    commands,
    config_command,
    doctor,
    eval_command,
    feedback_command,
    upkeep,
    users_command,
)
from ui.interrupt import INTERRUPTED, ending_at_ctrl_c
from ui.settings import Settings, quieten_libraries, read_settings, read_version
from ui.wording import one_line

FAILED, BAD_USAGE = 1, 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit status."""
    _open_closed_streams()
    arguments = make_parser().parse_args(argv)
    _survive_any_text()
    with ending_at_ctrl_c() as said:
        try:
            return _run(arguments)
        except KeyboardInterrupt:
            said.set()
            print("\ndateline: interrupted", file=sys.stderr)
            return INTERRUPTED


def _open_closed_streams() -> None:
    """Have somewhere to print to where a program was started with its output closed: `>&-`."""
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 for as long as the program runs
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115


def run() -> NoReturn:
    """The program: one command, after which the process ends at once.

    Python would first take every module and tensor apart: 1.6 s more before the prompt is back (November 2026).
    """
    status = main()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _run(arguments: argparse.Namespace) -> int:
    try:
        settings = _settings(arguments)
        quieten_libraries(os.environ, settings.model)
        _log_to_stderr(settings.log)
        status: int = arguments.run(arguments, settings)
        sys.stdout.flush()
        return status
    except DatelineError as error:
        print(f"dateline: {one_line(str(error))}", file=sys.stderr)
        return BAD_USAGE if isinstance(error, UsageError) else FAILED
    except BrokenPipeError:
        _print_no_more()  # the reader (`| head`) has gone
        return FAILED
    except OSError as error:
        if not _is_of_output():
            raise
        _print_no_more()
        print(f"dateline: cannot write what was asked for ({error.strerror}): send it elsewhere", file=sys.stderr)
        return FAILED


def _is_of_output() -> bool:
    """Whether standard output is what fails, as on a full disk: then no more can be written to it either."""
    try:
        print(flush=True)
    except OSError:
        return True
    return False


def _print_no_more() -> None:
    """Let go of what is left to print: Python would complain once more when it closes standard output."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Parser(argparse.ArgumentParser):
    """Takes whole option names only, as its commands do: "--prun" must not delete."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, **options)


def make_parser() -> argparse.ArgumentParser:
    """The command line."""
    parser: argparse.ArgumentParser = _Parser(
        prog="dateline",
        description="Answers questions from your news articles, every sentence cited.",
    )
    parser.add_argument("--version", action="version", version=f"dateline {read_version()}")
    shared = argparse.ArgumentParser(add_help=False)
    # SUPPRESS: a subcommand's default would overwrite what was given before the subcommand.
    for each in (parser, shared):
        each.add_argument(
            "--home", metavar="DIR", default=argparse.SUPPRESS, help="where the index lives (DATELINE_HOME)"
        )
        each.add_argument(
            "--config", metavar="FILE", default=argparse.SUPPRESS, help="settings file, dateline.toml (DATELINE_CONFIG)"
        )
        each.add_argument(
            "--catalogue",
            metavar="postgresql://...",
            default=argparse.SUPPRESS,
            help="catalogue and conversations in PostgreSQL instead of the home (DATELINE_CATALOGUE)",
        )
        each.add_argument(
            "--chroma",
            metavar="http://HOST:PORT",
            default=argparse.SUPPRESS,
            help="vectors in a Chroma server instead of the home (DATELINE_CHROMA)",
        )
    model = argparse.ArgumentParser(add_help=False)
    model.add_argument("--llm", metavar="openai:URL#MODEL", help="a model behind a server instead (DATELINE_LLM)")
    model.add_argument(
        "--model",
        metavar="MODEL",
        help="default, small, a folder of safetensors, a GGUF file or a hub id (DATELINE_MODEL)",
    )
    vectors = argparse.ArgumentParser(add_help=False)
    vectors.add_argument(
        "--embed-model",
        metavar="MODEL",
        help="what makes the vectors: default, a sentence-transformers folder or openai:URL#MODEL "
        "(DATELINE_EMBED_MODEL); another than the index's needs `dateline rebuild`",
    )
    verbs = parser.add_subparsers(title="commands", dest="command", required=True, metavar="COMMAND")
    _add_articles(verbs, shared, vectors)
    _add_questions(verbs, shared, model, vectors)
    _add_upkeep(verbs, shared, model, vectors)
    upkeep.add_parsers(verbs, [shared], [shared, vectors])
    users_command.add_parser(verbs, [shared])
    eval_command.add_parser(verbs, [shared, model])
    feedback_command.add_parser(verbs, [shared])
    return parser


def _add_articles(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser],
    shared: argparse.ArgumentParser,
    vectors: argparse.ArgumentParser,
) -> None:
    """index, status and show."""
    index = verbs.add_parser("index", parents=[shared, vectors], help="read articles into the index")
    index.add_argument("paths", nargs="*", metavar="PATH", help="file or folder; none: finish what was interrupted")
    index.add_argument("--prune", action="store_true", help="remove articles whose files have vanished")
    index.add_argument(
        "--ray", metavar="auto|ADDRESS", help="read and embed on a Ray cluster; auto: on this machine's, or on it alone"
    )
    index.set_defaults(run=commands.index_articles)
    status = verbs.add_parser("status", parents=[shared], help="what is indexed")
    status.add_argument("--json", action="store_true", help="print one JSON object")
    status.set_defaults(run=commands.show_status)
    show = verbs.add_parser("show", parents=[shared], help="print a stored article")
    show.add_argument("article", metavar="ARTICLE_ID", help="its id, or the beginning of it")
    show.add_argument("--json", action="store_true", help="print one JSON object")
    show.set_defaults(run=commands.show_article)


def _add_questions(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser],
    shared: argparse.ArgumentParser,
    model: argparse.ArgumentParser,
    vectors: argparse.ArgumentParser,
) -> None:
    """ask, timeline, prepare, mcp and chat."""
    asking = argparse.ArgumentParser(add_help=False)
    asking.add_argument("--as-of", metavar="DATE", help="the day the question is asked on (default: today)")
    asking.add_argument("--after", metavar="DATE", help="only articles of this day or later")
    asking.add_argument("--before", metavar="DATE", help="only articles of this day or earlier")
    asking.add_argument("--source", metavar="NAME", action="append", default=[], help="only this source; repeatable")
    asking.add_argument("--json", action="store_true", help="print one JSON object")
    ask = verbs.add_parser("ask", parents=[shared, model, vectors, asking], help="answer a question")
    ask.add_argument("question", metavar="QUESTION")
    ask.add_argument("--save", metavar="FILE", help="save an evidence pack: .json, .md, .html or .pdf")
    ask.set_defaults(run=ask_command.ask_question)
    timeline = verbs.add_parser(
        "timeline", parents=[shared, vectors, asking], help="what happened with something, by date"
    )
    timeline.add_argument("topic", metavar="TOPIC", help='"the Volgograd prison", or "What happened in Mali in 2023?"')
    timeline.set_defaults(run=commands.show_timeline)
    prepare = verbs.add_parser("prepare", parents=[shared, model], help="make the language model ready, once")
    prepare.set_defaults(run=commands.prepare)
    tools = verbs.add_parser(
        "mcp", parents=[shared, model, vectors], help="serve tools over the Model Context Protocol (stdio)"
    )
    tools.set_defaults(run=commands.serve_mcp)
    chat = verbs.add_parser("chat", parents=[shared, model, vectors], help="serve the chat page")
    chat.add_argument("--host", help="address to serve on (DATELINE_HOST, default 127.0.0.1)")
    chat.add_argument("--port", help="port to serve on (DATELINE_PORT, default 7860)")
    chat.set_defaults(run=commands.chat)


def _add_upkeep(
    verbs: argparse._SubParsersAction[argparse.ArgumentParser],
    shared: argparse.ArgumentParser,
    model: argparse.ArgumentParser,
    vectors: argparse.ArgumentParser,
) -> None:
    """doctor, verify, config and completion."""
    check = verbs.add_parser("doctor", parents=[shared, model, vectors], help="check model, index, page and disk")
    check.add_argument("--host", help="address the page is to be served on")
    check.add_argument("--port", help="port the page is to be served on")
    check.add_argument("--json", action="store_true", help="print one JSON list")
    check.add_argument("--deep", action="store_true", help="also count, hash and compare all that is indexed")
    check.set_defaults(run=doctor.run_doctor)
    verify = verbs.add_parser("verify", parents=[shared], help="check every quote of an evidence pack again")
    verify.add_argument("pack", metavar="PACK", help="a .json, .html or .pdf file that --save wrote")
    verify.add_argument("--json", action="store_true", help="print one JSON object")
    verify.set_defaults(run=commands.verify_pack)
    config = verbs.add_parser(
        "config", parents=[shared, model, vectors], help="which settings hold, and where they come from"
    )
    config.add_argument("--host", help="as for chat")
    config.add_argument("--port", help="as for chat")
    config.add_argument("--json", action="store_true", help="print one JSON object")
    config.set_defaults(run=config_command.show_config)
    completion = verbs.add_parser("completion", parents=[shared], help="print a completion script for a shell")
    completion.add_argument("shell", metavar="SHELL", choices=config_command.SHELLS, help="bash, zsh or tcsh")
    completion.set_defaults(run=config_command.print_completion)


def _settings(arguments: argparse.Namespace) -> Settings:
    given = vars(arguments)
    names = ("config", "home", "model", "llm", "embed_model", "catalogue", "chroma", "host", "port")
    return read_settings(os.environ, **{name: given.get(name) for name in names})


def _survive_any_text() -> None:
    """A character that the terminal's encoding lacks is printed as `?`, not a traceback."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")


def _log_to_stderr(level: str) -> None:
    logging.basicConfig(level=level, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)


if __name__ == "__main__":
    run()
