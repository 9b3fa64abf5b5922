"""What an accepted appeal lacks is what its check found missing, less the documents added since."""

from datetime import UTC, datetime

from schemas.appeals import AppealContent
from services.intake.appeals.acceptance import sealable
from services.intake.appeals.appeal_check import check_appeal
from services.intake.appeals.completeness import examined, facts_of, facts_of_accepted
from services.intake.appeals.domain import accept
from services.intake.main import known_codes
from tests.packaged import packaged
from tests.unit.intake.submissions import applicant, body

CATALOGUE = packaged()
KNOWN = known_codes(CATALOGUE)

ASKED = (
    body(category="martyr_family", services=["land-plot", "vehicle"]),
    body(services=[], text="Torpaq sahəsi istəyirəm"),
    body(services=[], text="Kömək edin"),
    body(district="Nəsimi rayonu"),
    applicant(fin=None),
)


def test_the_check_before_and_the_list_after_agree() -> None:
    for sent in ASKED:
        submission = accept(sent, KNOWN)
        opened = AppealContent.model_validate_json(sealable(submission))
        before = check_appeal(sent, CATALOGUE, KNOWN, datetime.now(UTC)).services
        accepted = facts_of_accepted(opened, submission.services, submission.channel, KNOWN)
        assert examined(CATALOGUE, facts_of(submission), submission.category) == before
        assert examined(CATALOGUE, accepted, opened.category) == before


def test_an_attached_document_is_no_longer_missing() -> None:
    submission = accept(ASKED[0], KNOWN)
    facts = facts_of(submission)
    land, _ = examined(CATALOGUE, facts, submission.category)
    all_of_them = [document.code for document in land.missing]
    one_less, vehicle = examined(CATALOGUE, facts, submission.category, all_of_them[:1])
    assert [document.code for document in one_less.missing] == all_of_them[
        1:
    ] and one_less.needed == land.needed
    complete, vehicle = examined(CATALOGUE, facts, submission.category, all_of_them)
    assert complete.complete and not vehicle.eligible  # documents do not make an applicant eligible


def test_a_service_without_a_passport_is_left_out() -> None:
    submission = accept(body(), KNOWN)
    facts = facts_of(submission).model_copy(update={"services": ("employment", "gone")})
    assert [finding.service for finding in examined(CATALOGUE, facts, submission.category)] == ["employment"]
