"""Names of guests from elsewhere, in their own script where they have one."""

import random
from dataclasses import dataclass

from lab.demo.chinese_names import Spelt, given

# Wade-Giles and Cantonese spellings differ from pinyin, and the guests insist on theirs.
CANTONESE = {
    "陈": "Chan", "黄": "Wong", "李": "Lee", "林": "Lam", "张": "Cheung", "王": "Wong",
    "吴": "Ng", "刘": "Lau", "梁": "Leung", "郑": "Cheng", "何": "Ho", "谢": "Tse",
    "罗": "Law", "杨": "Yeung", "周": "Chow", "叶": "Yip", "区": "Au", "曾": "Tsang",
}  # fmt: skip
HOKKIEN = {
    "陈": "Tan", "林": "Lim", "黄": "Ng", "李": "Lee", "王": "Ong", "吴": "Goh",
    "张": "Teo", "刘": "Low", "蔡": "Chua", "许": "Koh", "杨": "Yeo", "何": "Ho",
}  # fmt: skip
TAIWAN = {
    "陈": ("陳", "Chen"), "林": ("林", "Lin"), "黄": ("黃", "Huang"), "张": ("張", "Chang"),
    "李": ("李", "Lee"), "王": ("王", "Wang"), "吴": ("吳", "Wu"), "刘": ("劉", "Liu"),
    "蔡": ("蔡", "Tsai"), "杨": ("楊", "Yang"), "许": ("許", "Hsu"), "郑": ("鄭", "Cheng"),
    "谢": ("謝", "Hsieh"), "郭": ("郭", "Kuo"), "曾": ("曾", "Tseng"), "周": ("周", "Chou"),
}  # fmt: skip
ENGLISH_GIVEN = {
    True: ("Grace", "Emily", "Joyce", "Vivian", "Cherry", "Fiona", "Karen", "Wendy"),
    False: ("Jason", "Kelvin", "Raymond", "Tony", "Vincent", "Henry", "Alan", "Eric"),
}
JAPANESE_FAMILY = (
    ("佐藤", "Sato"), ("鈴木", "Suzuki"), ("高橋", "Takahashi"), ("田中", "Tanaka"),
    ("伊藤", "Ito"), ("渡辺", "Watanabe"), ("山本", "Yamamoto"), ("中村", "Nakamura"),
    ("小林", "Kobayashi"), ("加藤", "Kato"), ("吉田", "Yoshida"), ("山田", "Yamada"),
    ("佐々木", "Sasaki"), ("松本", "Matsumoto"), ("井上", "Inoue"), ("木村", "Kimura"),
    ("斎藤", "Saito"), ("清水", "Shimizu"), ("林", "Hayashi"), ("森", "Mori"),
    ("大野", "Ono"), ("上原", "Uehara"), ("東海林", "Shoji"), ("長谷川", "Hasegawa"),
)  # fmt: skip
JAPANESE_GIVEN = {
    True: (
        ("美咲", "Misaki"), ("陽子", "Yoko"), ("恵子", "Keiko"), ("結衣", "Yui"), ("葵", "Aoi"),
        ("由美", "Yumi"), ("真理", "Mari"), ("千尋", "Chihiro"), ("さくら", "Sakura"),
    ),
    False: (
        ("大翔", "Haruto"), ("蓮", "Ren"), ("健太", "Kenta"), ("浩", "Hiroshi"), ("誠", "Makoto"),
        ("隆", "Takashi"), ("翔太", "Shota"), ("一郎", "Ichiro"), ("直樹", "Naoki"),
    ),
}  # fmt: skip
KOREAN_FAMILY = (
    ("김", "Kim"), ("이", "Lee"), ("박", "Park"), ("최", "Choi"), ("정", "Jung"), ("강", "Kang"),
    ("조", "Cho"), ("윤", "Yoon"), ("장", "Jang"), ("임", "Lim"), ("한", "Han"), ("오", "Oh"),
    ("신", "Shin"), ("황보", "Hwangbo"), ("남궁", "Namkoong"),
)  # fmt: skip
KOREAN_GIVEN = {
    True: (
        ("서연", "Seo-yeon"), ("지우", "Ji-woo"), ("민서", "Min-seo"), ("수진", "Soo-jin"),
        ("은지", "Eun-ji"), ("혜진", "Hye-jin"), ("미영", "Mi-young"),
    ),
    False: (
        ("민준", "Min-jun"), ("서준", "Seo-jun"), ("도윤", "Do-yoon"), ("지훈", "Ji-hoon"),
        ("성호", "Sung-ho"), ("현우", "Hyun-woo"), ("영수", "Young-soo"),
    ),
}  # fmt: skip
ARABIC_FAMILY = (
    ("السيد", "Al-Sayed"), ("العتيبي", "Al-Otaibi"), ("الهاشمي", "Al-Hashimi"),
    ("القحطاني", "Al-Qahtani"), ("حسن", "Hassan"), ("منصور", "Mansour"), ("خليل", "Khalil"),
    ("المكتوم", "Al-Maktoum"), ("عبد الرحمن", "Abdel-Rahman"), ("بن صالح", "bin Saleh"),
)  # fmt: skip
ARABIC_GIVEN = {
    True: (
        ("ليلى", "Layla"), ("فاطمة", "Fatima"), ("مريم", "Maryam"), ("عائشة", "Aisha"),
        ("هدى", "Huda"), ("سارة", "Sara"),
    ),
    False: (
        ("محمد", "Mohammed"), ("أحمد", "Ahmed"), ("خالد", "Khalid"), ("يوسف", "Yousef"),
        ("عمر", "Omar"), ("طارق", "Tariq"),
    ),
}  # fmt: skip
CYRILLIC_FAMILY = {
    True: (("Иванова", "Ivanova"), ("Смирнова", "Smirnova"), ("Кузнецова", "Kuznetsova")),
    False: (("Иванов", "Ivanov"), ("Смирнов", "Smirnov"), ("Соколов", "Sokolov")),
}
CYRILLIC_GIVEN = {
    True: (("Анна", "Anna"), ("Ольга", "Olga"), ("Екатерина", "Ekaterina")),
    False: (("Дмитрий", "Dmitry"), ("Сергей", "Sergey"), ("Алексей", "Alexey")),
}
MONONYMS = (
    ("Suharyanto", False),
    ("Wulandari", True),
    ("Budiono", False),
    ("Sulastri", True),
    ("Sukarni", True),
    ("Hartono", False),
    ("Tenzin", False),
    ("Kartika", True),
)


