"""Cut the State's design system to what our pages use, and make its dark theme work without script.

A rule stays when every class it names stands in our templates; a colour stays when a kept rule reads it.
Standard library only; the source is the minified sheet of the pinned package.
"""

import re
from dataclasses import dataclass, field

_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|url\([^)"\']*\)|/\*.*?\*/|[{};]', re.S)
_CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
_NEGATION = re.compile(r":not\((?:[^()]|\([^()]*\))*\)")
_ATTRIBUTE = re.compile(r"\[data-fr-([\w-]+)")
_VARIABLE = re.compile(r"var\((--[\w-]+)")
_DARK = re.compile(r"(?::root)?\[data-fr-theme=dark\]")

# Attributes that our pages carry; rules for the others (script state, mourning, theme dialog) go.
ATTRIBUTES = {"theme", "steps", "current-step"}
# Elements that DSFR styles bare and that our pages never hold.
FOREIGN = re.compile(r"(?:^|[\s>+~])(?:dialog|video|iframe|audio|object|embed)\b")
DROPPED_MEDIA = re.compile(r"-ms-high-contrast|@-moz-document")


@dataclass
class Node:
    """A rule (`body` holds its declarations) or an at-rule (`children`), in the order of the sheet."""

    prelude: str
    body: str = ""
    children: list["Node"] = field(default_factory=list)

    @property
    def is_block(self) -> bool:
        return self.prelude.startswith(("@media", "@supports", "@-moz-document"))


def parse(css: str) -> list[Node]:
    """The nodes of a sheet; comments and the charset line are dropped."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.S)
    root: list[Node] = []
    stack: list[list[Node]] = [root]
    open_rule: Node | None = None
    start = 0
    for token in _TOKEN.finditer(css):
        mark = token[0]
        if mark == "{":
            node = Node(css[start : token.start()].strip())
            stack[-1].append(node)
            if node.is_block:
                stack.append(node.children)
            else:
                open_rule = node
        elif mark == "}":
            if open_rule is not None:
                open_rule.body = css[start : token.start()].strip()
                open_rule = None
            else:
                stack.pop()
        elif mark != ";" or open_rule is not None:
            continue
        start = token.end()
    return root


def split_outside(text: str, separator: str) -> list[str]:
    """Split at a separator that stands outside brackets and quotes."""
    parts, depth, quote, last = [], 0, "", 0
    for index, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign in "([":
            depth += 1
        elif sign in ")]":
            depth -= 1
        elif sign == separator and depth == 0:
            parts.append(text[last:index])
            last = index + 1
    return [part.strip() for part in [*parts, text[last:]] if part.strip()]


def is_used(selector: str, classes: frozenset[str]) -> bool:
    """Can this selector match something in our pages?"""
    plain = _NEGATION.sub("", selector)
    if FOREIGN.search(plain) or any(name not in ATTRIBUTES for name in _ATTRIBUTE.findall(plain)):
        return False
    return all(name in classes for name in _CLASS.findall(plain))


def prune(nodes: list[Node], classes: frozenset[str], *, fonts: frozenset[str]) -> list[Node]:
    """The nodes our pages can use; font faces stay only for the files named."""
    kept: list[Node] = []
    for node in nodes:
        if DROPPED_MEDIA.search(node.prelude):
            continue
        if node.is_block:
            children = prune(node.children, classes, fonts=fonts)
            if children:
                kept.append(Node(node.prelude, children=children))
        elif node.prelude.startswith("@font-face"):
            if any(name in node.body for name in fonts):
                kept.append(Node(node.prelude, _only_woff2(node.body)))
        elif not node.prelude.startswith("@"):
            selectors = [one for one in split_outside(node.prelude, ",") if is_used(one, classes)]
            if selectors and node.body:
                kept.append(Node(",".join(selectors), node.body))
    return kept


def _only_woff2(body: str) -> str:
    return re.sub(r",url\([^)]*\.woff\) format\(\"woff\"\)", "", body)


def with_system_dark(nodes: list[Node]) -> list[Node]:
    """Add to each rule of the explicit dark theme the same rule for a system set to dark."""
    result: list[Node] = []
    for node in nodes:
        if node.is_block:
            result.append(Node(node.prelude, children=with_system_dark(node.children)))
            continue
        result.append(node)
        dark = [one for one in split_outside(node.prelude, ",") if _DARK.search(one)]
        if dark:
            prelude = ",".join(_DARK.sub(":root:not([data-fr-theme])", one) for one in dark)
            result.append(Node("@media (prefers-color-scheme:dark)", children=[Node(prelude, node.body)]))
    return result


def _walk(nodes: list[Node]) -> list[Node]:
    flat: list[Node] = []
    for node in nodes:
        flat += _walk(node.children) if node.is_block else [node]
    return flat


def _is_root(node: Node) -> bool:
    return node.prelude.startswith((":root", "[data-fr-theme"))


def used_variables(nodes: list[Node], also: str) -> frozenset[str]:
    """Names of the custom properties that kept rules, or the text `also`, read, at any remove."""
    reads: dict[str, set[str]] = {}
    wanted: set[str] = set(_VARIABLE.findall(also))
    for node in _walk(nodes):
        for declaration in split_outside(node.body, ";"):
            name, _, value = declaration.partition(":")
            if _is_root(node) and name.startswith("--"):
                reads.setdefault(name, set()).update(_VARIABLE.findall(value))
            else:
                wanted.update(_VARIABLE.findall(value))
    pending = list(wanted)
    while pending:
        for name in reads.get(pending.pop(), set()) - wanted:
            wanted.add(name)
            pending.append(name)
    return frozenset(wanted)


def drop_unread(nodes: list[Node], wanted: frozenset[str]) -> list[Node]:
    """Remove from the root rules the custom properties nothing reads."""
    result: list[Node] = []
    for node in nodes:
        if node.is_block:
            result.append(Node(node.prelude, children=drop_unread(node.children, wanted)))
            continue
        declarations = split_outside(node.body, ";")
        if _is_root(node):
            declarations = [
                one for one in declarations if not one.startswith("--") or one.split(":")[0] in wanted
            ]
        if declarations:
            result.append(Node(node.prelude, ";".join(declarations)))
    return [node for node in result if node.body or node.children]


def write(nodes: list[Node]) -> str:
    """The sheet as text; neighbours under the same condition share one block."""
    out: list[str] = []
    previous = ""
    for node in nodes:
        if not node.is_block:
            out.append(f"{node.prelude}{{{node.body}}}")
            previous = ""
            continue
        inner = write(node.children)
        if node.prelude == previous:
            out[-1] = f"{out[-1][:-1]}{inner}}}"
        else:
            out.append(f"{node.prelude}{{{inner}}}")
        previous = node.prelude
    return "".join(out)


def subset(sheets: list[str], *, classes: frozenset[str], fonts: frozenset[str], also: str) -> str:
    """One sheet from several: rules for `classes`, variables that they or `also` (our own CSS) read."""
    nodes = [node for sheet in sheets for node in prune(parse(sheet), classes, fonts=fonts)]
    nodes = drop_unread(nodes, used_variables(nodes, also))
    return write(with_system_dark(nodes))
