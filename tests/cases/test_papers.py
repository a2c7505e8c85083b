"""Papers of the file: what they say, how they leave the house, which templates are taken, what the archive asks for."""

import io
import zipfile
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from docx import Document

from shengkang.attachments.models import Attachment
from shengkang.audit.models import AccessEntry, AuditEntry
from shengkang.cases import services
from shengkang.cases.models import FiledPaper, Inquiry, PaperTemplate
from shengkang.cases.papers import content, forms, house, pdf, word
from shengkang.cases.services import PartyDetails
from shengkang.cases.services.archiving import missing_for_archive, missing_visits
from tests.cases.reading import printed, written
from tests.world import NOW, a_picture, file_papers, no_at_the_gate, sign

Kind = PaperTemplate.Kind
TEMPLATES = "/admin/cases/papertemplate/"
WEEK = timedelta(days=7)


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def paper_of(case, kind):
    return next(each for each in content.papers_of(case) if each.kind == kind)


def a_template(*holes, parts=None):
    """A Word file with one paragraph for each hole, and `parts` beside it in the package."""
    document = Document()
    for hole in holes:
        document.add_paragraph(hole)
    file = io.BytesIO()
    document.save(file)
    if parts:
        with zipfile.ZipFile(file, "a") as package:
            for name, text in parts.items():
                package.writestr(name, text)
    return SimpleUploadedFile("own.docx", file.getvalue())


def keep(here, upload, kind=Kind.COVER, by=None):
    return services.keep_template(station=here.station, kind=kind, upload=upload, by=by or here.station_chief, at=NOW)


def visited(case, here):
    services.record_follow_up(follow_up=case.follow_ups.first(), outcome="holds", by=here.officer, at=NOW + WEEK)


# -- what is refused --


@pytest.mark.parametrize(
    ("upload", "why", "where"),
    [
        (lambda: SimpleUploadedFile("a.docx", b"no zip at all"), "docx", ""),
        (lambda: SimpleUploadedFile("a.docx", b""), "docx", ""),
        (lambda: SimpleUploadedFile("a.docx", b"x" * (word.MAX_BYTES + 1)), "large", ""),
        (lambda: a_template("{{ no }}", parts={"word/vbaProject.bin": b"macro"}), "active", ""),
        (
            lambda: a_template(
                "{{ no }}", parts={"word/_rels/settings.xml.rels": '<Relationship TargetMode="External" Target="http://a.b/"/>'}
            ),
            "active",
            "",
        ),
        (lambda: a_template("{{ no }}", parts={"word/more.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><a/>"}), "active", ""),
        (lambda: a_template("{{ number_of_case }}", "{{ nobody_knows }}"), "unknown", "nobody_knows number_of_case"),
        (lambda: a_template("{{ parties }}"), "unknown", "parties"),
        (lambda: a_template("{% for each in parties %}{{ each.secret }}{% endfor %}"), "unknown", "each.secret"),
        (lambda: a_template("{{ no.__class__.__mro__ }}"), "unknown", "no.__class__"),
        (lambda: a_template("{{ ''.__class__ }}"), "jinja", ""),
        (lambda: a_template("{{ range(99999) }}"), "jinja", "Call"),
        (lambda: a_template("{{ no * 999999999 }}"), "jinja", "Mul"),
        (lambda: a_template("{{ no | upper }}"), "jinja", "Filter"),
        (lambda: a_template("{% include '/etc/passwd' %}"), "jinja", "Include"),
        (lambda: a_template("{% set no = 1 %}"), "jinja", "Assign"),
        (lambda: a_template("{{ no "), "jinja", ""),
        (lambda: a_template("{% for each in parties %}"), "jinja", ""),
    ],
)
def test_a_template_that_is_no_plain_form_is_refused_and_nothing_is_kept(here, upload, why, where):
    with pytest.raises(services.TemplateRefused) as refusal:
        keep(here, upload())
    unfit = refusal.value.__cause__
    assert unfit.code == why
    for place in where.split():
        assert place in unfit.where
        assert place in str(refusal.value)
    assert not PaperTemplate.objects.exists()


