"""Every fault of a catalogue names its file and line, says what is wrong and what to do; all at once."""

from pathlib import Path

import pytest

from catalogue.loader import load
from catalogue.sources import CatalogueError, Fault
from schemas.passports import LOCAL_EXECUTIVE
from tests.unit.catalogue.conftest import Folder

DISABILITY = "passports/disability-assessment.yaml"
EMPLOYMENT = "passports/employment.yaml"


def faults(folder: Folder) -> tuple[Fault, ...]:
    with pytest.raises(CatalogueError) as caught:
        load(folder.path)
    for fault in caught.value.faults:
        assert str(fault) in str(caught.value)
    return caught.value.faults


def test_the_packaged_catalogue_is_sound() -> None:
    catalogue = load()
    assert len(catalogue.passports) == 26
    asked_of = {step.agency for passport in catalogue.passports.values() for step in passport.steps}
    assert asked_of == {"mlspp", "mod", "moh", "ssmc", "samhi", "sicc", LOCAL_EXECUTIVE}
    kinds = [agency.kind for agency in catalogue.agencies.values()]
    assert (kinds.count("central"), kinds.count("local"), kinds.count("centre")) == (6, 13, 1)
    connected = {agency.id for agency in catalogue.agencies.values() if agency.connected}
    local = {agency.id for agency in catalogue.agencies.values() if agency.kind == "local"}
    assert connected == {"mlspp", "mod", "moh", "samhi", "sicc", "ssmc"} | local


def test_an_agency_has_the_connector_that_it_refers_to(folder: Folder) -> None:
    described = load(folder.path).agency("nasimi-executive").connector
    assert described and load(folder.path).agency("khatai-executive").connector == described
    folder.edit("agencies/nasimi-executive.yaml", "path: /muraciet", "path: /other")
    changed = load(folder.path)
    assert changed.agency("khatai-executive").connector == changed.agency("nasimi-executive").connector
    assert changed.agency("khatai-executive").connector != described


def test_a_service_is_deliverable_when_all_its_agencies_are_connected() -> None:
    catalogue = load()
    assert catalogue.deliverable() == tuple(sorted(catalogue.passports))
    agencies = {
        **catalogue.agencies,
        "sicc": catalogue.agency("sicc").model_copy(update={"connector": None}),
    }
    without = catalogue.model_copy(update={"agencies": agencies}).deliverable()
    assert set(catalogue.passports) - set(without) == {"insurance-death", "insurance-injury"}