@dataclass(frozen=True)
class Latin:
    """Names written in Latin letters only: hers, his, family names."""

    hers: tuple[str, ...]
    his: tuple[str, ...]
    families: tuple[str, ...]
    family_first: bool = False


def _words(hers: str, his: str, families: str, family_first: bool = False) -> Latin:
    return Latin(tuple(hers.split()), tuple(his.split()), tuple(families.split("/")), family_first)


LATIN: dict[str, Latin] = {
    "DE": _words(
        "Anna Lena Katharina Sabine Ursula Birgit Jule",
        "Jonas Lukas Stefan Jürgen Matthias Björn Uwe",
        "Schmidt/Schneider/Fischer/Weber/Wagner/Becker/Schäfer/Koch/von der Heide/Groß/Böhm",
    ),
    "FR": _words(
        "Claire Élodie Camille Hélène Amélie Zoé Inès",
        "Luc Étienne François Mathieu Rémi Théo Benoît",
        "Martin/Bernard/Petit/Lefèvre/Moreau/Girard/de La Tour/Gauthier/Chevalier/Roux",
    ),
    "GB": _words(
        "Emma Charlotte Harriet Poppy Olivia Fiona Siobhan",
        "James Oliver Harry Alistair George Rhys Callum",
        "Smith/Jones/Taylor/Brown/Evans/Walker/O'Brien/MacLeod/Clarke/Fitzgerald/Ashworth",
    ),
    "IE": _words("Aoife Niamh Ciara", "Cian Eoin Pádraig", "O'Sullivan/Byrne/Ó Briain/Kelly"),
    "US": _words(
        "Jennifer Ashley Maria Linda Megan Tiffany Latoya",
        "Michael David Robert Tyler Marcus William Jose",
        "Johnson/Williams/Miller/Davis/Garcia/Rodriguez/Wilson/Anderson/Nguyen/Washington",
    ),
    "CA": _words("Chloe Madison Sophie", "Ethan Liam Gabriel", "Tremblay/Roy/Campbell/Singh"),
    "AU": _words("Isla Matilda Ruby", "Jack Lachlan Cooper", "Murphy/Kelly/White/Papadopoulos"),
    "IT": _words(
        "Giulia Chiara Francesca Alessia",
        "Marco Luca Matteo Niccolò",
        "Rossi/Russo/Ferrari/Esposito/Bianchi/D'Angelo/Lo Presti/De Luca",
    ),
    "ES": _words(
        "Lucía Carmen Marta Begoña",
        "Javier Álvaro Íñigo Sergio",
        "García Márquez/Fernández Ruiz/Núñez/de la Cruz/Peña Ortiz/López",
    ),
    "PT": _words("Inês Mariana", "João Tiago", "da Silva/Santos/Pereira/dos Reis"),
    "BR": _words("Larissa Fernanda", "Thiago Rafael", "de Oliveira/Souza Lima/Gonçalves"),
    "NL": _words("Sanne Femke", "Daan Sjoerd", "de Vries/van den Berg/Jansen/van 't Hof"),
    "SE": _words("Astrid Maja", "Erik Åke", "Andersson/Lindström/Öberg/Sjögren"),
    "CH": _words("Nadja Sandrine", "Reto Urs", "Müller/Favre/Zürcher/Bernasconi"),
    "HU": _words("Zsófia Eszter", "Gábor László", "Nagy/Kovács/Szabó/Tóth", family_first=True),
    "PL": _words("Małgorzata Agnieszka", "Łukasz Wojciech", "Kowalski/Wójcik/Zieliński"),
    "CZ": _words("Tereza", "Jiří Tomáš", "Dvořák/Černý/Svoboda"),
    "HR": _words("Ivana Marija", "Luka Ante", "Horvat/Babić/Kovačević"),
    "IN": _words(
        "Priya Ananya Lakshmi", "Arjun Rahul Vikram", "Sharma/Patel/Iyer/Reddy/Khan/Venkataraman"
    ),
    "VN": _words("Mai Lan Hương", "Minh Tuấn Đức", "Nguyễn/Trần/Lê/Phạm", family_first=True),
    "TH": _words("Siriporn Malee", "Somchai Anan", "Suwannarat/Chaiyasit/Wongsawat"),
}
LANGUAGE = {
    "CN": "zh-Hans", "HK": "zh-Hant", "MO": "zh-Hant", "TW": "zh-Hant", "SG": "en", "JP": "ja",
    "KR": "ko", "AE": "ar", "SA": "ar", "EG": "ar", "RU": "ru", "ID": "id", "DE": "de", "CH": "de",
    "FR": "fr", "GB": "en", "IE": "en", "US": "en", "CA": "en", "AU": "en", "IT": "it", "ES": "es",
    "PT": "pt", "BR": "pt-BR", "NL": "nl", "SE": "sv", "HU": "hu", "PL": "pl", "CZ": "cs",
    "HR": "hr", "IN": "en", "VN": "vi", "TH": "th",
}  # fmt: skip
# Who comes to a lake hotel in Hangzhou from abroad, by weight.
ABROAD: dict[str, float] = {
    "HK": 13, "TW": 13, "MO": 2, "JP": 14, "KR": 12, "SG": 9, "US": 10, "GB": 6, "DE": 7,
    "FR": 5, "AU": 4, "AE": 3, "SA": 2, "EG": 1, "IT": 3, "ES": 2.5, "NL": 2, "CH": 1.5,
    "SE": 1, "CA": 2.5, "IN": 3, "RU": 2, "ID": 2, "HU": 1, "PL": 1, "CZ": 0.7, "HR": 0.6,
    "PT": 0.8, "BR": 1, "IE": 0.8, "VN": 1.2, "TH": 1.2,
}  # fmt: skip