def test_a_template_that_unfolds_to_too_much_is_refused_unread(here):
    with pytest.raises(services.TemplateRefused):
        keep(here, a_template("{{ no }}", parts={"word/big.xml": b"0" * (word.MAX_UNPACKED + 1)}))


def test_names_hidden_in_header_footer_or_properties_are_looked_at_too(here):
    for place in ("header", "title"):
        document = Document()
        if place == "header":
            document.sections[0].header.paragraphs[0].text = "{{ hidden }}"
        else:
            document.core_properties.title = "{{ hidden }}"
        file = io.BytesIO()
        document.save(file)
        with pytest.raises(services.TemplateRefused, match="hidden"):
            keep(here, SimpleUploadedFile("a.docx", file.getvalue()))


def test_only_the_chief_puts_a_template_in_its_place(client, here, world):
    client.force_login(here.officer)
    assert client.get(TEMPLATES).status_code == 200
    assert client.post(TEMPLATES + "add/", {"kind": "cover", "upload": a_template("{{ no }}")}).status_code == 403
    with pytest.raises(services.WrongStation):
        keep(here, a_template("{{ no }}"), by=world.there.station_chief)
    assert not PaperTemplate.objects.exists()


def test_a_paper_whose_facts_are_not_there_yet_does_not_exist(client, life, here):
    case = life.reported()
    assert [paper.kind for paper in content.papers_of(case)] == [Kind.COVER, Kind.REGISTER]
    with pytest.raises(services.PaperNotReady):
        services.write_paper(case=case, name="agreement-1", form="pdf", by=here.officer, at=NOW)
    client.force_login(here.officer)
    assert client.get(reverse("admin:cases_disputecase_paper", args=[case.pk, "agreement-1", "pdf"])).status_code == 404
    assert client.get(reverse("admin:cases_disputecase_paper", args=[case.pk, f"cover-{case.pk}", "exe"])).status_code == 404


def test_a_paper_of_another_case_is_not_reached_through_ones_own(life, here):
    agreement = life.agreed().agreements.get()
    with pytest.raises(services.PaperNotReady):
        services.write_paper(case=life.agreed(), name=f"agreement-{agreement.pk}", form="pdf", by=here.officer, at=NOW)


def test_papers_of_a_protected_case_do_not_exist_for_who_does_not_see_it(client, life, here):
    case = life.protected()
    pages = [
        reverse("admin:cases_disputecase_paper", args=[case.pk, f"register-{case.pk}", "docx"]),
        reverse("admin:cases_disputecase_whole_file", args=[case.pk]),
        reverse("case-papers", args=[case.pk]),
        reverse("case-paper", args=[case.pk, f"register-{case.pk}", "pdf"]),
        reverse("case-whole-file", args=[case.pk]),
    ]
    for user, answer in ((here.colleague, 404), (here.aux_police, 404), (here.station_chief, 200)):
        client.force_login(user)
        assert [client.get(page).status_code for page in pages] == [answer] * len(pages)
    assert set(AccessEntry.objects.filter(what="paper").values_list("by_ref", flat=True)) == {
        f"organization.User:{here.station_chief.pk}"
    }


def test_a_mediator_on_the_phone_sees_the_case_but_writes_no_papers(client, life, here):
    case = life.mediating()
    client.force_login(here.household_head)
    assert client.get(reverse("case-papers", args=[case.pk])).status_code == 403


def test_a_closed_file_takes_no_paper(life, here):
    case = life.archived()
    with pytest.raises(services.NotAllowedHere):
        services.file_paper(case=case, kind=Kind.SESSION, pictures=[a_picture()], by=here.officer, at=NOW + WEEK)


