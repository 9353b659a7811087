"""Chinese names with their pinyin, rare surnames and double surnames among them."""

import random
from dataclasses import dataclass

# characters, pinyin, weight: the weights follow the usual order of frequency
SURNAMES: tuple[tuple[str, str, float], ...] = (
    ("王", "Wang", 72), ("李", "Li", 72), ("张", "Zhang", 68), ("刘", "Liu", 52),
    ("陈", "Chen", 50), ("杨", "Yang", 31), ("黄", "Huang", 23), ("赵", "Zhao", 22),
    ("吴", "Wu", 20), ("周", "Zhou", 20), ("徐", "Xu", 15), ("孙", "Sun", 15),
    ("马", "Ma", 13), ("朱", "Zhu", 13), ("胡", "Hu", 13), ("郭", "Guo", 12),
    ("何", "He", 12), ("林", "Lin", 12), ("高", "Gao", 11), ("罗", "Luo", 10),
    ("郑", "Zheng", 10), ("梁", "Liang", 9), ("谢", "Xie", 8), ("宋", "Song", 8),
    ("唐", "Tang", 8), ("许", "Xu", 7), ("韩", "Han", 7), ("邓", "Deng", 7),
    ("冯", "Feng", 7), ("曹", "Cao", 6), ("彭", "Peng", 6), ("曾", "Zeng", 6),
    ("肖", "Xiao", 6), ("田", "Tian", 5), ("董", "Dong", 5), ("潘", "Pan", 5),
    ("袁", "Yuan", 5), ("蔡", "Cai", 5), ("蒋", "Jiang", 5), ("余", "Yu", 5),
    ("于", "Yu", 5), ("杜", "Du", 5), ("叶", "Ye", 5), ("程", "Cheng", 4),
    ("魏", "Wei", 4), ("苏", "Su", 4), ("吕", "Lü", 4), ("丁", "Ding", 4),
    ("任", "Ren", 4), ("卢", "Lu", 4), ("姚", "Yao", 4), ("沈", "Shen", 6),
    ("钟", "Zhong", 3), ("姜", "Jiang", 3), ("崔", "Cui", 3), ("谭", "Tan", 3),
    ("陆", "Lu", 4), ("范", "Fan", 3), ("汪", "Wang", 3), ("廖", "Liao", 3),
    ("石", "Shi", 3), ("金", "Jin", 3), ("贾", "Jia", 2), ("夏", "Xia", 3),
    ("傅", "Fu", 2), ("方", "Fang", 3), ("邹", "Zou", 2), ("熊", "Xiong", 2),
    ("孟", "Meng", 2), ("秦", "Qin", 2), ("白", "Bai", 2), ("江", "Jiang", 2),
    ("顾", "Gu", 3), ("俞", "Yu", 3), ("章", "Zhang", 2), ("钱", "Qian", 3),
    ("鲁", "Lu", 1), ("葛", "Ge", 1), ("温", "Wen", 1), ("施", "Shi", 1),
    ("单", "Shan", 1.2), ("解", "Xie", 1.2), ("仇", "Qiu", 1.2), ("查", "Zha", 1.2),
    ("区", "Ou", 1.2), ("翟", "Zhai", 1.2), ("乐", "Yue", 0.7), ("乐", "Le", 0.5),
    ("朴", "Piao", 0.7), ("缪", "Miao", 0.7), ("盖", "Ge", 0.5), ("覃", "Qin", 0.7),
    ("尉迟", "Yuchi", 0.8), ("欧阳", "Ouyang", 1.5), ("司马", "Sima", 0.6),
    ("诸葛", "Zhuge", 0.6), ("上官", "Shangguan", 0.4), ("令狐", "Linghu", 0.3),
)  # fmt: skip
RARE = ("单", "曾", "解", "仇", "查", "区", "翟", "乐", "尉迟", "欧阳")

_BOTH = (
    "文 wen,晨 chen,宇 yu,林 lin,嘉 jia,安 an,明 ming,子 zi,思 si,一 yi,晓 xiao,"
    "雨 yu,清 qing,可 ke,乐 le,书 shu,世 shi,春 chun,新 xin,元 yuan,天 tian,之 zhi"
)
_HERS = (
    "静 jing,丽 li,芳 fang,娜 na,敏 min,燕 yan,玲 ling,娟 juan,霞 xia,秀 xiu,梅 mei,"
    "怡 yi,婷 ting,雪 xue,慧 hui,颖 ying,佳 jia,欣 xin,悦 yue,琳 lin,倩 qian,蕾 lei,"
    "薇 wei,瑶 yao,萱 xuan,彤 tong,若 ruo,诗 shi,涵 han,梦 meng,婉 wan,月 yue,晴 qing,"
    "兰 lan,琪 qi,芸 yun,莹 ying,洁 jie,红 hong,珊 shan"
)
_HIS = (
    "伟 wei,强 qiang,磊 lei,军 jun,洋 yang,勇 yong,杰 jie,涛 tao,超 chao,刚 gang,"
    "平 ping,辉 hui,鹏 peng,华 hua,飞 fei,鑫 xin,波 bo,斌 bin,国 guo,建 jian,志 zhi,"
    "浩 hao,轩 xuan,泽 ze,睿 rui,博 bo,凯 kai,远 yuan,峰 feng,毅 yi,俊 jun,坤 kun,"
    "海 hai,东 dong,亮 liang,龙 long,成 cheng,健 jian,航 hang,铭 ming"
)


def _syllables(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((pair.split()[0], pair.split()[1]) for pair in text.split(","))


HERS = _syllables(_HERS) + _syllables(_BOTH)
HIS = _syllables(_HIS) + _syllables(_BOTH)
_WEIGHTS = tuple(weight for *_, weight in SURNAMES)


@dataclass(frozen=True)
class Spelt:
    """A name in its own script and in Latin letters; family may be empty (mononyms)."""

    family: str
    given: str
    latin_family: str
    latin_given: str
    family_first: bool = True


def surname(rng: random.Random) -> tuple[str, str]:
    characters, pinyin, _ = rng.choices(SURNAMES, _WEIGHTS)[0]
    return characters, pinyin


def given(rng: random.Random, female: bool) -> tuple[str, str]:
    """One or two characters; two in four cases of five, as among the living."""
    pool = HERS if female else HIS
    first, first_sound = rng.choice(pool)
    if rng.random() < 0.2:
        return first, first_sound.capitalize()
    second, second_sound = rng.choice(pool)
    # Pinyin needs the apostrophe before a vowel: Xi'an is not Xian.
    joint = "'" if second_sound[0] in "aeo" else ""
    return first + second, (first_sound + joint + second_sound).capitalize()


def a_name(rng: random.Random, female: bool, family: tuple[str, str] | None = None) -> Spelt:
    """A mainland name; ``family`` given for relatives who share it."""
    characters, pinyin = family or surname(rng)
    own, latin = given(rng, female)
    return Spelt(characters, own, pinyin, latin)