@pytest.mark.parametrize(
    ("file", "old", "new", "marker", "message", "remedy"),
    [
        (DISABILITY, "agency: moh", "agency: mohh", "agency: mohh", "no agency 'mohh'.", "moh"),
        (DISABILITY, "agency: moh", "agency: centre", "agency: centre", "the centre does no step", ""),
        (
            DISABILITY,
            "after: [examination]",
            "after: [examined]",
            "after: [examined]",
            "step 'assessment' comes after 'examined', which is no step.",
            "Known: assessment, examination.",
        ),
        (
            DISABILITY,
            "    agency: moh\n",
            "    agency: moh\n    after: [assessment]\n",
            "after: [assessment]",
            "the steps wait for each other:",
            "Break the circle.",
        ),
        (
            DISABILITY,
            "resolve_within: 15",
            "resolve_within: 19",
            "statutory_term:",
            "up to 31 working days, longer than the statutory term of 30",
            "Shorten resolve_within",
        ),
        (
            DISABILITY,
            "statutory_term: 30",
            "statutory_term: 45",
            "statutory_term:",
            "45 working days is none of the law's.",
            "Take 15",
        ),
        (
            DISABILITY,
            "lead_agency: mlspp",
            "lead_agency: samhi",
            "lead_agency:",
            "the lead agency 'samhi' does no step.",
            "Name one of: moh, mlspp.",
        ),
        (DISABILITY, "code: assessment", "code: examination", "examination", "is there twice.", ""),
        (
            DISABILITY,
            "acknowledge_within: 2",
            "acknowledge_within: 13",
            "acknowledge_within: 13",
            "acknowledged within 13 days, but resolved within 12.",
            "Shorten",
        ),
        (
            DISABILITY,
            "categories: [wounded",
            "categories: [injured",
            "categories:",
            "categories: 'injured' is unknown.",
            "vocabularies.yaml",
        ),
        (
            DISABILITY,
            "documents: [identity_card",
            "documents: [id_card",
            "documents:",
            "documents: 'id_card' is unknown.",
            "vocabularies.yaml",
        ),
        (
            DISABILITY,
            "applicant.surname",
            "applicant.family_name",
            "applicant.family_name",
            "an appeal has no field 'applicant.family_name'.",
            "applicant.surname",
        ),
        (DISABILITY, "applicant.surname, ", "applicant, ", "[applicant, ", "no field 'applicant'.", ""),
        (DISABILITY, "applicant.surname, ", "details., ", "[details., ", "no field 'details.'.", ""),
        (DISABILITY, "code: disability-assessment", "code: triage", "code: triage", "is reserved.", ""),
        (
            DISABILITY,
            'en: "Medical-social expertise',
            'fr: "Expertise',
            "title:",
            "title.en: missing.",
            "Add it.",
        ),
        (DISABILITY, "  az: ", "  # ", "title:", "title.az: missing.", "Add it."),
        (
            DISABILITY,
            "lead_agency",
            "lead_agencie",
            "lead_agencie",
            "lead_agencie: unknown field.",
            "Correct",
        ),
        (
            DISABILITY,
            "    acknowledge_within: 2",
            "    acknowledge_in: 2",
            "acknowledge_in:",
            "steps.0.acknowledge_in: unknown field.",
            "Correct",
        ),
        (
            DISABILITY,
            "resolve_within: 12",
            "resolve_within: soon",
            "resolve_within: soon",
            "steps.0.resolve_within:",
            "",
        ),
        (
            DISABILITY,
            "example: true",
            "documents_of: {iban: [wounded]}\nexample: true",
            "documents_of:",
            "documents_of: the passport needs no 'iban'.",
            "Add it to documents.",
        ),
        (
            DISABILITY,
            "example: true",
            "documents_of: {identity_card: [martyr_family]}\nexample: true",
            "documents_of:",
            "documents_of: 'martyr_family' may not ask for this.",
            "wounded, war_disabled",
        ),
        (
            DISABILITY,
            "example: true",
            "not_eligible: {wounded: {az: a, en: b}}\nexample: true",
            "not_eligible:",
            "not_eligible: 'wounded' may ask for this.",
            "Remove",
        ),
        (
            DISABILITY,
            "example: true",
            "not_eligible: {martian: {az: a, en: b}}\nexample: true",
            "not_eligible:",
            "not_eligible: 'martian' is unknown.",
            "martyr_family",
        ),
        (
            DISABILITY,
            "example: true",
            "answers: {refused: {az: '{{ sum }}', en: b}}\nexample: true",
            "answers:",
            "answers.refused.az: there is no field 'sum'.",
            "Known: agency_title",
        ),
        (
            DISABILITY,
            "example: true",
            "answers: {lost: {az: a, en: b}}\nexample: true",
            "answers:",
            "answers.lost",
            "",
        ),
        (
            "answers.yaml",
            '{{ reasons or "not stated" }}',
            "{{ reasons.first.last }}",
            "en: |",
            "partly_satisfied.en: cannot be filled in:",
            "Correct the template.",
        ),
        ("answers.yaml", "withdrawn:", "taken_back:", "taken_back:", "taken_back: unknown field.", ""),
        (
            "vocabularies.yaml",
            "is only for: {{ categories }}",
            "is only for: {{ people }}",
            "{{ people }}",
            "en: there is no field 'people'.",
            "Known: categories, category, service_title.",
        ),
        (DISABILITY, "steps:", "steps: [", "code: examination", "not valid YAML", ""),
        (
            EMPLOYMENT,
            "code: employment",
            "code: disability-assessment",
            "code: disability-assessment",
            "passport 'disability-assessment' is there twice.",
            "disability-assessment.yaml:2; keep one.",
        ),
        (EMPLOYMENT, "code: employment", "code: employment\ncode: twice", "code: twice", "duplicate key", ""),
        (
            "agencies/moh.yaml",
            "id: moh",
            "id: mlspp",
            "id: mlspp",
            "agency 'mlspp' is there twice.",
            "keep one",
        ),
        (
            "agencies/nasimi-executive.yaml",
            "district: nasimi",
            "district: khatai",
            "district: khatai",
            "local agency of district 'khatai' is there twice.",
            "khatai-executive.yaml",
        ),
        (
            "agencies/khatai-executive.yaml",
            "district: khatai",
            "district: xetai",
            "district: xetai",
            "no district 'xetai'.",
            "vocabularies.yaml",
        ),
        ("agencies/mod.yaml", "kind: central", "kind: local", "id: mod", "a local agency has a district", ""),
        ("agencies/mod.yaml", "kind: central", "kind: centre", "kind: centre", "belong together", ""),
        (
            "agencies/mod.yaml",
            "  supervisor:",
            "  # supervisor:",
            'az: "Müraciətlərlə iş şöbəsinin müdiri"',
            "duplicate key",
            "",
        ),
        (
            "agencies/centre.yaml",
            "kind: centre",
            "kind: centre\nconnector: {a: b}",
            "connector",
            "has no connector",
            "",
        ),
        (
            "agencies/khatai-executive.yaml",
            "{like: nasimi-executive}",
            "{}",
            "connector",
            "is empty",
            "remove",
        ),
        (
            "agencies/khatai-executive.yaml",
            "{like: nasimi-executive}",
            "{like: nasimi}",
            "connector:",
            "the file of 'nasimi' does not describe its connector.",
            "Name one of: mlspp, mod",
        ),
        (
            "agencies/khatai-executive.yaml",
            "{like: nasimi-executive}",
            "{like: sabail-executive}",
            "connector:",
            "the file of 'sabail-executive' does not describe its connector.",
            "nasimi-executive",
        ),
        (
            "agencies/khatai-executive.yaml",
            "{like: nasimi-executive}",
            "{like: nasimi-executive, dates: iso}",
            "connector:",
            "a connector that is like another's says nothing else.",
            "Remove either",
        ),
        (
            "agencies/mod.yaml",
            "id: mod",
            "id: local-executive",
            "id: local-executive",
            "any local agency",
            "",
        ),
        (
            "escalation_policy.yaml",
            "fraction: 0.8",
            "fraction: 0.4",
            "fraction: 0.4",
            "reached in order",
            "more than 0.5",
        ),
        ("escalation_policy.yaml", "[handler]", "[boss]", "[boss]", "nobody has the role 'boss'.", "handler"),
        (
            "escalation_policy.yaml",
            "reminder_late",
            "reminder_half",
            "",
            "level 'reminder_half' is there twice.",
            "",
        ),
        (
            "messages.yaml",
            "Your appeal is received: {{ tracking_number }}.",
            "Your appeal is received: {{ number }}.",
            "{{ number }}",
            "body.en: there is no field 'number'.",
            "Known: due_date, service_title, tracking_number.",
        ),
        (
            "messages.yaml",
            "Your appeal is received: {{ tracking_number }}.",
            "Your appeal is received: {{ tracking_number }.",
            "{{ tracking_number }.",
            "body.en: unexpected",
            "Correct the template.",
        ),
        ("messages.yaml", "  channel: email", "  channel: sms", "channel: sms", "there twice", "keep one"),
        ("messages.yaml", "  channel: email", "  channel: pigeon", "channel: pigeon", "channel:", ""),
        (
            "messages.yaml",
            "  channel: sms",
            "  channel: sms\n  subject: {az: x, en: x}",
            "subject:",
            "an e-mail has a subject",
            "",
        ),
        (
            "routing.yaml",
            "unconnected: centre",
            "unconnected: nobody",
            "unconnected:",
            "no agency 'nobody'.",
            "",
        ),
        ("routing.yaml", "{identified: false}", "{}", "code: services_asked", "never reached", "Move it up"),
        (
            "routing.yaml",
            "then: as_asked",
            "then: [employment, jobs]",
            "[employment, jobs]",
            "no service 'jobs'.",
            "employment",
        ),
        ("routing.yaml", "then: as_asked", "then: []", "then: []", "leads nowhere", "triage"),
        ("routing.yaml", "{asked: true}", "{services: [jobs]}", "[jobs]", "no service 'jobs'.", ""),
        ("routing.yaml", "{asked: true}", "{districts: [moon]}", "[moon]", "no district 'moon'.", ""),
        ("routing.yaml", "{asked: true}", "{asks: true}", "{asks: true}", "unknown field", ""),
        (
            "free_text.yaml",
            "service: prosthetics",
            "service: prostheses",
            "service: prostheses",
            "no service 'prostheses'.",
            "prosthetics",
        ),
        (
            "free_text.yaml",
            "related: [land-plot, status-martyr-family]",
            "related: [land-plot, homes]",
            "related: [land-plot, homes]",
            "no service 'homes'.",
            "",
        ),
        (
            "free_text.yaml",
            "related: [land-plot, status-martyr-family]",
            "related: [land-plot, housing]",
            "related: [land-plot, housing]",
            "'housing' has fewer than 2 related services.",
            "so that 3 can be suggested",
        ),
        (
            "free_text.yaml",
            "purposes: [üçün,",
            "purposes: [a*,",
            "purposes: [",
            "'a*': 'a' with any ending begins too many words.",
            "3 letters or more",
        ),
        (
            "free_text.yaml",
            "purposes: [üçün,",
            'purposes: ["*",',
            "purposes: [",
            "'*' has something that is no word.",
            "Write words",
        ),
        (
            "free_text.yaml",
            "asks: [psixoloji məsləhət~,",
            "asks: [psixoloji məsləhət~, protez~,",
            "asks: [psixoloji məsləhət~, protez~",
            "'protez~' asks for 'prosthetics' too",
            "narrow it",
        ),
        ("free_text.yaml", "code: provided", "code: asked", "code: asked", "'asked' is reserved.", ""),
        ("free_text.yaml", "purposes:", "purpose:", "purpose:", "unknown field", ""),
        ("centres.yaml", "districts: [sumgait]", "districts: [ganja]", "[ganja]", "no district 'ganja'.", ""),
        ("terms.yaml", "forwarding: 3", "forwarding: 0", "forwarding: 0", "greater than or equal to 1", ""),
        ("calendars/az.yaml", "last_year: 2030", "last_year: 2020", "last_year: 2020", "ends before", ""),
        (
            "calendars/az.yaml",
            "overrides: []",
            "overrides:\n  - {date: 2031-01-03, working: true, name: a, source: b}",
            "2031-01-03",
            "2031-01-03 is outside the calendar's years.",
            "Extend",
        ),
        (
            "calendars/az.yaml",
            "overrides: []",
            "overrides:\n  - {date: 2026-02-30, working: true, name: a, source: b}",
            "2026-02-30",
            "overrides.0.date:",
            "",
        ),
    ],
)
def test_a_fault_is_named(
    folder: Folder, file: str, old: str, new: str, marker: str, message: str, remedy: str
) -> None:
    folder.edit(file, old, new)
    found = faults(folder)
    matching = [
        fault for fault in found if fault.file == str(folder.path / file) and message in fault.message
    ]
    assert matching, found
    assert remedy in matching[0].remedy
    if marker:
        lines = (folder.path / file).read_text(encoding="utf-8").splitlines()
        assert any(marker in lines[fault.line - 1] for fault in matching), matching