def test_a_paper_by_hand_needs_a_picture_and_the_own_station(life, here, world):
    case = life.accepted()
    with pytest.raises(services.PaperNotReady):
        services.file_paper(case=case, kind=Kind.SESSION, pictures=[], by=here.officer, at=NOW)
    with pytest.raises(services.WrongStation):
        services.file_paper(case=case, kind=Kind.SESSION, pictures=[a_picture()], by=world.there.officer, at=NOW)
    assert not FiledPaper.objects.exists()


# -- the archive --


def test_the_archive_names_every_paper_that_is_missing(life, here):
    case = life.settled(obligations=[services.ObligationDetails(what="装檐沟", due_on=NOW.date())])
    missing = missing_for_archive(case, NOW)
    assert missing[:2] == [Kind.INQUIRY.label, Kind.SESSION.label]
    assert "装檐沟" in missing[2]
    assert missing[3:] == missing_visits(case, NOW) != []
    with pytest.raises(services.ArchiveIncomplete) as refusal:
        services.archive_case(case=case, by=here.officer, at=NOW)
    assert all(each in str(refusal.value) for each in missing)


def test_a_complete_file_is_archived(life, here):
    case = life.settled()
    file_papers(case, here.officer)
    visited(case, here)
    assert missing_for_archive(case, NOW + WEEK) == []
    assert services.archive_case(case=case, by=here.officer, at=NOW + WEEK).status == "archived"


def test_what_was_recorded_in_time_needs_no_paper_by_hand(life, here):
    case = life.mediating()
    services.inquire(case=case, held_at=NOW, place="水塘边", whom="张三", record="看了滴水处", by=here.officer, at=NOW)
    services.hold_session(
        case=case, held_at=NOW, place="村委会", mediators=[here.household_head], record="谈了", by=here.officer, at=NOW,
        parties=list(case.parties.all()),
    )  # fmt: skip
    services.record_agreement(
        case=case, facts="滴水", terms="装檐沟", oral=True, effective_on=NOW.date(), by=here.officer, at=NOW
    )
    services.settle_case(case=case, by=here.officer, at=NOW)
    visited(case, here)
    assert missing_for_archive(case, NOW + WEEK) == []


def test_what_was_settled_on_the_spot_needs_a_visit_only(here, world):
    case = services.settle_on_the_spot(
        station=here.station, village=here.villages[0], category=world.category, channel="post", story="为停车争吵",
        terms="各退一步", by=here.post_liaison, at=NOW,
    )  # fmt: skip
    assert missing_for_archive(case, NOW) == missing_visits(case, NOW) != []
    visited(case, here)
    assert missing_for_archive(case, NOW + WEEK) == []


def test_the_page_of_a_settled_case_says_what_is_missing_and_leads_to_the_papers(client, life, here):
    case = life.settled()
    client.force_login(here.officer)
    page = client.get(reverse("admin:cases_disputecase_change", args=[case.pk]))
    shown = [[row["cells"][0]["text"] for row in section["rows"]] for section in page.context["sections"]]
    assert missing_for_archive(case, NOW) in shown
    (papers,) = [section for section in page.context["sections"] if "papers/" in section.get("more_url", "")]
    links = [cell["url"] for row in papers["rows"] for cell in row["cells"] if "url" in cell]
    assert len(links) == 2 * len(content.papers_of(case))
    for link in [*links, papers["more_url"]]:
        assert client.get(link).status_code == 200


# -- what they say --


@pytest.mark.parametrize("kind", Kind.values)
def test_the_houses_templates_are_those_its_forms_draw_and_are_taken_as_any_other(kind):
    def parts(file):
        with zipfile.ZipFile(io.BytesIO(file)) as package:
            return {name: package.read(name) for name in package.namelist()}

    assert parts(word.house_template(kind)) == parts(house.House(kind).bytes()), "run python -m shengkang.cases.papers.house"
    word.look_through(word.house_template(kind), content.sample(kind))


