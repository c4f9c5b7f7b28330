"""``deepbacs-zoo card``: model cards, before there is a package."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deepbacs_zoo.cli.options import OutputFormat, OverwriteOption
from deepbacs_zoo.cli.spelling import on_command_line

if TYPE_CHECKING:
    from deepbacs_zoo.cards.writing import Question

__all__ = ["app"]

app = typer.Typer(
    name="card",
    help="Model cards: what the documentation and the page of a model say about it.",
    no_args_is_help=True,
)


@app.command(name="check")
def check_command(
    cards: Annotated[list[Path], typer.Argument(metavar="CARD...", help="Markdown files.")],
    format: Annotated[OutputFormat, typer.Option(help="How to print.")] = OutputFormat.TEXT,
) -> None:
    """Check cards: fields, licence, names, ORCIDs, DOIs, tags, chapters, characters."""
    from deepbacs_zoo.cards.checking import check_card

    summaries = [check_card(card) for card in cards]
    if format is OutputFormat.JSON:
        objects = [summary.to_json(on_command_line) for summary in summaries]
        print(objects[0] if len(objects) == 1 else "[\n" + ",\n".join(objects) + "\n]")
    for summary in () if format is OutputFormat.JSON else summaries:
        markdown = format is OutputFormat.MARKDOWN
        print((summary.to_markdown if markdown else summary.to_text)(on_command_line))
    raise typer.Exit(0 if all(summary.passed for summary in summaries) else 1)


@app.command(name="new")
def new_command(
    card: Annotated[Path, typer.Argument(metavar="CARD", help="The Markdown file to write.")],
    overwrite: OverwriteOption = False,
) -> None:
    """Ask what a card needs, and write it."""
    from deepbacs_zoo.cards.checking import check_card
    from deepbacs_zoo.cards.writing import new_card

    new_card(card, _ask, overwrite=overwrite)
    print(check_card(card).to_text(on_command_line))


def _ask(question: Question) -> str:
    """Ask on the terminal until the answer is allowed."""
    default = question.default or ("" if question.optional else None)
    note = " (Enter: none)" if question.optional else ""
    while True:
        answer: str = typer.prompt(
            f"{question.text}{note}", default=default, show_default=bool(question.default)
        )
        answer = answer.strip()
        problem = question.problem(answer)
        if not problem:
            return answer
        typer.echo(f"  {answer or 'nothing'}: allowed is {problem}")