def test_a_fault_makes_no_others(folder: Folder) -> None:
    """A faulty agency is not unknown to the passports that name it."""
    folder.edit("agencies/moh.yaml", "kind: central", "kind: planetary")
    assert [Path(fault.file).name for fault in faults(folder)] == ["moh.yaml"]


def test_all_faults_are_listed_at_once_in_order(folder: Folder) -> None:
    folder.edit(DISABILITY, "agency: moh", "agency: mohh")
    folder.edit(DISABILITY, "statutory_term: 30", "statutory_term: 31")
    folder.edit("escalation_policy.yaml", "[handler]", "[boss]")
    folder.edit("terms.yaml", "forwarding: 3", "forwarding: three")
    found = faults(folder)
    assert {Path(fault.file).name for fault in found} == {
        "disability-assessment.yaml",
        "escalation_policy.yaml",
        "terms.yaml",
        *(path.name for path in (folder.path / "agencies").iterdir()),  # nobody holds the role of boss
    }
    assert list(found) == sorted(found)


def test_lines_are_those_of_the_file(folder: Folder) -> None:
    """Counted by hand once, so that marker and loader cannot be wrong together."""
    (folder.path / "escalation_policy.yaml").write_text("# one\n- code: a\n  fraction: 0.5\n  told: [boss]\n")
    assert [fault.line for fault in faults(folder) if "escalation_policy" in fault.file] == [4]


