"""Where appeals go: services by the rules, and agencies by district and connection."""

from datetime import UTC, datetime
from typing import Any

import pytest

from catalogue.model import Catalogue, Condition, RoutingRule
from catalogue.routing import UNKNOWN_SERVICE, UNPLACED, AppealFacts, assign_agencies, route
from kit.errors import PermanentError
from kit.text_folding import fold
from schemas.appeals import AppealReceived
from tests.packaged import packaged

CATALOGUE = packaged()


def facts(**changes: Any) -> AppealFacts:
    return AppealFacts.model_validate({"channel": "online", "identified": True, **changes})


def with_rules(*rules: RoutingRule) -> Catalogue:
    return CATALOGUE.model_copy(update={"routing": CATALOGUE.routing.model_copy(update={"rules": rules})})


def rule(code: str, then: Any, **when: Any) -> RoutingRule:
    return RoutingRule(code=code, reason="test", when=Condition(**when), then=then)


@pytest.mark.parametrize(
    ("changes", "by", "services"),
    [
        ({"services": ("employment",)}, "services_asked", ("employment",)),
        ({"services": ("land-plot", "employment")}, "services_asked", ("land-plot", "employment")),
        ({"services": ("employment", "employment")}, "services_asked", ("employment",)),
        ({"text": "Mənə kömək edin"}, "free_text", ()),
        ({}, "free_text", ()),
        ({"services": ("employment",), "identified": False}, "unidentified", ()),
        ({"services": ("employment", "moon-landing")}, UNKNOWN_SERVICE, ()),
    ],
)
def test_the_packaged_rules(changes: dict[str, Any], by: str, services: tuple[str, ...]) -> None:
    routed = route(CATALOGUE, facts(**changes))
    assert (routed.rule, routed.services, routed.triage) == (by, services, not services)


def test_the_first_rule_that_fits_wins() -> None:
    catalogue = with_rules(
        rule("mobile", ["land-plot"], channels=("mobile",)),
        rule("rest", ["employment"]),
        rule("never", "triage"),
    )
    assert route(catalogue, facts(channel="mobile")).rule == "mobile"
    assert route(catalogue, facts(channel="online")).services == ("employment",)


def test_no_rule_fits() -> None:
    routed = route(
        with_rules(rule("mobile", "as_asked", channels=("mobile",))), facts(services=("employment",))
    )
    assert routed == (UNPLACED, ())


def test_all_that_a_condition_states_must_hold() -> None:
    catalogue = with_rules(
        rule("both", ["employment"], channels=("mobile", "online"), districts=("nasimi",), asked=False)
    )
    assert route(catalogue, facts(district="nasimi")).services == ("employment",)
    assert route(catalogue, facts(district="khatai")).rule == UNPLACED
    assert route(catalogue, facts(district=None)).rule == UNPLACED
    assert route(catalogue, facts(district="nasimi", channel="on_site")).rule == UNPLACED
    assert route(catalogue, facts(district="nasimi", services=("land-plot",))).rule == UNPLACED


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Torpağın ayrılması", True),  # inflected
        ("TORPAQ sahəsi", True),
        ("iş istəyirəm", False),
        ("İŞ istəyirəm", False),
        ("qatorpa", False),  # not the beginning of a word
        ("", False),
        (None, False),
    ],
)
def test_keywords_are_beginnings_of_words(text: str | None, found: bool) -> None:
    catalogue = with_rules(rule("land", ["land-plot"], keywords=("torpa",)))
    assert bool(route(catalogue, facts(text=text)).services) is found


@pytest.mark.parametrize(
    "text", ["iş axtarıram", "İş yeri axtarıram", "is axtariram", "Təcili: İŞ AXTARIRAM!"]
)
def test_a_keyword_of_two_words_is_found_one_after_the_other(text: str) -> None:
    catalogue = with_rules(rule("work", ["employment"], keywords=("iş axtar", "iş yer")))
    assert route(catalogue, facts(text=text)).rule == "work"


@pytest.mark.parametrize(
    "text",
    [
        "axtarıram iş",
        "iş, sonra da axtarış",
        "alış axtarıram",
        "istəyirəm axtarasınız",  # begins as "iş" does
        "işimi axtarıram",
        "Çətin iş. Axtarıram sizi",  # another sentence
    ],
)
def test_a_keyword_of_two_words_is_not_found_elsewhere(text: str) -> None:
    catalogue = with_rules(rule("work", ["employment"], keywords=("iş axtar",)))
    assert route(catalogue, facts(text=text)).rule == UNPLACED


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("Torpaq sahəsi ilə bağlı sənədlərim üzrə xahiş edirəm.", "land-plot"),
        ("Mene torpaq sahesi ayrilmasini xahis edirem", "land-plot"),
        ("İş tapmaqda kömək istəyirəm.", "employment"),
        ("IS YERI LAZIMDIR", "employment"),
        ("Ailəmiz üçün psixoloq dəstəyi xahiş edirik.", "psychological-support"),
        ("Qardasima psixoloji yardim lazimdir", "psychological-support"),
        ("Əlillik dərəcəmin təyin edilməsini xahiş edirəm", "disability-assessment"),
        ("ELILLIYIN QIYMETLENDIRILMESI", "disability-assessment"),
        ("Oğlumun xaricdə müalicəsi üçün kömək edin", "treatment-abroad"),
        ("Ayagima yeni protez lazimdir", "prosthetics"),
        ("Hər ay dərman almalıyam", "medicines"),
        ("SANATORİYAYA GÖNDƏRİŞ", "sanatorium"),
        ("Mənə avtomobil verilsin", "vehicle"),
        ("Ailemin menzille temin olunmasini isteyirem", "housing"),
        ("Peşə kursuna yazılmaq istəyirəm", "vocational-training"),
        ("Prezident təqaüdünü almıram", "presidential-stipend"),
    ],
)
def test_free_text_is_routed_by_its_words(text: str, service: str) -> None:
    assert route(CATALOGUE, facts(text=text)).services == (service,)


