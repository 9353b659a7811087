"""Every pinyin reading of a name, surnames by their own table, syllables of typed pinyin."""

from functools import lru_cache
from itertools import islice, product

from crm.guests.scripts import is_han, simplified
from crm.guests.surnames import SURNAME_READINGS, family_length
from crm.kit import pinyin

READINGS_MAX = 12
_READINGS_OF_CHAR = 5

# Every syllable of the dictionary in its spellings; making the list from it takes 0.5 s.
_SYLLABLE_WORDS = (
    "a ai an ang ao ba bai ban bang bao bei ben beng bi bian biang biao bie bin bing bo bong bu "
    "ca cai can cang cao ce cei cen ceng cha chai chan chang chao che chen cheng chi chong chou "
    "chu chua chuai chuan chuang chui chun chuo ci cong cou cu cuan cui cun cuo da dai dan dang "
    "dao de dei den deng di dia dian diao die din ding diu dong dou du duan dui dun duo e ei en "
    "eng er fa fan fang fei fen feng fiao fo fou fu ga gai gan gang gao ge gei gen geng gong gou "
    "gu gua guai guan guang gui gun guo ha hai han hang hao he hei hen heng hong hou hu hua huai "
    "huan huang hui hun huo ji jia jian jiang jiao jie jin jing jiong jiu ju juan jue jun ka kai "
    "kan kang kao ke kei ken keng kong kou ku kua kuai kuan kuang kui kun kuo la lai lan lang lao "
    "le lei len leng li lia lian liang liao lie lin ling liu lo long lou lu luan lue lun luo lv "
    "lve lyu lyue ma mai man mang mao me mei men meng mi mian miao mie min ming miu mo mou mu na "
    "nai nan nang nao ne nei nen neng ni nia nian niang niao nie nin ning niu nong nou nu nuan "
    "nue nun nuo nv nve nyu nyue o ou pa pai pan pang pao pei pen peng pi pian piao pie pin ping "
    "po pou pu qi qia qian qiang qiao qie qin qing qiong qiu qu quan que qun ran rang rao re ren "
    "reng ri rong rou ru rua ruan rui run ruo sa sai san sang sao se sen seng sha shai shan shang "
    "shao she shei shen sheng shi shou shu shua shuai shuan shuang shui shun shuo si song sou su "
    "suan sui sun suo ta tai tan tang tao te tei teng ti tian tiao tie ting tong tou tu tuan tui "
    "tun tuo wa wai wan wang wei wen weng wo wong wu xi xia xian xiang xiao xie xin xing xiong "
    "xiu xu xuan xue xun ya yan yang yao ye yi yin ying yo yong you yu yuan yue yun za zai zan "
    "zang zao ze zei zen zeng zha zhai zhan zhang zhao zhe zhei zhen zheng zhi zhong zhou zhu "
    "zhua zhuai zhuan zhuang zhui zhun zhuo zi zong zou zu zuan zui zun zuo "
)
_SYLLABLES = frozenset(_SYLLABLE_WORDS.split())


@lru_cache(maxsize=32_768)
def readings_of_char(char: str) -> tuple[str, ...]:
    """All readings of one character without tones, the usual first; ü is written v."""
    if not is_han(char):
        return ()
    typeable = (way for way in pinyin.readings(char) if way.isascii() and way.isalpha())
    return tuple(islice(typeable, _READINGS_OF_CHAR))


@lru_cache(maxsize=16_384)
def readings_of_surname(family: str) -> tuple[tuple[str, ...], ...]:
    """Readings of a family name, each as its syllables, those of the table first."""
    family = simplified(family)
    ways: list[tuple[str, ...]] = []
    whole = SURNAME_READINGS.get(family)
    if whole and len(family) == 1:
        ways += [(reading,) for reading in whole]
    elif whole:
        ways += [way for reading in whole if (way := _cut(reading, family))]
    ways += _products(family)
    return tuple(dict.fromkeys(ways))[:READINGS_MAX]


def _cut(reading: str, family: str) -> tuple[str, ...] | None:
    cut = syllables_of(reading)
    return cut if cut is not None and len(cut) == len(family) else None


def _products(text: str) -> list[tuple[str, ...]]:
    options = [found for char in text if (found := readings_of_char(char))]
    return list(islice(product(*options), READINGS_MAX)) if options else []


def readings_of_name(
    full: str, family: str | None = None, given: str | None = None
) -> tuple[tuple[str, ...], ...]:
    """Readings of a name in Chinese characters, each as its syllables; the likeliest first.

    Without parts, the family name is cut off by the surname table where that is possible.
    Capped, so that a name of many-voiced characters stays small.
    """
    text = "".join(char for char in simplified(full) if is_han(char))
    if not text:
        return ()
    start = _han(family) if family and given else text[: family_length(text) or 0]
    rest = _han(given) if family and given else text[len(start) :]
    heads = readings_of_surname(start) if start else ((),)
    tails = _products(rest) or [()]
    spread = [(head, tails[0]) for head in heads] + [
        (head, tail) for tail in tails[1:] for head in heads
    ]
    whole = (head + tail for head, tail in spread[:READINGS_MAX])
    return tuple(dict.fromkeys(way for way in whole if way))


def _han(text: str | None) -> str:
    return "".join(char for char in simplified(text or "") if is_han(char))


def surname_pinyin(family: str) -> str:
    """The likeliest reading of a family name as one word: 单 → shan, 欧阳 → ouyang, 吕 → lyu."""
    ways = readings_of_surname(family)
    return "".join(ways[0]).replace("v", "yu") if ways else family


def spellings(syllables: str) -> tuple[str, ...]:
    """How ü is typed: lv, lu and lyu; without it the text itself."""
    if "v" not in syllables:
        return (syllables,)
    return (syllables, syllables.replace("v", "u"), syllables.replace("v", "yu"))


@lru_cache(maxsize=8_192)
def syllables_of(word: str) -> tuple[str, ...] | None:
    """Typed pinyin cut into syllables (``jingyi`` → jing, yi), fewest first; None if it is none."""
    if not word.isascii() or not 1 <= len(word) <= 40:
        return None
    best: list[tuple[str, ...] | None] = [()] + [None] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - 6), end):
            before = best[start]
            if before is None or word[start:end] not in _SYLLABLES:
                continue
            current = best[end]
            if current is None or len(before) + 1 < len(current):
                best[end] = (*before, word[start:end])
    return best[-1]