def test_a_missing_file_and_an_empty_folder(folder: Folder) -> None:
    (folder.path / "terms.yaml").unlink()
    for passport in (folder.path / "passports").iterdir():
        passport.unlink()
    found = [str(fault) for fault in faults(folder)]
    assert any("terms.yaml:1: the file is missing." in fault for fault in found)
    assert any("passports:1: the folder holds no *.yaml file." in fault for fault in found)


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="no such folder"):
        load(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "neither fields nor a list"),
        (b"just a word", "neither fields nor a list"),
        (b"az: \xff\xfe", "not UTF-8"),
        (b"a: 1\n\tb: 2", "not valid YAML"),
        (b"statutory: &a [*a]", ""),
        (b"- 1\n- 2", "valid dictionary"),
        (b"!!python/object/apply:os.system ['true']", ""),
    ],
)
def test_files_that_are_no_catalogue(folder: Folder, content: bytes, message: str) -> None:
    (folder.path / "terms.yaml").write_bytes(content)
    assert any("terms.yaml" in fault.file and message in fault.message for fault in faults(folder))


def test_a_list_that_is_no_list(folder: Folder) -> None:
    (folder.path / "escalation_policy.yaml").write_text("code: a\nfraction: 0.5\ntold: [handler]\n")
    assert any("must be a list" in fault.message for fault in faults(folder))


