"""What a page does to its content when it is narrowed, enlarged or spaced out (A8 to A11 of the grid)."""

from playwright.sync_api import Page

# Text is lost where a box that hides its overflow is smaller than what it holds; one that scrolls is not.
_CLIPPED = """() => {
  const lost = [];
  for (const box of document.querySelectorAll('body *')) {
    const style = getComputedStyle(box);
    if (!box.innerText || !box.checkVisibility({visibilityProperty: true})) continue;
    if (box.closest('.fr-sr-only, .fr-skiplinks, svg, select') || style.clipPath !== 'none') continue;
    const hides = axis => ['hidden', 'clip'].includes(style['overflow' + axis]);
    const wide = hides('X') && box.scrollWidth > box.clientWidth + 2 && box.clientWidth > 1;
    const tall = hides('Y') && box.scrollHeight > box.clientHeight + 2 && box.clientHeight > 1;
    if (wide || tall) lost.push(`${box.tagName}.${box.className} « ${box.innerText.slice(0, 40)} »`);
  }
  return lost;
}"""
_OVERLAPS = """() => {
  const shown = [...document.querySelectorAll('main button, main a.fr-btn, main input, main label')].filter(
    one => one.checkVisibility({visibilityProperty: true}) && !one.closest('.fr-sr-only')
      && !['radio', 'checkbox', 'hidden'].includes(one.type));
  const boxes = shown.map(one => [one, one.getBoundingClientRect()]).filter(([, box]) => box.width > 1);
  const found = [];
  for (let i = 0; i < boxes.length; i++) for (let j = i + 1; j < boxes.length; j++) {
    const [a, p] = boxes[i], [b, q] = boxes[j];
    if (a.contains(b) || b.contains(a)) continue;
    const across = Math.min(p.right, q.right) - Math.max(p.left, q.left);
    const down = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
    if (across > 2 && down > 2) found.push(`${a.outerHTML.slice(0, 60)} sur ${b.outerHTML.slice(0, 60)}`);
  }
  return found;
}"""
# A link in a sentence has the height of its line, by the rule's own exception.
_SMALL = """least => [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
  .filter(one => one.checkVisibility({visibilityProperty: true}) && one.type !== 'hidden'
      && !one.closest('.fr-sr-only, .fr-skiplinks, .da-card, .da-tile') && !one.matches('.fr-sr-only')
      && !(one.matches('a:not(.fr-btn)') && one.closest('p, li, dd, td, figcaption')
           && one.closest('p, li, dd, td, figcaption').innerText.trim() !== one.innerText.trim()))
  .map(one => {
    const label = one.labels && ['radio', 'checkbox'].includes(one.type) ? one.labels[0] : one;
    const box = (label || one).getBoundingClientRect();
    return [one.outerHTML.slice(0, 90), Math.round(box.width), Math.round(box.height)];
  }).filter(([, wide, tall]) => wide > 0 && (wide < least || tall < least))"""
_LOW = """() => [...document.querySelectorAll('main .fr-btn:not(.fr-btn--sm)')].filter(
    one => one.checkVisibility({visibilityProperty: true}) && !one.matches('.fr-sr-only'))
  .map(one => [one.innerText, Math.round(one.getBoundingClientRect().height)])
  .filter(([, tall]) => tall > 1 && tall < 44)"""
_SPACING = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}'
    + 'p{margin-bottom:2em!important}');
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}"""
_LARGE_TEXT = """() => { document.documentElement.style.fontSize = '32px'; }"""


def width(page: Page) -> int:
    """How wide the page really is, in CSS pixels."""
    found: int = page.evaluate("document.documentElement.scrollWidth")
    return found


def lost_text(page: Page) -> list[str]:
    """Boxes that hide a part of their text, and controls that cover others."""
    return [*page.evaluate(_CLIPPED), *page.evaluate(_OVERLAPS)]


def small_targets(page: Page, *, least: int = 24) -> list[str]:
    """Controls under 24 × 24, links in sentences excepted; main buttons under 44 high."""
    small = [f"{html} : {wide} × {tall}" for html, wide, tall in page.evaluate(_SMALL, least)]
    return small + [f"bouton « {text} » haut de {tall}" for text, tall in page.evaluate(_LOW)]


def reflow_problems(page: Page) -> list[str]:
    """At 320 wide, at 200 % zoom, with letters twice as large or spaced out: what is lost or overflows."""
    found: list[str] = []

    def look(name: str, limit: int) -> None:
        if (seen := width(page)) > limit:
            found.append(f"{name} : la page fait {seen} px de large pour {limit}")
        found.extend(f"{name} : {lost}" for lost in lost_text(page))

    page.set_viewport_size({"width": 320, "height": 256})
    look("320 px", 320)
    page.set_viewport_size({"width": 640, "height": 400})
    look("zoom de 200 %", 640)
    page.evaluate(_SPACING)
    look("texte espacé", 640)
    page.evaluate("() => { document.adoptedStyleSheets = [] }")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.evaluate(_LARGE_TEXT)
    look("lettres doublées", 1280)
    return found
