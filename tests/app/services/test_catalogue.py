"""药品目录: finding, shares, import by table, issue to the clinics, and what happens to a drug that is in use."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from app.desk import Actor
from app.domain.catalogue_shares import Share
from app.domain.movements import MovementKind
from app.domain.request_terms import Kind
from app.errors import UserError
from app.interchange.catalogue_fields import TARGETS, target_of_header
from app.interchange.xlsx_files import write_xlsx
from app.services.catalogue import Catalogue
from app.services.catalogue_exchange import CatalogueExchange
from app.services.catalogue_import import CatalogueImport
from app.services.catalogue_sheets import share_list, update_list, without_code_list
from app.services.catalogue_update import DrugAction
from app.services.document_steps import DocumentRefused
from app.services.exchange import Exchange
from app.services.history import broken_links, changes_of
from app.services.requests import LineEdit, Requests
from app.services.stock_ledger import BatchKey, NewMovement, book, find_or_make_batch
from db.models import Drug, Organisation
from tests.supply_desks import pair

HEADERS = ["药品编码", "通用名", "剂型", "规格", "最小单位", "包装单位", "转换比", "采购价", "医保类别", "集采", "产地"]
AMLODIPINE = ["XC08CA01", "苯磺酸氨氯地平片", "片剂", "5mg", "片", "盒", 28, "3.36", "甲类", "第一批", "江苏"]
BANLANGEN = ["ZA01", "板蓝根颗粒", "颗粒剂", "10g", "袋", "盒", 20, 12, "乙", "否", "广东"]


@pytest.fixture
def listed(township_desk):
    Catalogue(township_desk).ensure_starter()
    return township_desk


def table_of(desk, tmp_path, *rows, headers=HEADERS):
    path = tmp_path / "list.xlsx"
    write_xlsx(path, "目录", headers, rows)
    return CatalogueImport(desk).read(path)


def planned(desk, tmp_path, *rows, headers=HEADERS, **how):
    importing = CatalogueImport(desk)
    table = table_of(desk, tmp_path, *rows, headers=headers)
    return importing.dry_run(table, importing.guess(table), **how)


def put_in_stock(desk, drug_code, units=40):
    with desk.sessions.writing() as session:
        key = BatchKey(drug_code, "A001", desk.today() + timedelta(days=300), price_fen=500, units_per_pack=20)
        batch = find_or_make_batch(session, desk, key, desk.today())
        book(session, desk, [NewMovement(batch, MovementKind.OPENING, units)])
        return batch


def drug(desk, code):
    with desk.sessions.reading() as session:
        return session.scalars(select(Drug).where(Drug.code == code)).one()


def test_the_starter_list_fills_what_warnings_and_labels_need(listed):
    xiaoke = next(view for view in Catalogue(listed).find("消渴丸"))
    stored = drug(listed, xiaoke.code)
    assert "glibenclamide" in stored.ingredients.split(";")
    assert (stored.route, stored.origin) == ("口服", "starter")
    assert drug(listed, "VD055").long_rx_allowed is False
    assert drug(listed, "VD001").long_rx_allowed is True
    assert drug(listed, "VD001").diagnoses == "I10;I11;I15;I20"


@pytest.mark.parametrize("text", ["氨氯地平", "bhsalsd", "BHSALDP"])
def test_a_drug_is_found_by_name_or_initials(listed, text):
    found = {view.name for view in Catalogue(listed).find(text)}
    assert ("苯磺酸氨氯地平片" in found) is (text != "bhsalsd")


def test_a_drug_is_found_by_its_barcode_and_by_a_scanned_trace_code(listed):
    with listed.sessions.writing() as session:
        stored = session.scalars(select(Drug).where(Drug.code == "VD001")).one()
        stored.barcode, stored.trace_prefix = "6901234567892", "8412345"
    catalogue = Catalogue(listed)
    assert [view.code for view in catalogue.find("6901234567892")] == ["VD001"]
    assert [view.code for view in catalogue.find("84123450000000000017")] == ["VD001"]
    assert catalogue.find("6900000000000") == []


def test_preferred_drugs_come_first_and_none_is_hidden(listed):
    views = Catalogue(listed).find("", limit=500)
    ranks = [
        (not v.volume_procured, v.essential != "Y", {"甲": 0, "乙": 1}.get(v.insurance_class, 2)) for v in views
    ]
    assert ranks == sorted(ranks)
    assert len(views) == Catalogue(listed).count()


def test_the_shares_of_the_list_and_of_what_is_in_use(listed):
    shares = Catalogue(listed).shares()
    assert shares.catalogue == Share(150, 173)
    assert shares.procured_of_catalogue.whole == 150
    assert Catalogue(listed).shares(in_use=True).catalogue.percent is None
    put_in_stock(listed, "VD001")
    assert Catalogue(listed).shares(in_use=True).catalogue == Share(1, 1)


def test_an_import_tells_line_by_line_what_it_would_do_and_writes_nothing(listed, tmp_path):
    plan = planned(
        listed, tmp_path, AMLODIPINE, BANLANGEN, [*AMLODIPINE], ["", "无编码片", *BANLANGEN[2:]],
        ["Z9", "负价片", "片剂", "1g", "片", "盒", 10, "-3", "甲", "是", ""],
        ["Z8", "半片", "片剂", "1g", "片", "盒", 2.5, "3", "甲", "是", ""],
        is_whole=False,
    )  # fmt: skip
    assert [row.action.value for row in plan.rows] == ["add", "add", "refuse", "refuse", "refuse", "refuse"]
    sentences = [str(reason) for row in plan.rows for reason in row.reasons]
    assert "出现了两次" in sentences[0]
    assert "没有药品编码" in sentences[1]
    assert "价格" in sentences[2]
    assert "每包装数量“2.5”" in sentences[3]
    assert plan.left_out_columns == ("产地",)
    assert Catalogue(listed).get("XC08CA01") is None
    assert CatalogueImport(listed).save_report(plan, tmp_path / "report.xlsx") == 6
    told = [row[4] or "" for row in load_workbook(tmp_path / "report.xlsx").active.iter_rows(values_only=True)][1:]
    assert "出现了两次" in told[2]
    assert not [words for words in told if "。；" in words]


def test_an_imported_drug_takes_over_what_is_known_of_the_same_product(listed, tmp_path):
    CatalogueImport(listed).apply(planned(listed, tmp_path, AMLODIPINE, is_whole=False))
    new = drug(listed, "XC08CA01")
    assert (new.ingredients, new.atc_code, new.origin) == ("amlodipine", "C08CA01", "township")
    assert (new.price_fen, new.insurance_class, new.volume_procured, new.units_per_pack) == (336, "甲", True, 28)
    assert new.pinyin == "bhsaldpp"
    assert new.valid_from == listed.today()


def test_a_drug_without_ingredients_is_pointed_out(listed, tmp_path):
    plan = planned(listed, tmp_path, ["Q1", "某某新药片", *AMLODIPINE[2:]], is_whole=False)
    assert "不能提示相互作用" in str(plan.rows[0].notes[0])


def test_a_new_price_is_kept_beside_the_old_one(listed, tmp_path):
    importing = CatalogueImport(listed)
    importing.apply(planned(listed, tmp_path, AMLODIPINE, is_whole=False))
    dearer = [*AMLODIPINE[:7], "4.2", *AMLODIPINE[8:]]
    plan = planned(listed, tmp_path, dearer, is_whole=False)
    assert (plan.rows[0].price_change.before, plan.rows[0].price_change.after) == (336, 420)
    importing.apply(plan)
    new = drug(listed, "XC08CA01")
    assert new.price_fen == 420
    with listed.sessions.reading() as session:
        [change] = [c for c in changes_of(session, "drug", new.id) if "price_fen" in c.after]
        assert dict(change.before or {}) == {"price_fen": 336}
        assert broken_links(session) == []
    assert planned(listed, tmp_path, dearer, is_whole=False).rows[0].action is DrugAction.SAME


def test_an_empty_cell_says_nothing(listed, tmp_path):
    CatalogueImport(listed).apply(planned(listed, tmp_path, AMLODIPINE, is_whole=False))
    row = [AMLODIPINE[0], AMLODIPINE[1], *[""] * 9]
    assert planned(listed, tmp_path, row, is_whole=False).rows[0].action is DrugAction.SAME


def test_a_whole_list_ends_what_it_lacks_and_keeps_what_is_in_use_for_a_while(listed, tmp_path):
    put_in_stock(listed, "VD049", 40)
    plan = planned(listed, tmp_path, AMLODIPINE, BANLANGEN)
    [kept] = plan.update.kept_in_use
    assert (kept.code, kept.on_hand) == ("VD049", 40)
    assert "对乙酰氨基酚片" in str(kept.sentence)
    assert "还有库存 40 片" in str(kept.sentence)
    CatalogueImport(listed).apply(plan)
    assert Catalogue(listed).count() == 3
    assert drug(listed, "VD049").valid_to == listed.today() + timedelta(days=30)
    assert drug(listed, "VD050").valid_to == listed.today() - timedelta(days=1)
    with listed.sessions.reading() as session:
        assert session.scalar(select(func.count()).select_from(Drug)) == 175


def test_a_drug_that_an_open_request_asks_for_is_kept_too(clinic_desk, tmp_path):
    requests = Requests(clinic_desk)
    request = requests.start(Kind.REGULAR).request
    line = requests.add_line(request.id, "VD050")
    requests.edit_line(request.id, line.id, LineEdit(on_hand=1, monthly_use="10", requested=20))
    with clinic_desk.sessions.writing() as session:
        session.scalars(select(Drug).where(Drug.code == "VD050")).one().origin = "own"
    plan = planned(clinic_desk, tmp_path, AMLODIPINE)
    assert [(gone.code, gone.open_requests) for gone in plan.ended] == [("VD050", 1)]
    assert "1 张申领单" in str(plan.ended[0].sentence)


def test_the_smallest_unit_of_a_drug_with_stock_can_not_change(listed, tmp_path):
    importing = CatalogueImport(listed)
    importing.apply(planned(listed, tmp_path, AMLODIPINE, is_whole=False))
    put_in_stock(listed, "XC08CA01")
    plan = planned(listed, tmp_path, [*AMLODIPINE[:4], "盒", *AMLODIPINE[5:]], is_whole=False)
    assert plan.rows[0].action is DrugAction.REFUSE
    assert "不能改最小单位" in str(plan.rows[0].reasons[0])


def test_a_plan_is_not_applied_after_the_stock_has_changed(listed, tmp_path):
    plan = planned(listed, tmp_path, AMLODIPINE)
    put_in_stock(listed, "VD049")
    with pytest.raises(UserError, match="重新核对"):
        CatalogueImport(listed).apply(plan)
    assert Catalogue(listed).count() == 173


def test_a_wrong_file_does_not_end_the_whole_catalogue(listed, tmp_path):
    plan = planned(listed, tmp_path, ["", "别的表", *AMLODIPINE[2:]])
    with pytest.raises(UserError, match="停用整个目录"):
        CatalogueImport(listed).apply(plan)
    assert Catalogue(listed).count() == 173


def test_a_list_of_the_future_or_without_codes_is_refused(listed, tmp_path):
    with pytest.raises(UserError, match="还没有到"):
        planned(listed, tmp_path, AMLODIPINE, valid_from=listed.today() + timedelta(days=1))
    with pytest.raises(UserError, match="药品编码"):
        planned(listed, tmp_path, AMLODIPINE[1:], headers=HEADERS[1:])
    importing = CatalogueImport(listed)
    with pytest.raises(UserError, match="对不上"):
        importing.dry_run(table_of(listed, tmp_path, AMLODIPINE), {"code": 0, "strength": 40})


def test_dates_in_the_list_are_those_of_the_drug(listed, tmp_path):
    row = [*AMLODIPINE, "2026-01-01", "2026-12-31"]
    headers = [*HEADERS, "生效日期", "失效日期"]
    CatalogueImport(listed).apply(planned(listed, tmp_path, row, headers=headers, is_whole=False))
    view = Catalogue(listed).get("XC08CA01")
    assert (view.valid_from, view.valid_to) == (date(2026, 1, 1), date(2026, 12, 31))
    wrong = planned(listed, tmp_path, [*BANLANGEN, "2026-12-31", "2026-01-01"], headers=headers, is_whole=False)
    assert "早于生效日期" in str(wrong.rows[0].reasons[0])


def test_a_csv_list_is_read_as_well(listed, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("目录表\n药品编码,药品名称,最小单位,转换比\n1001.0,新药片,片,10\n", encoding="gb18030")
    importing = CatalogueImport(listed)
    table = importing.read(path)
    plan = importing.dry_run(table, importing.guess(table), is_whole=False)
    assert [(row.listed.line, row.name, row.action.value) for row in plan.rows] == [(3, "新药片", "add")]


def test_a_saved_list_reads_back_without_any_change(listed, tmp_path):
    CatalogueImport(listed).apply(planned(listed, tmp_path, AMLODIPINE, BANLANGEN, is_whole=False))
    importing = CatalogueImport(listed)
    assert importing.save_list(tmp_path / "saved.xlsx") == 175
    table = importing.read(tmp_path / "saved.xlsx")
    plan = importing.dry_run(table, importing.guess(table))
    assert {row.action for row in plan.rows} == {DrugAction.SAME}, [row for row in plan.rows if row.changes or row.reasons][:3]
    assert plan.ended == ()


@pytest.mark.parametrize("target", TARGETS, ids=[target.field for target in TARGETS])
def test_every_column_is_known_by_its_own_label(target):
    assert target_of_header(f" {target.label}* ") == target.field


def test_a_drug_goes_on_the_list_of_those_without_codes_with_a_reason(listed):
    catalogue = Catalogue(listed)
    with pytest.raises(UserError, match="原因"):
        catalogue.set_has_trace_code("VD155", False, " ")
    with pytest.raises(UserError, match="目录里没有"):
        catalogue.set_has_trace_code("nothing", False, "中药饮片")
    catalogue.set_has_trace_code("VD155", False, "国家无码目录第二批")
    assert [view.code for view in catalogue.without_codes()] == ["VD155"]


# 目录下发


@pytest.fixture
def paired(clinic_desk, listed, tmp_path):
    pair(clinic_desk, listed, tmp_path)
    return clinic_desk, listed


def issued(clinic, township, path):
    return Exchange(township).save_file(CatalogueExchange(township).issue(clinic.place.id), path)


def test_the_township_s_list_replaces_the_starter_list_at_the_clinic(paired, tmp_path):
    clinic, township = paired
    Catalogue(clinic).ensure_starter()
    put_in_stock(clinic, "VD049", 12)
    salve = ["OWN1", "本村自备膏", "软膏剂", "10g", "支", "支", 1, "", "非", "否", ""]
    CatalogueImport(clinic).apply(planned(clinic, tmp_path, salve, is_whole=False))
    CatalogueImport(township).apply(planned(township, tmp_path, AMLODIPINE, BANLANGEN))
    told = Exchange(clinic).open_file(issued(clinic, township, tmp_path / "list.cyx"))
    assert "对乙酰氨基酚片已不在新目录里，但还有库存 12 片" in str(told.message)
    codes = {view.code for view in Catalogue(clinic).find("", limit=500)}
    assert codes == {"XC08CA01", "ZA01", "OWN1", "VD049"}
    assert drug(clinic, "XC08CA01").price_fen == 336
    assert drug(clinic, "OWN1").origin == "own"


def test_the_clinic_s_own_drug_with_the_same_code_is_left_alone(paired, tmp_path):
    clinic, township = paired
    CatalogueImport(clinic).apply(planned(clinic, tmp_path, [*AMLODIPINE[:7], "9", *AMLODIPINE[8:]], is_whole=False))
    CatalogueImport(township).apply(planned(township, tmp_path, AMLODIPINE, is_whole=False))
    told = Exchange(clinic).open_file(issued(clinic, township, tmp_path / "list.cyx"))
    assert "本室自己的药品" in str(told.message)
    assert drug(clinic, "XC08CA01").price_fen == 900


def test_an_older_list_that_comes_late_changes_nothing(paired, tmp_path, clock):
    clinic, township = paired
    older = issued(clinic, township, tmp_path / "older.cyx")
    clock.forward(days=1)
    CatalogueImport(township).apply(planned(township, tmp_path, AMLODIPINE))
    newer = issued(clinic, township, tmp_path / "newer.cyx")
    Exchange(clinic).open_file(newer)
    before = Catalogue(clinic).count()
    told = Exchange(clinic).open_file(older)
    assert "较早的一份目录" in str(told.message)
    assert Catalogue(clinic).count() == before == 1


def test_a_list_taken_in_again_changes_nothing(paired, tmp_path):
    clinic, township = paired
    Exchange(clinic).open_file(issued(clinic, township, tmp_path / "one.cyx"))
    told = Exchange(clinic).open_file(issued(clinic, township, tmp_path / "two.cyx"))
    assert "不需要再做什么" in str(told.message)


def test_a_list_of_another_township_is_refused(paired, tmp_path):
    clinic, township = paired
    file = issued(clinic, township, tmp_path / "list.cyx")
    with clinic.sessions.writing() as session:
        session.get_one(Organisation, clinic.place.id).parent_id = None
    before = Catalogue(clinic).count()
    with pytest.raises(UserError, match="不是本室所属卫生院"):
        Exchange(clinic).open_file(file)
    assert Catalogue(clinic).count() == before


def test_only_the_township_issues_a_list_and_only_to_its_own_clinics(paired):
    clinic, township = paired
    for desk, recipient in ((clinic, township.place.id), (township, township.place.id), (township, "nobody")):
        with pytest.raises(UserError, match="只能由卫生院"):
            CatalogueExchange(desk).issue(recipient)
    assert set(CatalogueExchange(township).issue_to_all()) == {clinic.place.id}


def test_the_list_tells_what_its_last_update_changed(listed, tmp_path):
    catalogue = Catalogue(listed)
    assert catalogue.last_update() is None
    put_in_stock(listed, "VD002")
    price = ["VD001", "苯磺酸氨氯地平片", "片剂", "5mg", "片", "盒", 28, "3.36", "甲类", "是", "江苏"]
    CatalogueImport(listed).apply(planned(listed, tmp_path, price, BANLANGEN, is_whole=False))
    update = catalogue.last_update()
    assert (update.count("added"), update.count("changed"), update.count("ended")) == (1, 1, 0)
    assert (update.user_name, update.origin) == ("赵敏", "township")
    changed = next(each for each in update.drugs if each.what == "changed")
    assert ("price_fen", None, 336) in changed.changes
    CatalogueImport(listed).apply(planned(listed, tmp_path, BANLANGEN))
    ended = {each.code: each.valid_to for each in catalogue.last_update().drugs if each.what == "ended"}
    assert ended["VD002"] == (listed.today() + timedelta(days=30)).isoformat()
    assert ended["VD001"] == (listed.today() - timedelta(days=1)).isoformat()
    found = {view.code for view in catalogue.find("", 1000)}
    assert "VD001" not in found
    assert "VD001" in {view.code for view in catalogue.find("", 1000, with_ended=True)}
    words = [row[3] for row in update_list(catalogue.last_update()).rows]
    assert f"{ended['VD001']} 之后不再列出" in words
    with listed.sessions.reading() as session:
        assert broken_links(session) == []


def test_why_a_drug_needs_no_code_is_kept_with_who_wrote_it(listed):
    catalogue = Catalogue(listed)
    catalogue.set_has_trace_code("VD155", False, "国家无码目录第二批")
    reason = catalogue.reasons_without_code()["VD155"]
    assert (reason.reason, reason.user_name) == ("国家无码目录第二批", "赵敏")
    [row] = without_code_list(catalogue.without_codes(), catalogue.reasons_without_code(), listed.today()).rows
    assert row[3:5] == ("国家无码目录第二批", "赵敏")
    catalogue.set_has_trace_code("VD155", True, "厂家已赋码")
    assert catalogue.reasons_without_code() == {}


def test_the_shares_on_paper_name_both_denominators(listed):
    shares = Catalogue(listed).shares()
    rows = share_list(shares, Catalogue(listed).shares(in_use=True), listed.today()).rows
    assert [row[2:4] for row in rows[:3]] == [
        (share.part, share.whole)
        for share in (shares.catalogue, shares.procured_of_catalogue, shares.procured_of_all)
    ]
    assert rows[4][4] is None


def test_only_pharmacist_and_manager_change_or_send_the_list(listed, tmp_path):
    plan = planned(listed, tmp_path, AMLODIPINE)
    for role in ("insurance_clerk", "home_team", "auditor"):
        other = replace(listed, actor=Actor("x", "钱办", role))
        for act in (
            lambda other=other: CatalogueImport(other).apply(plan),
            lambda other=other: Catalogue(other).set_has_trace_code("VD155", False, "国家无码目录第二批"),
            lambda other=other: CatalogueExchange(other).issue("any"),
            lambda other=other: CatalogueExchange(other).issue_to_all(),
            lambda other=other: Catalogue(other).confirm_maker("8" * 20, "VD155"),
        ):
            with pytest.raises(DocumentRefused, match="办理，没有改动"):
                act()
        assert Catalogue(other).may_change is False
    assert Catalogue(listed).may_change is True
    assert drug(listed, "VD155").has_trace_code is True
    assert Catalogue(listed).makers("VD155") == []
    assert Catalogue(listed).last_update() is None


@pytest.mark.parametrize("text", ["头孢拉定胶囊(Ⅱ)", "头孢拉定胶囊（Ⅱ）", "头孢拉定胶囊(ii)", " 头孢拉定 胶囊 （Ⅱ", "胶囊(Ⅱ"])
def test_a_name_with_brackets_is_found_in_either_width(listed, text):
    for kept in ("头孢拉定胶囊(Ⅱ)", "头孢拉定胶囊（Ⅱ）"):
        with listed.sessions.writing() as session:
            session.scalars(select(Drug).where(Drug.code == "VD055")).one().generic_name = kept
        assert [view.code for view in Catalogue(listed).find(text)] == ["VD055"]