# Ordinary appeals with words that begin as those of a keyword do, or are one of them once letters are folded.
ORDINARY = [
    # "iş" begins "istəyirəm", "isə", "işlədiyim"; "isə" is "işə" when folded.
    ("Protez istəyirəm, yeriyə bilmirəm.", "prosthetics"),
    ("Protez isteyirem, yeriye bilmirem.", "prosthetics"),
    ("Protez almaq istəyirəm, yerində quraşdırılsın.", "prosthetics"),
    ("Xəstəyəm, dərman almaq istəyirəm, tapa bilmirəm.", "medicines"),
    ("XESTEYEM, DERMAN ALMAQ ISTEYIREM, TAPA BILMIREM", "medicines"),
    ("İSTƏYİRƏM TAPASINIZ MƏNƏ DƏRMAN", "medicines"),
    ("Evin istismarı yerindədir, dərman lazımdır", "medicines"),
    ("Sanatoriyaya göndərişi istədiyim yerə verin.", "sanatorium"),
    ("Mən isə tapşırığa əsasən sənəd gətirmişəm, psixoloji dəstək istəyirəm", "psychological-support"),
    ("Men ise yerli orqana yazmisam, protez lazimdir", "prosthetics"),
    ("Prezident təqaüdü istəyirəm. Yerli icra hakimiyyəti kömək etmir.", "presidential-stipend"),
    ("Prezident təqaüdü almaq istəyirəm, axtarışım nəticə vermədi", "presidential-stipend"),
    ("Kömək istəyirəm, yerimdən qalxa bilmirəm", None),
    ("Səhhətim isə düzəlmir", None),
    ("Sehhetim ise duzelmir", None),
    ("İşləyirəm. Təminatım haqqında sənəd verin", None),
    ("Mənə verilən iş tapşırığı ağırdır", None),
    ("Qərar hələ də iş yerinə yetirilməyib", None),
    ("İş yerimdən arayış ala bilmirəm", None),
    ("İş axtarmıram, qulluğa ehtiyacım var", None),
    ("Məşğulluq mərkəzindən cavab gözləyirəm", None),
    ("Məşğulluğumun təmin edilməsini xahiş edirəm", "employment"),
    ("İşlə təmin olunmağımı xahiş edirəm", "employment"),
    ("İşlə təmin olunmuşam, indi arayış lazımdır", None),
    ("Is axtarmaqda komek edin", "employment"),
    ("Iş yerinin olması yaxşıdır, mənə isə iş yeri lazımdır", "employment"),
    ("Özünü-məşğulluq proqramına qoşulmaq istəyirəm", "self-employment"),
    ("Ozunumesgulluq proqrami barede yaziram", "self-employment"),
    # "ev" begins "əvvəl" when folded, "ver" is in "vergi", "sah" in "sahib".
    ("Əvvəl tikilmiş binada yaşayırıq, psixoloqun köməyinə ehtiyacım var.", "psychological-support"),
    ("Evvel tikilmis binada yasayiriq, psixoloqun komeyine ehtiyacim var.", "psychological-support"),
    ("Evləndim, təminatım azdır", None),
    ("Evlə təmin edilməyimi xahiş edirəm", "housing"),
    ("Torpaq vergisindən azad edilməyimi xahiş edirəm.", None),
    ("Torpaq vergisinden azad edilmeyimi xahis edirem.", None),
    ("Torpaq sahəsinin vergisini ödəyə bilmirəm", None),
    ("Torpaq sahibi məni məhkəməyə verib", None),
    ("Torpaq verilməsini xahiş edirəm", "land-plot"),
    ("Ev tikmek ucun torpaq isteyirem", "land-plot"),
    ("Avtomobil vergisindən azad olmaq istəyirəm.", None),
    ("AVTOMOBIL VERGISINDEN AZAD OLMAQ ISTEYIREM", None),
    ("Avtomobil vermək qaydası barədə yazın", None),
    ("Avtomobilin verilməsini xahiş edirəm", "vehicle"),
    ("Mənzil vergisini ödəyirəm", None),
    ("Mənzil verilib, amma təmirə ehtiyacı var", None),
    ("Mənə mənzil vermirlər", "housing"),
    # Other words of the same beginning, and what people say of themselves.
    ("Oğlum psixologiya fakültəsində oxuyur", None),
    ("Oglumu psixologa aparmaq isteyirem", "psychological-support"),
    ("Prezident təqaüdçüsüyəm, ünvanım dəyişib", None),
    ("İkinci dərəcə əlillik dərəcəm var, telefonum dəyişib", None),
    ("Mənə əlillik təyin edilib, arayış lazımdır", None),
    ("Tibbi-sosial ekspertizaya göndəriş verin", "disability-assessment"),
    ("Təkrar tibbi-sosial ekspertizadan keçmək istəyirəm", "disability-reassessment"),
    ("Xarici klinikaya göndərilməyimi xahiş edirəm", "treatment-abroad"),
    ("Peşəkar kurs haqqında yazmışdım", None),
]


