"""Who may ask for a service, why others may not, and which documents are missing."""

import pytest

from catalogue.eligibility import assess, documents_needed
from kit.errors import PermanentError
from schemas.passports import Text
from tests.packaged import packaged
from tests.unit.catalogue.conftest import Folder

CATALOGUE = packaged()


def test_what_is_missing_is_named_in_the_passports_order() -> None:
    found = assess(CATALOGUE, "disability-assessment", "wounded", ["medical_record", "identity_card"])
    assert found.eligible
    assert not found.complete
    assert [document.code for document in found.missing] == ["war_injury_certificate", "referral_form_88"]
    assert found.missing[0].title == CATALOGUE.vocabularies.documents["war_injury_certificate"]


def test_with_every_document_it_is_complete() -> None:
    needed = documents_needed(CATALOGUE, "disability-assessment", "wounded")
    found = assess(CATALOGUE, "disability-assessment", "wounded", needed)
    assert found.complete
    assert [document.code for document in found.needed] == list(needed)


def test_a_person_who_may_not_ask_gets_the_reason() -> None:
    found = assess(CATALOGUE, "disability-assessment", "martyr_family", [])
    assert not found.eligible
    assert not found.complete
    assert found.missing == found.needed == ()
    assert found.not_eligible == Text(
        az="“Tibbi-sosial ekspertiza və əlilliyin müəyyən edilməsi” xidmətindən yalnız bu şəxslər istifadə "
        "edə bilər: Müharibədə yaralanmış hərbi qulluqçu, Müharibə ilə əlaqədar əlilliyi olan şəxs. "
        "Göstərilən kateqoriya: Şəhid ailəsinin üzvü.",
        en="The service “Medical-social expertise and assessment of disability” is only for: Serviceman "
        "wounded in war, War-disabled person. The category given: Member of a martyr's family.",
    )


def test_an_unknown_category_is_not_eligible() -> None:
    found = assess(CATALOGUE, "employment", "martian")
    assert found.not_eligible is not None
    assert "martian" in found.not_eligible.az


def test_a_document_may_be_needed_of_some_categories_only(folder: Folder) -> None:
    folder.edit(
        "passports/employment.yaml",
        "lead_agency:",
        "documents_of: {employment_record: [wounded]}\nlead_agency:",
    )
    assert "employment_record" in documents_needed(folder.load(), "employment", "wounded")
    assert "employment_record" not in documents_needed(folder.load(), "employment", "martyr_family")


def test_a_passport_may_word_its_own_reason(folder: Folder) -> None:
    folder.edit(
        "passports/disability-assessment.yaml",
        "lead_agency:",
        "not_eligible: {martyr_family: {az: Yox, en: Only who was hurt.}}\nlead_agency:",
    )
    found = assess(folder.load(), "disability-assessment", "martyr_family")
    assert found.not_eligible == Text(az="Yox", en="Only who was hurt.")


def test_an_unknown_service() -> None:
    with pytest.raises(PermanentError, match="unknown_service"):
        assess(CATALOGUE, "moon-landing", "wounded")