def test_an_agency_without_a_role_that_the_escalation_policy_notifies(folder: Folder) -> None:
    folder.edit("agencies/mod.yaml", '  head:\n    az: "Nazir"\n    en: "Minister"\n', "")
    (fault,) = faults(folder)
    assert fault.message == "no 'head', whom the escalation policy notifies."
    assert fault.line == folder.line("agencies/mod.yaml", "roles:")


def test_a_message_is_missing(folder: Folder) -> None:
    text = (folder.path / "messages.yaml").read_text(encoding="utf-8")
    begins = text.index("- event: answer\n  channel: email")
    ends = text.index("- event:", begins + 1)
    (folder.path / "messages.yaml").write_text(text[:begins] + text[ends:])
    assert [fault.message for fault in faults(folder)] == ["no template for answer by email."]


def test_words_of_a_service_or_a_veto_are_there_once(folder: Folder) -> None:
    folder.edit("free_text.yaml", "service: prosthetics", "service: medicines")
    folder.edit("free_text.yaml", "code: provided", "code: negation")
    found = {fault.message for fault in faults(folder)}
    assert {"service 'medicines' is there twice.", "veto 'negation' is there twice."} <= found


def test_a_catalogue_without_words_for_free_text_reads_none(folder: Folder) -> None:
    (folder.path / "free_text.yaml").unlink()
    (fault,) = faults(folder)
    assert (fault.message, fault.line) == (
        "no words to read by: free_text.yaml is missing.",
        folder.line("routing.yaml", "then: as_read"),
    )
    folder.edit("routing.yaml", "then: as_read", "then: triage")
    assert load(folder.path).free_text.services == ()
