"""Words that begin as those of a service do, or are one of them once letters are folded."""

import pytest

from tests.unit.catalogue.free_text.texts import interpreted

NAMED = [
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
]


@pytest.mark.parametrize(("text", "service"), NAMED)
def test_a_service_that_is_named_is_given_or_suggested_first(text: str, service: str) -> None:
    reading = interpreted(text)
    assert reading.service in (service, None) and reading.suggestions[0] == service


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
def test_words_that_begin_alike_lead_nowhere_else(text: str, service: str | None) -> None:
    reading = interpreted(text)
    assert reading.service in (service, None)
    assert service is None or service in reading.suggestions[:3]


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
def test_a_text_that_names_no_service_goes_to_a_person(text: str) -> None:
    assert interpreted(text).service is None