@pytest.fixture
def complete(life, here):
    """A case of which every paper can be written."""
    case = life.mediating()
    services.inquire(case=case, held_at=NOW, place="水塘边", whom="证人王五", record="看了滴水处", by=here.officer, at=NOW)
    services.hold_session(
        case=case, held_at=NOW, place="村委会", mediators=[here.household_head], record="双方都让了一步", by=here.officer, at=NOW,
        parties=list(case.parties.all()),
    )  # fmt: skip
    services.record_agreement(
        case=case, facts="屋檐滴水", terms="李四装檐沟", effective_on=NOW.date(), by=here.officer, at=NOW,
        obligations=[services.ObligationDetails(what="赔偿", due_on=NOW.date() + WEEK, amount=Decimal("1200.50"))],
    )  # fmt: skip
    sign(case, here.officer)
    services.settle_case(case=case, by=here.officer, at=NOW)
    visited(case, here)
    return case


SAYS = {
    Kind.COVER: ["人民调解卷宗", "张三与李四之间的", "人民调解协议书", "司法确认申请书"],
    Kind.REGISTER: ["人民调解受理登记表", "屋檐滴水起争执", "13800001234", "调解组织主动提出调解"],
    Kind.APPLICATION: ["人民调解申请书", "屋檐滴水起争执", "调解组织主动提出调解"],
    Kind.INQUIRY: ["人民调解调查记录", "证人王五", "看了滴水处"],
    Kind.SESSION: ["人民调解记录", "双方都让了一步", "张三, 李四", "2026年3月11日"],
    Kind.AGREEMENT: [
        "人民调解协议书",
        "李四装檐沟",
        "1,200.50",
        "2026年3月18日",
        "未履行",
        "已于2026年3月11日在纸上签名",
        "2026年4月10日",
    ],
    Kind.CONFIRMATION: ["司法确认申请书", "李四装檐沟", "没有恶意串通"],
    Kind.FOLLOW_UP: ["人民调解回访记录", "2026年3月18日"],
}


@pytest.mark.parametrize("kind", Kind.values)
def test_word_and_pdf_of_a_paper_say_the_same(kind, complete, here):
    paper = paper_of(complete, kind)
    docx, as_pdf = (
        services.write_paper(case=complete, name=paper.name, form=form, by=here.officer, at=NOW + WEEK)
        for form in ("word", "pdf")
    )
    assert (docx.file_name, as_pdf.file_name) == (f"{complete.no}-{paper.name}.docx", f"{complete.no}-{paper.name}.pdf")
    in_word, in_pdf = written(docx.content), printed(as_pdf.content)
    for words in SAYS[kind]:
        assert words in in_word
        assert words in in_pdf
    assert "{{" not in in_word
    assert list(AccessEntry.objects.order_by("pk").values_list("what", "reason"))[-2:] == [
        ("paper", f"{paper.name}.docx"),
        ("paper", f"{paper.name}.pdf"),
    ]


def test_every_kind_of_paper_can_be_written_for_a_complete_case(complete):
    assert {paper.kind for paper in content.papers_of(complete)} == set(Kind.values)


def test_a_police_mediation_is_titled_and_signed_as_one(life, here):
    case = life.accepted()
    allowed = no_at_the_gate(police_act=True)
    services.check_gate(case=case, answers=allowed, by=here.officer, at=NOW)
    services.begin_mediation(case=case, mediator=here.officer, procedure="police", by=here.officer, at=NOW)
    services.record_agreement(case=case, facts="推搡", terms="道歉", effective_on=NOW.date(), by=here.officer, at=NOW)
    said = content.content_of(paper_of(case, Kind.AGREEMENT), NOW)
    assert (said["title"], said["body"]) == ("治安调解协议书", here.station.name)
    assert "公安机关不再处罚" in said["text_1"]
    assert said["confirmation_hint"] == ""
    assert Kind.CONFIRMATION not in {paper.kind for paper in content.papers_of(case)}


