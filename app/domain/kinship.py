"""The relation of a household's member to its head (与户主关系), after the short list of GB/T 4761.

A relation is kept as it was written, as long as it is understood (长子, 儿媳, 妻); `short_relation` gives its place in
the short list. When the head changes, what can be concluded is proposed; the rest has to be asked again.
"""

from __future__ import annotations

from collections.abc import Mapping

HEAD, SPOUSE, SON, DAUGHTER, GRANDCHILD = "户主", "配偶", "子", "女", "孙辈"
PARENT, GRANDPARENT, SIBLING, OTHER = "父母", "祖辈", "兄弟姐妹", "其他"
SHORT_RELATIONS = (HEAD, SPOUSE, SON, DAUGHTER, GRANDCHILD, PARENT, GRANDPARENT, SIBLING, OTHER)
LONGEST = 20

_WORDS: dict[str, tuple[str, ...]] = {
    HEAD: ("本人", "本人或户主", "户主本人", "家长"),
    SPOUSE: ("夫", "妻", "丈夫", "妻子", "夫妻", "爱人", "老伴"),
    SON: ("儿子", "独生子", "长子", "次子", "三子", "四子", "五子", "养子", "继子", "女婿", "赘婿"),
    DAUGHTER: ("女儿", "独生女", "长女", "次女", "二女", "三女", "四女", "养女", "继女", "儿媳", "儿媳妇"),
    GRANDCHILD: ("孙子", "孙女", "外孙", "外孙子", "外孙女", "孙媳", "曾孙", "曾孙女", "重孙"),
    PARENT: ("父", "母", "父亲", "母亲", "公公", "婆婆", "岳父", "岳母", "继父", "继母"),
    GRANDPARENT: ("祖父", "祖母", "爷爷", "奶奶", "外祖父", "外祖母", "外公", "外婆", "曾祖父", "曾祖母"),
    SIBLING: ("兄", "弟", "姐", "妹", "哥哥", "弟弟", "姐姐", "妹妹", "兄弟", "姐妹", "嫂", "弟媳"),
    OTHER: ("其它", "非亲属", "亲戚", "保姆", "户口待定"),
}
_SHORT_OF = {word: short for short, words in _WORDS.items() for word in (short, *words)}
_SHOWN = {
    SPOUSE: {1: "夫", 2: "妻"},
    GRANDCHILD: {1: "孙子", 2: "孙女"},
    PARENT: {1: "父亲", 2: "母亲"},
    GRANDPARENT: {1: "祖父", 2: "祖母"},
}
_AFTER_SPOUSE = {HEAD: SPOUSE, SON: SON, DAUGHTER: DAUGHTER, GRANDCHILD: GRANDCHILD}
_AFTER_CHILD = {HEAD: PARENT, SPOUSE: PARENT, SON: SIBLING, DAUGHTER: SIBLING, PARENT: GRANDPARENT}
_AFTER_PARENT = {HEAD: "", SPOUSE: "", SON: GRANDCHILD, DAUGHTER: GRANDCHILD, PARENT: SPOUSE}


def short_relation(written: str) -> str | None:
    """The place of a written relation in the short list; None when it is not understood, "" stays "".

    Codes of GB/T 4761 are understood by their first digit: 0 户主, 1 配偶, 2 子 … 8 其他, and so 22 长子.
    """
    word = written.strip()
    if word.isdigit() and len(word) <= 2:
        return SHORT_RELATIONS[min(int(word[0]), len(SHORT_RELATIONS) - 1)]
    return _SHORT_OF.get(word) if word else ""


def stored_relation(written: str) -> str:
    """A relation as it is kept: codes and words for the head become words of the short list, others stay."""
    word = written.strip()[:LONGEST]
    short = short_relation(word)
    return short if short and (short == HEAD or word.isdigit()) else word


def shown_relation(relation: str, sex: int) -> str:
    """A relation as people say it: 配偶 of a woman is 妻, 孙辈 a 孙女. Other words stay as they are."""
    return _SHOWN.get(relation, {}).get(sex, relation)


def relations_after(relations: Mapping[str, str], new_head: str) -> dict[str, str]:
    """The relations of all members to `new_head`, by member; "" where it cannot be concluded and has to be asked.

    Concluded only for what is certain: a wife who becomes head has the same children; a son's parents are the former
    head and his or her spouse, the former head's children his brothers and sisters.
    """
    was = short_relation(relations.get(new_head, "")) or ""
    table = {SPOUSE: _AFTER_SPOUSE, SON: _AFTER_CHILD, DAUGHTER: _AFTER_CHILD, PARENT: _AFTER_PARENT}.get(
        was, {}
    )
    concluded = {
        member: table.get(short_relation(relation) or "", "")
        for member, relation in relations.items()
        if member != new_head
    }
    return {new_head: HEAD, **concluded}
