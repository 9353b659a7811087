"""Values that are usual for codes with a blank to fill, so that one tap is enough for most.

Times and temperatures are those that hotels print on their own cards; words stand in both
languages and are kept as the noter tapped them.
"""

_NUMBERS = {
    "FL.LUCKY": ("6", "8", "9", "68", "88"),
    "PL.EXTRA": ("1", "2", "3", "4"),
    "CL.COOL": ("20 °C", "21 °C", "22 °C", "23 °C"),
    "CL.WARM": ("24 °C", "25 °C", "26 °C", "27 °C"),
    "LT.LATE": ("09:00", "10:00", "11:00", "12:00"),
    "SV.CLEANPM": ("12:00", "13:00", "14:00", "15:00", "16:00"),
    "SV.WAKE": ("06:00", "06:30", "07:00", "07:30", "08:00"),
    "BT.ROBE": ("S", "M", "L", "XL", "XXL"),
    "CH.KIT": ("2", "4", "6", "8", "10", "12"),
    "FV.BREAKTIME": ("06:30", "07:00", "07:30", "08:00", "09:00"),
    "TC.CHARGER": ("USB-C", "Lightning", "Micro-USB"),
    "CM.LANGOTH": ("ja", "ko", "fr", "de", "ru", "es", "ar", "th"),
}
_WORDS = {
    "BD.SIDE": (
        ("left", "左侧"),
        ("right", "右侧"),
        ("window side", "靠窗侧"),
        ("door side", "靠门侧"),
    ),
    "AM.TEA": (
        ("Longjing", "龙井"),
        ("Pu'er", "普洱"),
        ("Tieguanyin", "铁观音"),
        ("jasmine", "茉莉花茶"),
        ("Earl Grey", "伯爵茶"),
        ("camomile", "洋甘菊"),
    ),
    "AM.FLOWERS": (("lilies", "百合"), ("roses", "玫瑰"), ("orchids", "兰花")),
    "AM.MINISTOCK": (
        ("still water", "矿泉水"),
        ("cola", "可乐"),
        ("beer", "啤酒"),
        ("juice", "果汁"),
    ),
    "TC.ADAPTER": (("UK", "英标"), ("EU", "欧标"), ("US", "美标"), ("AU", "澳标")),
    "TC.TVLANG": (
        ("English", "英语"),
        ("Japanese", "日语"),
        ("Korean", "韩语"),
        ("Cantonese", "粤语"),
    ),
    "RD.PAPER": (
        ("People's Daily", "人民日报"),
        ("China Daily", "中国日报"),
        ("Financial Times", "金融时报"),
    ),
    "AL.FRUIT": (
        ("mango", "芒果"),
        ("peach", "桃"),
        ("kiwi", "猕猴桃"),
        ("strawberry", "草莓"),
        ("pineapple", "菠萝"),
    ),
    "AL.DRUG": (("penicillin", "青霉素"), ("aspirin", "阿司匹林"), ("sulfa", "磺胺类")),
    "DT.FASTDAY": (("1st and 15th lunar", "初一十五"),),
    "FV.EGGSTYLE": (
        ("fried, both sides", "双面煎"),
        ("sunny side up", "单面煎"),
        ("boiled", "水煮"),
        ("scrambled", "炒蛋"),
        ("omelette", "蛋卷"),
    ),
    "FV.WINE": (("red", "红葡萄酒"), ("white", "白葡萄酒"), ("sparkling", "起泡酒")),
    "FV.SPIRIT": (
        ("whisky", "威士忌"),
        ("Moutai", "茅台"),
        ("Wuliangye", "五粮液"),
        ("brandy", "白兰地"),
    ),
    "RC.COLOUR": (("white", "白色"), ("black", "黑色"), ("red", "红色")),
    "PT.DOG": (("small", "小型"), ("medium", "中型"), ("large", "大型")),
    "CE.CAKE": (
        ("low sugar", "低糖"),
        ("fruit", "水果"),
        ("chocolate", "巧克力"),
        ("cream", "奶油"),
    ),
    "HB.MUSIC": (("classical", "古典"), ("jazz", "爵士"), ("none", "不放音乐")),
}


def usual_values(code: str, language: str) -> tuple[str, ...]:
    """What most people say for this code, in the reader's language; nothing where it varies."""
    chinese = language.startswith("zh")
    return _NUMBERS.get(code) or tuple(zh if chinese else en for en, zh in _WORDS.get(code, ()))
