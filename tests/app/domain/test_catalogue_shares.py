"""占比: each share names what it is a share of."""

from __future__ import annotations

import pytest

from app.domain.catalogue_shares import ListedItem, Share, catalogue_shares

IN, PROCURED, OUT = ListedItem("甲", False), ListedItem("乙", True), ListedItem("非", False)


def test_the_figures_of_zhoukou_have_two_denominators():
    shares = catalogue_shares([PROCURED] * 144 + [IN] * 236 + [OUT] * 127)
    assert (shares.catalogue, shares.catalogue.percent) == (Share(380, 507), 75)
    assert (shares.procured_of_catalogue, shares.procured_of_catalogue.percent) == (Share(144, 380), 38)
    assert (shares.procured_of_all, shares.procured_of_all.percent) == (Share(144, 507), 28)
    assert shares.reaches_goal is True
    assert str(shares.procured_of_catalogue.words) == "38%（144/380）"


@pytest.mark.parametrize(("listed", "reaches"), [(70, False), (71, True), (0, False)])
def test_the_goal_is_above_seventy_per_cent(listed, reaches):
    assert catalogue_shares([IN] * listed + [OUT] * (100 - listed)).reaches_goal is reaches


def test_an_empty_list_has_no_share():
    shares = catalogue_shares([])
    assert (shares.catalogue.percent, shares.reaches_goal, str(shares.catalogue.words)) == (None, None, "—")


def test_an_unknown_class_is_counted_apart():
    shares = catalogue_shares([ListedItem("?", True), IN])
    assert (shares.catalogue, shares.unknown_class, shares.procured_of_catalogue) == (Share(1, 2), 1, Share(0, 1))
    assert shares.procured_of_all == Share(1, 2)