def test_no_id_number_leaves_the_house_on_a_paper(life, here):
    case = life.reported(parties=[PartyDetails("first", "张三", id_number="11010519491231002X"), PartyDetails("second", "李四")])
    for form in ("word", "pdf"):
        paper = services.write_paper(case=case, name=f"register-{case.pk}", form=form, by=here.officer, at=NOW)
        said = written(paper.content) if form == "word" else printed(paper.content)
        assert "11010519491231002X" not in said


def test_what_people_wrote_is_text_and_never_code_or_markup(life, here):
    case = life.reported(story="{{ no }} {% for %} <w:br/> & 第一行\n第二行\x0b")
    paper = services.write_paper(case=case, name=f"register-{case.pk}", form="word", by=here.officer, at=NOW)
    assert "{{ no }} {% for %} <w:br/> & 第一行" in written(paper.content)


def test_a_character_the_font_lacks_is_an_empty_square_with_a_word_at_the_foot(life, here):
    case = life.reported(story="邻居赵犇堃家", parties=[PartyDetails("first", "赵犇堃")])
    paper = services.write_paper(case=case, name=f"register-{case.pk}", form="pdf", by=here.officer, at=NOW)
    said = printed(paper.content)
    assert "赵□□" in said
    assert "请用笔补写" in said
    assert pdf.drawable("甲—乙·丙") == "甲―乙・丙"


def test_a_long_record_goes_on_over_as_many_pages_as_it_needs(life, here):
    case = life.accepted()
    record = "".join(f"第{no}句他说了话。" for no in range(420))
    Inquiry.objects.create(case=case, held_at=NOW, place="家中", whom="张三", record=record, by=here.officer, at=NOW)
    paper = services.write_paper(case=case, name=paper_of(case, Kind.INQUIRY).name, form="pdf", by=here.officer, at=NOW)
    said = printed(paper.content)
    assert "记录（续）" in said
    assert said.replace("记录（续）", "").count("他说了话") == 420


def test_the_whole_file_is_one_pdf_with_signatures_and_papers_by_hand(complete, here):
    services.file_paper(case=complete, kind=Kind.SESSION, pictures=[a_picture(colour="blue")], by=here.officer, at=NOW + WEEK)
    paper = services.write_file(case=complete, by=here.officer, at=NOW + WEEK)
    said = printed(paper.content)
    for words in ("人民调解卷宗", "人民调解协议书", "人民调解回访记录", "人民调解记录（手写件）"):
        assert words in said
    # One sheet signed by three is shown once; then the paper written by hand.
    assert paper.content.count(b"/Subtype /Image") == 2
    assert (paper.file_name, AccessEntry.objects.order_by("pk").last().reason) == (f"{complete.no}.pdf", "file.pdf")


# -- the station's own templates --


def test_a_stations_own_template_is_used_replaced_and_dropped(life, here, django_capture_on_commit_callbacks):
    case = life.reported()

    def said():
        return written(services.write_paper(case=case, name=f"cover-{case.pk}", form="word", by=here.officer, at=NOW).content)

    first = keep(here, a_template("本所格式 {{ no }}", "{% for row in parties %}{{ row.name }}；{% endfor %}"))
    assert f"本所格式 {case.no}" in said()
    assert "张三；李四；" in said()
    old = first.file.path
    with django_capture_on_commit_callbacks(execute=True):
        second = keep(here, a_template("第二版 {{ title }} {% if place %}{{ place }}{% endif %}"))
    assert (second.pk, PaperTemplate.objects.count()) == (first.pk, 1)
    assert "第二版 矛盾纠纷卷宗 水塘边" in said()
    assert not Path(old).exists()
    services.drop_template(template=second, by=here.station_chief, at=NOW)
    assert "卷内目录" in said()
    assert list(AuditEntry.objects.filter(verb__endswith="_template").order_by("pk").values_list("verb", flat=True)) == [
        "keep_template",
        "keep_template",
        "drop_template",
    ]