def a_name(rng: random.Random, country: str, female: bool) -> Spelt:
    """A name as people of the country write it."""
    if country in ("HK", "MO", "SG"):
        return _overseas_chinese(rng, country, female)
    if country == "TW":
        return _taiwanese(rng, female)
    if country == "JP":
        return _two_scripts(rng, JAPANESE_FAMILY, JAPANESE_GIVEN[female], family_first=True)
    if country == "KR":
        return _two_scripts(rng, KOREAN_FAMILY, KOREAN_GIVEN[female], family_first=True)
    if country in ("AE", "SA", "EG"):
        return _two_scripts(rng, ARABIC_FAMILY, ARABIC_GIVEN[female], family_first=False)
    if country == "RU":
        return _two_scripts(rng, CYRILLIC_FAMILY[female], CYRILLIC_GIVEN[female], False)
    if country == "ID":
        word, _ = rng.choice([pair for pair in MONONYMS if pair[1] == female])
        return Spelt("", "", "", word, family_first=False)
    return _latin(rng, LATIN[country], female)


def _latin(rng: random.Random, names: Latin, female: bool) -> Spelt:
    first = rng.choice(names.hers if female else names.his)
    return Spelt("", "", rng.choice(names.families), first, names.family_first)


def _two_scripts(
    rng: random.Random,
    families: tuple[tuple[str, str], ...],
    given_names: tuple[tuple[str, str], ...],
    family_first: bool,
) -> Spelt:
    family, latin_family = rng.choice(families)
    own, latin_own = rng.choice(given_names)
    return Spelt(family, own, latin_family, latin_own, family_first)


# Only the characters that our lists use; a wrong variant in a name is a wrong name.
_TRADITIONAL = str.maketrans(
    "伟丽强军杰涛刚辉鹏华飞国晓颖静梦诗远轩东凯龙铭兰红莹洁乐书悦瑶泽陈黄张吴刘郑谢罗杨叶区",
    "偉麗強軍傑濤剛輝鵬華飛國曉穎靜夢詩遠軒東凱龍銘蘭紅瑩潔樂書悅瑤澤陳黃張吳劉鄭謝羅楊葉區",
)


def _overseas_chinese(rng: random.Random, country: str, female: bool) -> Spelt:
    spellings = HOKKIEN if country == "SG" else CANTONESE
    family = rng.choice(sorted(spellings))
    own, latin = given(rng, female)
    if rng.random() < 0.5:
        latin = f"{rng.choice(ENGLISH_GIVEN[female])} {latin}"
    if country == "SG":
        return Spelt(family, own, spellings[family], latin)
    native = family.translate(_TRADITIONAL), own.translate(_TRADITIONAL)
    return Spelt(*native, spellings[family], latin)


def _taiwanese(rng: random.Random, female: bool) -> Spelt:
    family, latin_family = TAIWAN[rng.choice(sorted(TAIWAN))]
    own, latin = given(rng, female)
    return Spelt(family, own.translate(_TRADITIONAL), latin_family, latin)
