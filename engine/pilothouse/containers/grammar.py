"""Reads the small part of the shell's language that the tiny shell understands.

Anything else raises `Unsupported`, so that a script is either understood or known not to be. The counterpart is the
shell grammar of POSIX.
"""

from __future__ import annotations

import re

import msgspec

OPERATORS = ("&&", "||", ";;", "1>&2", "2>&1", ">&2", ">>", "2>", "<<", ";", "&", "|", "(", ")", "<", ">", "\n")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Unsupported(Exception):
    """The tiny shell does not know this; the text says what."""


class Word(msgspec.Struct, frozen=True, gc=False):
    """A word in pieces: (text, whether variables in it are expanded)."""

    pieces: tuple[tuple[str, bool], ...] = ()

    @classmethod
    def plain(cls, text: str) -> Word:
        """A word that means itself."""
        return cls(((text, False),))

    @property
    def bare(self) -> str:
        """The text as it was written, without quotes."""
        return "".join(text for text, _ in self.pieces)


class Simple(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A command with its arguments; `replaces`: it takes the shell's place (`exec`)."""

    words: tuple[Word, ...] = ()
    assignments: tuple[tuple[str, Word], ...] = ()
    redirections: tuple[tuple[str, Word], ...] = ()
    replaces: bool = False


class AndOr(msgspec.Struct, frozen=True, gc=False):
    """Commands joined by `&&` and `||`, the first with an empty operator."""

    commands: tuple[tuple[str, Simple | Loop], ...]
    background: bool = False


class Script(msgspec.Struct, frozen=True, gc=False):
    """Commands one after the other."""

    entries: tuple[AndOr, ...] = ()


class Loop(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """`while`, `until`, or `for NAME in ITEMS`."""

    condition: Script = Script()
    body: Script = Script()
    until: bool = False
    name: str = ""
    items: tuple[Word, ...] = ()

    @property
    def endless(self) -> bool:
        """Whether the condition is simply true."""
        if self.until or len(self.condition.entries) != 1 or len(self.condition.entries[0].commands) != 1:
            return False
        command = self.condition.entries[0].commands[0][1]
        words = [word.bare for word in command.words] if isinstance(command, Simple) else []
        return words in ([":"], ["true"], ["[", "1", "]"])


Token = str | Word


def tokens(text: str) -> list[Token]:
    """Operators as text, words as `Word`."""
    found: list[Token] = []
    place = 0
    while place < len(text):
        if text[place] in " \t" or text.startswith("\\\n", place):
            place += 2 if text[place] == "\\" else 1
            continue
        if text[place] == "#":
            place = text.find("\n", place) if "\n" in text[place:] else len(text)
            continue
        operator = next((o for o in OPERATORS if text.startswith(o, place)), None)
        if operator is not None:
            found.append(operator)
            place += len(operator)
        else:
            word, place = read_word(text, place)
            found.append(word)
    return found


def read_word(text: str, place: int) -> tuple[Word, int]:
    """One word that begins at `place`, and where it ends."""
    pieces: list[tuple[str, bool]] = []
    while place < len(text) and text[place] not in " \t\n;&|<>()":
        if text[place] == "'":
            end = closing(text, place, "'")
            pieces.append((text[place + 1 : end], False))
            place = end + 1
        elif text[place] == '"':
            end = closing(text, place, '"')
            pieces += double_quoted(text[place + 1 : end])
            place = end + 1
        elif text[place] == "\\" and place + 1 < len(text):
            pieces.append((text[place + 1], False))
            place += 2
        else:
            end = place
            while end < len(text) and text[end] not in " \t\n;&|<>()'\"\\":
                if text.startswith("$(", end) or text[end] == "`":
                    raise Unsupported("command substitution")
                if text.startswith("${", end):
                    end = closing(text, end + 1, "}")
                end += 1
            pieces.append((text[place:end], True))
            place = end
    return Word(tuple(pieces)), place


def closing(text: str, place: int, mark: str) -> int:
    """Where the quote that opens at `place` closes."""
    end = place + 1
    while end < len(text) and text[end] != mark:
        end += 2 if text[end] == "\\" and mark == '"' else 1
    if end >= len(text):
        raise Unsupported(f"a {mark} that is not closed")
    return end


def double_quoted(text: str) -> list[tuple[str, bool]]:
    """The pieces of a double-quoted text: an escaped character means itself."""
    if "`" in text or "$(" in text:
        raise Unsupported("command substitution")
    pieces: list[tuple[str, bool]] = []
    for part in re.split(r'(\\[$"\\`])', text):
        if part:
            escaped = part[0] == "\\" and len(part) == 2 and part[1] in '$"\\`'
            pieces.append((part[1], False) if escaped else (part, True))
    return pieces or [("", False)]


class Parser:
    """Builds a script from tokens."""

    def __init__(self, found: list[Token]) -> None:
        self.tokens, self.place = found, 0

    def peek(self) -> Token | None:
        """The next token, or None at the end."""
        return self.tokens[self.place] if self.place < len(self.tokens) else None

    def reserved(self, *words: str) -> bool:
        """Whether the next token is one of these reserved words."""
        token = self.peek()
        return isinstance(token, Word) and token.bare in words

    def expect(self, word: str) -> None:
        """Step over a reserved word."""
        if not self.reserved(word):
            raise Unsupported(f"expected {word}")
        self.place += 1

    def script(self, *ends: str) -> Script:
        """Commands up to one of the reserved words `ends`, or to the end of the text."""
        entries: list[AndOr] = []
        while True:
            while self.peek() in (";", "\n"):
                self.place += 1
            if self.peek() is None or self.reserved(*ends):
                return Script(tuple(entries))
            entries.append(self.and_or())

    def and_or(self) -> AndOr:
        """Commands joined by `&&` and `||`."""
        commands: list[tuple[str, Simple | Loop]] = [("", self.command())]
        while self.peek() in ("&&", "||"):
            operator = str(self.peek())
            self.place += 1
            while self.peek() == "\n":
                self.place += 1
            commands.append((operator, self.command()))
        background = self.peek() == "&"
        self.place += background
        if not background and self.peek() not in (None, ";", "\n"):
            raise Unsupported(str(self.peek()))
        return AndOr(tuple(commands), background)

    def command(self) -> Simple | Loop:
        """A loop or a simple command."""
        if self.reserved("while", "until"):
            until = self.reserved("until")
            self.place += 1
            condition = self.script("do")
            return Loop(condition=condition, body=self.body(), until=until)
        if self.reserved("for"):
            return self.for_loop()
        if self.reserved("if", "case", "function", "{", "!", "[["):
            raise Unsupported(self.tokens[self.place].bare)  # type: ignore[union-attr]
        return self.simple()

    def for_loop(self) -> Loop:
        """`for NAME in WORDS; do ... done`."""
        self.place += 1
        name = self.peek()
        self.place += 1
        self.expect("in")
        items = []
        while isinstance(token := self.peek(), Word):
            items.append(token)
            self.place += 1
        while self.peek() in (";", "\n"):
            self.place += 1
        return Loop(name=name.bare if isinstance(name, Word) else "", items=tuple(items), body=self.body())

    def body(self) -> Script:
        """`do ... done`."""
        self.expect("do")
        script = self.script("done")
        self.expect("done")
        return script

    def simple(self) -> Simple:
        """Assignments, words and redirections."""
        assignments: list[tuple[str, Word]] = []
        words: list[Word] = []
        redirections: list[tuple[str, Word]] = []
        while (token := self.peek()) is not None:
            if isinstance(token, Word):
                self.place += 1
                name, equals, _ = token.bare.partition("=")
                if equals and not words and _NAME.fullmatch(name) and token.pieces[0][1]:
                    first = (token.pieces[0][0].partition("=")[2], True)
                    assignments.append((name, Word((first, *token.pieces[1:]))))
                else:
                    words.append(token)
            elif token in (">", ">>", "2>", "<"):
                self.place += 1
                target = self.peek()
                if not isinstance(target, Word):
                    raise Unsupported(f"{token} without a file")
                redirections.append((token, target))
                self.place += 1
            elif token in ("2>&1", "1>&2", ">&2"):  # both end in the same log
                self.place += 1
            else:
                break
        if not words and not assignments and not redirections:
            raise Unsupported(str(self.peek()))
        return Simple(words=tuple(words), assignments=tuple(assignments), redirections=tuple(redirections))


def parse_script(text: str) -> Script:
    """A script from its text. Raises Unsupported."""
    parser = Parser(tokens(text))
    script = parser.script()
    if parser.peek() is not None:
        raise Unsupported(str(parser.peek()))
    return script