def test_the_template_of_one_station_is_not_the_others(life, here, world):
    services.keep_template(
        station=world.there.station, kind="cover", upload=a_template("那边 {{ no }}"), by=world.there.station_chief, at=NOW
    )
    case = life.reported()
    assert "那边" not in written(
        services.write_paper(case=case, name=f"cover-{case.pk}", form="word", by=here.officer, at=NOW).content
    )
    assert list(PaperTemplate.objects.visible_to(here.station_chief)) == []


def test_the_chief_uploads_a_template_at_the_desk_and_reads_why_one_is_refused(client, here):
    client.force_login(here.station_chief)
    refused = client.post(TEMPLATES + "add/", {"kind": "cover", "upload": a_template("{{ nonsense }}")})
    assert refused.status_code == 409
    assert "nonsense" in refused.content.decode()
    assert client.post(TEMPLATES + "add/", {"kind": "cover", "upload": a_template("本所 {{ no }}")}).status_code == 302
    page = client.get(TEMPLATES).content.decode()
    assert "{{ case_name }}" in page
    assert written(client.get(TEMPLATES + "cover.docx").content) == "本所 {{ no }}"
    assert "卷内目录" in written(client.get(TEMPLATES + "cover.docx?house=1").content)
    template = PaperTemplate.objects.get()
    assert client.post(f"{TEMPLATES}{template.pk}/drop/").status_code == 302
    assert not PaperTemplate.objects.exists()


# -- the faces --


def test_a_paper_written_by_hand_is_filed_at_the_desk_and_its_picture_is_seen_by_who_sees_the_case(client, life, here):
    case = life.settled()
    client.force_login(here.officer)
    page = reverse("admin:cases_disputecase_file_paper", args=[case.pk])
    assert client.post(page, {"kind": "inquiry", "pictures": [a_picture()]}).status_code == 302
    filed = FiledPaper.objects.get()
    assert (filed.case, filed.kind, filed.by) == (case, "inquiry", here.officer)
    picture = Attachment.objects.of(filed).get()
    assert client.get(reverse("attachments:file", args=[picture.pk])).status_code == 200
    assert str(Kind.INQUIRY.label) not in missing_for_archive(case, NOW)
    client.force_login(here.volunteer)
    assert client.get(reverse("attachments:file", args=[picture.pk])).status_code == 404


def test_a_program_lists_papers_takes_one_and_files_one_once(client, life, here):
    case = life.settled()
    client.force_login(here.officer)
    answer = client.get(reverse("case-papers", args=[case.pk])).json()
    assert [row["kind"] for row in answer["papers"]] == ["cover", "register", "application", "agreement", "confirmation"]
    assert answer["missing"] == missing_for_archive(case, NOW)
    for suffix, first_bytes in (("pdf", b"%PDF-"), ("docx", b"PK")):
        got = client.get(reverse("case-paper", args=[case.pk, answer["papers"][0]["name"], suffix]), headers={"Accept": "*/*"})
        assert (got.status_code, got.content.startswith(first_bytes)) == (200, True)
    for _again in range(2):
        sent = client.post(
            reverse("case-file-paper", args=[case.pk]),
            {"kind": "session", "pictures": [a_picture()]},
            headers={"Idempotency-Key": "one"},
        )
        assert sent.status_code == 201
    assert FiledPaper.objects.count() == 1


def test_the_list_of_papers_costs_the_same_for_one_visit_and_for_three(life, here, django_assert_max_num_queries):
    case = life.settled()
    for visit in case.follow_ups.all():
        services.record_follow_up(follow_up=visit, outcome="holds", by=here.officer, at=NOW + WEEK)
    with django_assert_max_num_queries(18):
        assert len([paper for paper in content.papers_of(case) if paper.kind == Kind.FOLLOW_UP]) == 3


def test_wording_that_differs_by_procedure_falls_back_to_the_one_for_all():
    assert forms.title(Kind.REGISTER, "informal") == forms.title(Kind.REGISTER, "") == "矛盾纠纷登记表"