@pytest.mark.parametrize(("text", "service"), ORDINARY)
def test_words_that_begin_alike_are_told_apart(text: str, service: str | None) -> None:
    assert route(CATALOGUE, facts(text=text)).services == ((service,) if service else ())


def test_a_keyword_ends_in_no_short_stem() -> None:
    """Three folded letters begin too many words: "ver" also those of taxes."""
    keywords = [keyword for rule in CATALOGUE.routing.rules for keyword in rule.when.keywords]
    assert [keyword for keyword in keywords if len(fold(keyword).split()[-1]) < 4] == []
    assert len(keywords) == len({fold(keyword) for keyword in keywords}) > 20


@pytest.mark.parametrize(
    "text",
    [
        "Mənə kömək edin",
        "Müavinətimin gecikməsindən şikayət edirəm",
        "Bu iş haqqında sizə yazmışdım",  # "iş" alone may mean any business
        "İşə düzəlmək istəyirəm",  # "isə düzəlmək" when folded: something else
        "Torpağım uğrunda vuruşmuşam, əlilliyim var",  # the land that was fought for; no service named
    ],
)
def test_a_text_that_no_rule_fits_goes_to_triage(text: str) -> None:
    assert route(CATALOGUE, facts(text=text)).triage


def test_facts_of_an_appeal() -> None:
    appeal = AppealReceived(
        appeal_id="0" * 8 + "-0000" * 3 + "-" + "0" * 12,
        case_id="0" * 8 + "-0000" * 3 + "-" + "0" * 12,
        tracking_number="x",
        channel="mobile",
        received_at=datetime(2021, 8, 23, tzinfo=UTC),
        services=("employment",),
        district="nasimi",
        receipt_digest="x",
        sealed="x",
    )
    assert AppealFacts.of(appeal) == facts(
        channel="mobile", services=("employment",), district="nasimi", identified=False
    )
    assert AppealFacts.of(appeal.model_copy(update={"applicant_index": "x"})).identified


@pytest.mark.parametrize(
    ("service", "district", "agencies"),
    [
        ("disability-assessment", "khatai", {"examination": "moh", "assessment": "mlspp"}),
        ("psychological-support", None, {"counselling": "mlspp", "treatment": "moh"}),
        ("employment", "nasimi", {"vacancies": "mlspp", "local_quota": "nasimi-executive"}),
        ("employment", "khatai", {"vacancies": "mlspp", "local_quota": "khatai-executive"}),
        ("land-plot", "nasimi", {"allocation": "nasimi-executive"}),
        ("land-plot", "sumgait", {"allocation": "sumgait-executive"}),
        ("land-plot", "moon", {"allocation": "centre"}),  # no such district
        ("land-plot", None, {"allocation": "centre"}),  # the applicant did not say
    ],
)
def test_the_agency_of_each_step(service: str, district: str | None, agencies: dict[str, str]) -> None:
    ((passport, assigned),) = assign_agencies(CATALOGUE, [service], district)
    assert passport == CATALOGUE.passports[service]
    assert assigned == agencies


@pytest.mark.parametrize(
    ("unconnected", "service", "agencies"),
    [
        ("moh", "disability-assessment", {"examination": "centre", "assessment": "mlspp"}),
        ("nasimi-executive", "land-plot", {"allocation": "centre"}),
    ],
)
def test_an_agency_that_is_not_connected_leaves_its_steps_to_the_centre(
    unconnected: str, service: str, agencies: dict[str, str]
) -> None:
    agency = CATALOGUE.agencies[unconnected].model_copy(update={"connector": None})
    catalogue = CATALOGUE.model_copy(update={"agencies": {**CATALOGUE.agencies, unconnected: agency}})
    (assigned,) = assign_agencies(catalogue, [service], "nasimi")
    assert assigned.agencies == agencies


def test_each_passport_comes_once_and_in_order() -> None:
    assigned = assign_agencies(CATALOGUE, ["land-plot", "employment", "land-plot"], "nasimi")
    assert [passport.code for passport, _ in assigned] == ["land-plot", "employment"]


def test_an_unknown_service_is_an_error() -> None:
    with pytest.raises(PermanentError, match=r"unknown_service.*'moon-landing'.*employment"):
        assign_agencies(CATALOGUE, ["moon-landing"], None)
